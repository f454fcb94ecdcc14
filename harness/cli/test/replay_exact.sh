#!/usr/bin/env bash
# A failure found under control happens again each time, with the same
# operations; in another build as well, and not in one that is mended.
. "$(dirname "$0")/lib.sh"

# exact ID [N]: all of N replays.
exact() {
    local times=${2:-10}
    mps 1 replay "$1" --times "$times"
    has_like out "the recorded schedule \([0-9,]+ steps, [0-9,]+ switches\): \
failed again in $times of $times$"
    has out "the same operations in the same order each time"
}

for scenario in filelog-two-writes handoff-lost-signal locks-mixed \
    philosophers-left-first pool-completion primes-while-not-empty \
    sleeper-sleep; do
    mps 0 run --mode control --iterations 200 "$SCENARIOS/$scenario.yml"
    exact $scenario-
done
mps 0 replay sleeper-sleep- -- "$TARGETS/sleeper" --variant wait
has out "on another program: failed again in 0 of 1"
has out "the failure is gone"

# A program that takes two locks in opposite order, in other builds.
build_abba "$target"
mps 1 run --mode control --iterations 100 --json r.json -- "$target"
id=$(json r.json '$.scenarios[0].findings[0].id')
same deadlock "$(json r.json '$.scenarios[0].findings[0].kind')"
exact "$id"
sed -i -e '1i // A comment,' \
    -e '/^static void move/i /* and one more,\n * longer. */' abba.c
holds test "$(wc -l <abba.c)" = $(($(wc -l <"$tests/abba.c") + 3))
build_abba "$target"
exact "$id"
build_abba optimised -O2
mps 1 replay "$id" -- ./optimised
has out "on another program: failed again in 1 of 1"

# Mended.
build_abba fixed -DFIXED
mps 0 replay "$id" --times 5 -- ./fixed
has out "on another program: failed again in 0 of 5"
has out "the failure is gone"

# Changed: one more operation, in the child, before all others there.
build_abba "$target" -DCHANGED
mps 5 replay "$id" --times 3
has_like out "^diverged in 3 of 3, first at step [0-9]+:$"
has_like out "^  recorded  0\.0 mutex lock .* move\(\) .*abba\.c:\
$(line_of "_lock(&first->lock)" "$tests/abba.c")$"
has_like out "^  got       0\.0 mutex lock .* main\(\) .*abba\.c:\
$(line_of "_lock(&places[0].lock)" abba.c)$"
nothing_left
