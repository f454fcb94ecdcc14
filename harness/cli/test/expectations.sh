#!/usr/bin/env bash
# What a scenario expects decides its verdict; parameters reach the target.
. "$(dirname "$0")/lib.sh"
build_probe

# scenario LINE...: a scenario file, s.yml.
scenario() {
    printf '%s\n' "$@" >s.yml
}

# A failure that is expected, of the right kind, is a success ...
scenario "target: $target" "arguments: [wrong-status]" \
    "expect: fail" "finding: invariant"
mps 0 run --json r.json s.yml
has_like out "^s +[12] .* (pass|caught)"
has out "1 caught"
same 1 "$(json r.json '$.scenarios[0].findings[0].is_expected')"
same pass "$(json r.json '$.scenarios[0].verdict')"

# ... one that does not turn up, or is of another kind, is a failure.
scenario "target: $target" "arguments: [fine]" "iterations: 7" \
    "expect: fail" "finding: deadlock"
mps 1 run s.yml
has out "the expected deadlock did not turn up in 7 iterations"
scenario "target: $target" "arguments: [wrong-status]" "iterations: 3" \
    "expect: fail" "finding: crash"
mps 1 run s.yml
has out "the expected crash did not turn up"
has out "exit status is 3, expected 0"

# Parameters in arguments, from the file and from the command line.
scenario "target: $probe" 'arguments: [pass, "{workers}"]' \
    "parameters: {workers: 3}" "iterations: 20" \
    "invariants:" "  - equals: {observation: workers, value: workers}"
mps 0 run s.yml
mps 0 run --workers 5..6 s.yml
mps 0 run --workers 2,4 --iterations 20 -- "$probe" pass "{workers}"
scenario "target: $probe" 'arguments: [wrong, "{workers}"]' \
    "parameters: {workers: 3}" \
    "invariants:" "  - equals: {observation: workers, value: workers + 1}"
mps 1 run --workers 8 --json r.json s.yml
same "9 (workers + 1)" "$(json r.json '$.scenarios[0].findings[0].expected')"
same -1 "$(json r.json '$.scenarios[0].findings[0].actual')"
same workers=8 "$(json r.json '$.scenarios[0].findings[0].parameters')"
same 8 "$(query "$(json r.json '$.scenarios[0].findings[0].trace')" \
    "SELECT value FROM params WHERE name = 'workers'")"

# A state that was never reached: the run showed nothing about it.
scenario "target: $probe" 'arguments: [reach, "{workers}"]' \
    "parameters: {workers: 1..3}" "iterations: 60"
mps 5 run --json r.json s.yml
has out "never reached: seventy-seven workers"
has_not out "two workers"
same inconclusive "$(json r.json '$.scenarios[0].verdict')"
same "seventy-seven workers" "$(json r.json '$.scenarios[0].never_reached[0]')"
same 1 "$(json_count r.json '$.scenarios[0].never_reached')"
mps 0 run --workers 77,2 s.yml

# The most serious verdict gives the exit code.
mkdir both
cp s.yml both/never.yml
printf 'target: %s\narguments: [crash]\n' "$target" >both/crash.yml
mps 1 run both
has_like out "^crash .* FAIL"
has_like out "^never .* inconclusive"
nothing_left
