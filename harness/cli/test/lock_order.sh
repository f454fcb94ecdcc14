#!/usr/bin/env bash
# Locks taken in a circle are found, whether or not they ever became a deadlock;
# where something keeps that from happening, nothing is said.
. "$(dirname "$0")/lib.sh"

what="$CC lockorder.c"
holds "$CC" -g -o "$name" "$tests/lockorder.c" -pthread

# first_of KIND: the number of the first finding of that kind in r.json.
first_of() {
    sqlite3 :memory: "
        SELECT key FROM json_each(readfile('r.json'),
                                  '\$.scenarios[0].findings')
        WHERE json_extract(value, '\$.kind') = '$1' LIMIT 1" 2>&1
}

# finds WORDS FUNCTION VARIANT: one finding, a lock order, of the locks WORDS,
# which FUNCTION takes; replays show it.
finds() {
    rm -rf .mpstress r.json
    mps 1 run --mode control --strategy random --iterations 40 --max-failures 0 \
        --json r.json -- "./$name" "$3"
    same 1 "$(json_count r.json '$.scenarios[0].findings')"
    same lock-order "$(json r.json '$.scenarios[0].findings[0].kind')"
    same 40 "$(json r.json '$.scenarios[0].iterations')"
    same 1 "$(json r.json '$.scenarios[0].failures')"
    has r.json "a deadlock to come: $1"
    has_like out "^ +(0\.[0-9]  )?takes .*, holding "
    has_like out "^ +($2)\(\) .*lockorder\.c:[0-9]+"
    mps 1 replay --times 3 latest
    has out "failed again in 3 of 3"
    has out "the same operations in the same order each time"
}

finds "mutex /memfd:locks => mutex /memfd:locks+0x28 => mutex /memfd:locks" \
    nest luck
finds "mutex /memfd:locks => mutex /memfd:locks+0x28 => mutex /memfd:locks" \
    nest threads
finds "mutex 0:" "ab_threads|ba_threads" globals
finds "mutex /memfd:locks => mutex /memfd:locks+0x28 => \
mutex /memfd:locks+0x50 => mutex /memfd:locks" nest three
# One mutex at two addresses is one mutex.
finds "mutex /memfd:locks => mutex /memfd:locks+0x28 => mutex /memfd:locks" \
    nest elsewhere
finds "mutex /memfd:locks => mutex /memfd:locks+0x28 => mutex /memfd:locks" \
    "nest|try_b_a" try-first
finds "rwlock /memfd:locks+" rw write
finds "mutex /memfd:locks => spinlock /memfd:locks+" "spin_a|a_spin" spin
finds "semaphore /memfd:locks+" semaphores semaphores
finds "file /memfd:locks => mutex /memfd:locks => file /memfd:locks" \
    "file_a|a_file|record" file

# Ordered for certain; kept apart by a gate; no two tasks; nobody who waits for
# ever; no locks at all.
for variant in waited joined parent gate alone try timed recursive copies read \
    two hand-over topped-up posted signalled polled anew anew-semaphores; do
    rm -rf .mpstress
    mps 0 run --mode control --iterations 500 --max-failures 0 --json r.json \
        -- "./$name" "$variant"
    same 0 "$(json_count r.json '$.scenarios[0].findings')"
done

# The orders may be in different iterations; a replay shows its part.
printf '%s\n' "target: ./$name" 'arguments: [argument, "{order}"]' \
    "parameters: {order: [ab, ba]}" "iterations: 30" >s.yml
rm -rf .mpstress
mps 1 run --mode control --strategy random --max-failures 0 --json r.json s.yml
same 1 "$(json_count r.json '$.scenarios[0].findings')"
same lock-order "$(json r.json '$.scenarios[0].findings[0].kind')"
has_like out "holding mutex /memfd:locks(\+0x28)? \(iteration [0-9]+\)"
has out "no iteration had all of it: a replay shows what iteration"
mps 1 replay --times 2 latest
has out "failed again in 2 of 2"
rm -rf .mpstress
shrink_time=30s
mps 1 run --mode control --strategy random --json r.json s.yml
same 2 "$(json r.json '$.scenarios[0].findings[0].replays')"
same 2 "$(json r.json '$.scenarios[0].findings[0].replays_failed')"
shrink_time=

# Who does not want to know does not hear of it.
mps 0 run --mode control --strategy random --iterations 40 --detector race \
    -- "./$name" luck

# Free runs know too little of what orders what. One order in each iteration: on
# a busy machine the others may well come to their deadlock.
mps 0 run --mode stress --iterations 30 s.yml

# A deadlock that came is told instead of the warning, and is what is expected.
build_abba abba
rm -rf .mpstress
mps 1 run --mode control --iterations 200 --json r.json -- ./abba
same 1 "$(json_count r.json '$.scenarios[0].findings')"
same deadlock "$(json r.json '$.scenarios[0].findings[0].kind')"
same 2 "$(find .mpstress/failures -type f -o -type l | wc -l)"
for kind in deadlock lock-order; do
    printf '%s\n' "target: ./abba" "iterations: 200" "expect: fail" \
        "finding: $kind" >s.yml
    mps 0 run --mode control --json r.json s.yml
    same pass "$(json r.json '$.scenarios[0].verdict')"
    holds test -n "$(first_of $kind)"
done
# A warning does not stand in for the deadlock.
printf '%s\n' "target: ./$name" "arguments: [luck]" "iterations: 20" \
    "expect: fail" "finding: deadlock" >s.yml
mps 1 run --mode control --strategy random s.yml
has out "the expected deadlock did not turn up in 20 iterations"
nothing_left
