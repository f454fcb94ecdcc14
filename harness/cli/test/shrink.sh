#!/usr/bin/env bash
# The shortest schedule of a failure, and the two operations whose order
# decides.
. "$(dirname "$0")/lib.sh"

# Preemptions of the shortest schedule, as printed.
preemptions() {
    sed -nE 's/^  ([0-9]+) preemptions?, .* switch(es)?, .*/\1/p' out
}

leads="It fails when these two come in this order, and passes when they come \
in the other"

# pair TEXT PATTERN: the two operations of the file out.
pair() {
    has out "$leads"
    has_like out "^  first  $1$"
    has_like out "^  then   $2$"
    has_like out " <- first "
}

# Two locks in opposite order: one preemption, whatever was recorded. One task
# takes a lock as its first, then the other wants it as its second.
build_abba "$target"
first=$(line_of "_lock(&first->lock)" abba.c)
second=$(line_of "_lock(&second->lock)" abba.c)
abba_pair() {
    local op="0(\.0)? +mutex lock +mapping 0:0(\+0x[0-9a-f]+)? .*"
    pair "${op}abba\.c:$first" "${op}abba\.c:$second"
    same 1 "$(preemptions)"
}
for seed in 1 2 3; do
    rm -rf .mpstress
    mps 1 run --mode control --iterations 100 --seed $seed -- "$target"
    mps 0 shrink latest
    has out "replays 2/2"
    abba_pair
    mps 0 show latest
    abba_pair
    # Before what was recorded.
    same "$leads" "$(grep -e '^As recorded' -e "^$leads" out | head -n 1)"
    has_like out "^  first .*move\(\) .*abba\.c:$first$"
    mps 1 replay latest --times 5
    has out "failed again in 5 of 5"
    mps 0 shrink latest
    abba_pair
done

# A run does it by itself when it has time for it.
shrink_time=60s
mps 1 run --mode control --iterations 100 --store own -- "$target"
abba_pair
has out "replays 2/2 fail"
shrink_time=0s

# Bundled ones. A record torn between its two writes.
mps 0 run --mode control --iterations 200 --seed 1 \
    "$SCENARIOS/filelog-two-writes.yml" "$SCENARIOS/locks-mixed.yml"
mps 0 shrink filelog-two-writes-
pair "0\.[0-3] .*  write +file out\.log .*io\.c:[0-9]+" \
    "0\.[0-3] .*  write +file out\.log .*io\.c:[0-9]+"
holds test "$(preemptions)" -le 2
mps 0 shrink locks-mixed-
pair "0\.[0-3] .*mutex lock .*lock\.c:[0-9]+" \
    "0\.[0-3] .*mutex lock .*lock\.c:[0-9]+"
holds test "$(preemptions)" -le 2

# One found in stress mode becomes exact first.
rm -rf .mpstress
mps 1 run --mode stress --iterations 2000 --delay 0..500us --timeout 2s \
    --json r.json -- "$target"
id=$(json r.json '$.scenarios[0].findings[0].id')
same deadlock "$(json r.json '$.scenarios[0].findings[0].kind')"
cp ".mpstress/failures/$id.mpt" stress.mpt
mps 0 shrink "$id"
has out "found in stress mode; the order of its operations, enforced under \
control, shows it"
has out "replays 2/2"
abba_pair
mps 0 show "$id"
abba_pair
mps 1 replay "$id" --times 5
has out "failed again in 5 of 5"
has out "the same operations in the same order each time"

# One that is gone is not found again, however it had been found.
build_abba "$target" -DFIXED
mps 5 shrink "$id"
has out "the failure no longer happens"
has_not out "$leads"
mps 5 shrink --time 2s stress.mpt
has_like out "^found in stress mode, and not under control in [0-9]+ schedules:"
has_not out "$leads"

mps 4 shrink nosuch
has err "no such failure"
mps 2 shrink
has err "which failure?"
mps 2 shrink --time 0s "$id"
has err "--time: "
nothing_left
