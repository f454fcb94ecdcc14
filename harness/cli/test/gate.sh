#!/usr/bin/env bash
# The recipes for CI systems: the gate itself, and that the others call it.
. "$(dirname "$0")/lib.sh"
: "${RECIPES:?ci/recipes}"
export MPSTRESS

# gate STATUS ARG...: as mps, of the gate.
gate() {
    local expected=$1
    shift
    what="gate $*"
    timeout -k 5 $patience "$RECIPES/gate" --shrink-time 0s "$@" \
        >out 2>err </dev/null
    status=$?
    expectations=$((expectations + 1))
    [ "$status" = "$expected" ] ||
        fail "exit status $expected" "$status; $(shown out); $(shown err)"
}

mkdir scenarios
printf 'target: %s\narguments: [fine]\niterations: 4\n' "$target" \
    >scenarios/good.yml
printf 'target: %s\narguments: [crash]\nexpect: fail\n' "$target" \
    >scenarios/caught.yml

# Nothing new: all that a CI system takes is there.
gate 0
has out "2 scenarios: 1 passed, 1 caught"
has_not err "gate:"
for file in report.html junit.xml results.tap results.sarif results.json \
    summary.txt store/history.db; do
    holds test -s "mpstress-results/$file"
done
same 0 "$(json mpstress-results/results.json '$.exit_code')"
holds cmp -s out mpstress-results/summary.txt

# A new finding fails, and is kept; the next run begins with it.
printf 'target: %s\narguments: [wrong-status]\niterations: 4\n' "$target" \
    >scenarios/bad.yml
gate 1
has err "gate: a new finding"
has err "add a line of ID REASON to mpstress-known.txt"
set +f
for trace in mpstress-results/store/failures/bad-*.mpt; do
    id=$(basename "$trace" .mpt)
done
set -f
has out "reproduce: mpstress replay --store mpstress-results/store $id"
gate 1
same 1 "$(json mpstress-results/results.json '$.scenarios[0].replayed')"

# Accepted in the repository, it is known.
printf '# ours\n%s  ticket 17\n' "$id" >mpstress-known.txt
gate 0
has out "known: ticket 17"
same 1 "$(grep -c '<skipped message="known: ' mpstress-results/junit.xml)"
rm scenarios/bad.yml

# Where it is and what it gets may be named.
MPSTRESS_RESULTS=elsewhere/ci MPSTRESS_KNOWN=mpstress-known.txt \
    gate 0 --iterations 2 -- "$target" fine
holds test -s elsewhere/ci/junit.xml
MPSTRESS_KNOWN=nosuch.txt gate 2 good
has err "nosuch.txt: "
MPSTRESS=nosuch gate 3
has err "gate: no command 'nosuch'"
gate 2 --nosuch
gate 4 nosuch

# What is not decided is a failure, unless that is said.
undecided="--require-confidence 99% --max-rate 0.0001% --duration 1ms good"
gate 5 $undecided
MPSTRESS_UNDECIDED=pass gate 0 $undecided
has err "gate: inconclusive"
MPSTRESS_UNDECIDED=maybe gate 2 $undecided
has err "'maybe', not fail or pass"

# What mpstress tells GitHub gets through.
printf 'target: %s\narguments: [wrong-status]\niterations: 4\n' "$target" \
    >scenarios/bad.yml
GITHUB_ACTIONS=true gate 0
has_like out "^::stop-commands::"
has_like out "^::notice .*title=known invariant in bad::"

# The recipes are what they seem, and what they call is there.
for file in github.yml gitlab.yml Jenkinsfile; do
    what=$file
    for call in $(grep -o '\.mpstress-source/ci/[a-z/]*' "$RECIPES/$file"); do
        holds test -x "$RECIPES/../../${call#.mpstress-source/}"
    done
    has "$RECIPES/$file" .mpstress-source/ci/recipes/gate
    has "$RECIPES/$file" mpstress-results
done
if python3 -c 'import yaml' 2>/dev/null; then
    what="the YAML recipes"
    python3 - "$RECIPES" >scripts.sh <<'END'
import sys, yaml
github = yaml.safe_load(open(sys.argv[1] + "/github.yml"))
gitlab = yaml.safe_load(open(sys.argv[1] + "/gitlab.yml"))
for step in github["jobs"]["stress"]["steps"]:
    print(step.get("run", ""))
job = gitlab["mpstress"]
print("\n".join(job["before_script"] + job["script"]))
END
    same 0 $?
    holds sh -n scripts.sh
    same 2 "$(grep -c recipes/gate scripts.sh)"
else
    skip "no yaml for python3: whether the recipes are YAML"
fi
nothing_left
