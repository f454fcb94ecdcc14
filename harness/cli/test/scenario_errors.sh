#!/usr/bin/env bash
# A scenario file with a mistake in it: file, line and column, what is wrong
# and what was meant; nothing runs.
. "$(dirname "$0")/lib.sh"

# refuses PLACE MESSAGE LINE...: a file of these lines gives that error.
refuses() {
    local place=$1 message=$2
    shift 2
    printf '%s\n' "$@" >bad.yml
    mps 2 run bad.yml
    same "mpstress run: bad.yml:$place: $message" "$(head -n 1 err)"
    same 1 "$(wc -l <err)"
    silent out
    holds test ! -e .mpstress
}

refuses 4:1 "unknown key 'worker' (did you mean 'workers'? It is a parameter \
and goes under 'parameters')" \
    "target: ./x" "parameters:" "  workers: 1..4" "worker: 3"
refuses 2:1 "unknown key 'iteration' (did you mean 'iterations'?)" \
    "target: ./x" "iteration: 3"
refuses 3:5 "unknown key 'equal' (did you mean 'equals'?)" \
    "target: ./x" "invariants:" "  - equal: {observation: t, value: 1}"
refuses 2:13 "'lots' is not a whole number" \
    "target: ./x" "iterations: lots"
refuses 1:9 "'target' expects one value, found a mapping" \
    "target: {a: b}"
refuses 2:1 "the key 'target' is here for the second time (the first is in \
line 1)" \
    "target: ./x" "target: ./y"
refuses 2:13 "'5 parsecs' is not a duration (a number and one of ns, us, ms, \
s, m, h: '250us')" \
    "target: ./x" "time_limit: 5 parsecs"
refuses 3:12 "'workers' must be 1 to 1000, not '0'" \
    "target: ./x" "parameters:" "  workers: 0"
refuses 3:15 "'workers' must be 1 to 1000, not '0'" \
    "target: ./x" "parameters:" "  workers: [4,0]"
refuses 3:12 "'workers' must be 1 to 1000, not '1000000'" \
    "target: ./x" "parameters:" "  workers: 1000000"
refuses 3:37 "unknown parameter 'wrkers' in 'wrkers * 2': give it values \
under 'parameters'" \
    "target: ./x" "invariants:" \
    "  - equals: {observation: t, value: wrkers * 2}"
refuses 2:13 "unknown parameter 'workers' in '{workers}': give it values \
under 'parameters'" \
    "target: ./x" 'arguments: ["{workers}"]'
refuses 3:10 "'finding' cannot be 'deadlok' (did you mean 'deadlock'?)" \
    "target: ./x" "expect: fail" "finding: deadlok"
refuses 2:1 "not valid YAML: did not find expected ',' or ']'" \
    "target: [./x"
refuses 1:1 "a scenario needs the key 'target'" \
    "about: nothing"

head -c 300 /dev/urandom | tr -d '\n' >noise.yml
printf '\xff\xfe\xfd' | cat - noise.yml >bytes.yml
mps 2 run bytes.yml
has_like err "^mpstress run: bytes\.yml:[0-9]+:[0-9]+: not "
silent out

# One bad scenario in a directory stops the run before the good ones.
mkdir scenarios
printf 'target: %s\narguments: [fine]\n' "$target" >scenarios/a.yml
echo 'target: [' >scenarios/b.yml
mps 2 run
has err "scenarios/b.yml:"
silent out
mps 2 list scenarios
rm scenarios/b.yml
mps 0 run --iterations 2
has_like out "^a +2 .* pass"
nothing_left
