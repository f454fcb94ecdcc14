#!/usr/bin/env bash
# What a run writes: summary, JSON, JUnit, colours, and where each of it goes.
. "$(dirname "$0")/lib.sh"
escape=$(printf '\033')

# One that fails, one that is caught, one that passes, one that cannot start.
mkdir scenarios
printf 'target: %s\narguments: [wrong-status]\n' "$target" >scenarios/bad.yml
printf 'target: %s\narguments: [crash]\nexpect: fail\nfinding: crash\n' \
    "$target" >scenarios/caught.yml
printf 'target: %s\narguments: [fine]\niterations: 5\nabout: "a <b> & c"\n' \
    "$target" >scenarios/good.yml
printf 'target: ./nosuch\n' >scenarios/gone.yml

mps 1 run --json r.json --junit r.xml
id=$(json r.json '$.scenarios[0].findings[0].id')
same "reproduce: mpstress replay $id" "$(tail -n 1 out)"
has_like out "^SCENARIO +ITERATIONS +RATE/S +VERDICT +FIRST +FINDING$"
has_like out "^bad +[12] .* FAIL +[01] +exit status 0$"
has_like out "^caught +[12] .* (caught|pass) "
has_like out "^good +5 .* pass *$"
has_like out "^gone +0 .* ERROR"
has out "4 scenarios: 1 failed, 1 could not run, 1 passed, 1 caught"
has_like out "failed: [12] of [12] \(100%, 95% interval [0-9.]+-100%\)"
has_not out "CAUGHT"
has_not out "$escape"
has_not err "$escape"
for scenario in bad caught good gone; do
    has_like err "^\[[1-4]/4\] $scenario: "
done

holds is_json r.json
same 1 "$(json r.json '$.schema')"
same 1 "$(json r.json '$.exit_code')"
same 4 "$(json_count r.json '$.scenarios')"
same "fail pass error pass" "$(for i in 0 1 2 3; do
    json r.json "\$.scenarios[$i].verdict"; done | tr '\n' ' ' | sed 's/ $//')"
same "scenarios/bad.yml" "$(json r.json '$.scenarios[0].path')"
same "a <b> & c" "$(json r.json '$.scenarios[3].about')"
same 1.0 "$(json r.json '$.scenarios[0].failure_rate.value')"
same 0.6 "$(json r.json '$.scenarios[3].failure_rate.high')"
holds test -f "$(json r.json '$.scenarios[0].findings[0].trace')"
same "$(tail -n 1 out)" \
    "reproduce: $(json r.json '$.scenarios[0].findings[0].reproduce')"

if command -v xmllint >/dev/null; then
    holds xmllint --noout r.xml
else
    skip "no xmllint: whether the JUnit report is well-formed"
fi
same 1 "$(grep -c '<failure ' r.xml)"
same 1 "$(grep -c '<error ' r.xml)"
same 4 "$(grep -c '<testcase ' r.xml)"

# To standard output, it is alone there.
mps 1 run --json -
holds is_json out
same fail "$(json out '$.scenarios[0].verdict')"
mps 1 run --junit - --json r.json
same "<?xml" "$(head -c 5 out)"
same "</testsuites>" "$(tail -n 1 out)"

# A report that cannot be written is said, and the others are.
mps 1 run --json /dev/full --junit r2.xml
has err "/dev/full: "
has r2.xml "</testsuites>"
has_like out "^reproduce: "
mps 2 run --json /dev/full good
has err "/dev/full: "
# ... before anything is run, where that can be known.
mps 2 run --json nosuch/r.json good
same "mpstress run: nosuch/r.json: cannot be written: No such file or \
directory" "$(cat err)"
silent out

# Colours: on request; not in files, and never against NO_COLOR.
mps 1 run --color always bad
has out "$escape["
mps 1 run --color never bad
has_not out "$escape"
mps 1 run --color auto bad
has_not out "$escape"
NO_COLOR=1 mps 1 run bad
has_not out "$escape"
mps 0 show latest --color always
has out "$escape["

# On a terminal, colours and a bar; unless NO_COLOR or --color says no.
on_terminal() {
    script -qec "$(printf '%q ' "$MPSTRESS" run --iterations 300 "$@")" \
        /dev/null </dev/null >tty 2>&1
}
if command -v script >/dev/null; then
    what="run on a terminal"
    on_terminal good
    has tty "$escape["
    NO_COLOR=1 on_terminal good
    has_not tty "$escape[3"
    on_terminal --color never good
    has_not tty "$escape[3"
fi

# Less and more.
mps 1 run -q bad
has_not out "exit status is 3"
has_like out "^reproduce: "
mps 0 run -v caught
has_like out "^CAUGHT caught  crash "
mps 0 run caught
has_not out "CAUGHT"
mps 0 list scenarios
has_like out "^caught +crash"
has_like out "^good +pass +a <b> & c$"
nothing_left
