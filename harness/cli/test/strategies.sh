#!/usr/bin/env bash
# How iterations are scheduled: what --mode and --strategy take and refuse.
. "$(dirname "$0")/lib.sh"

# refuses OPTION VALUE TEXT
refuses() {
    mps 2 run --iterations 1 "$1" "$2" -- "$target" fine
    has err "mpstress run: $1: $3"
    silent out
    holds test ! -e .mpstress
}
refuses --strategy nosuch "no strategy 'nosuch' (stress, "
refuses --strategy pct,nosuch "no strategy 'nosuch' (stress, "
refuses --strategy pct,,pos "no strategy ''"
refuses --strategy "" "no strategy ''"
refuses --strategy PCT "no strategy 'PCT'"
refuses --mode fast "'fast' is not auto, stress or control"
refuses --mode "" "'' is not auto, stress or control"

# Each finds two locks taken in opposite order.
build_abba "$target"
for strategy in random pct pos pct,pos auto; do
    mps 1 run --strategy $strategy --iterations 200 -- "$target"
    mps 0 show latest
    has out "deadlock"
done
build_abba "$target" -DFIXED
for mode in auto stress control; do
    mps 0 run --mode $mode --iterations 30 --json r.json -- "$target"
    same $mode "$(json r.json '$.mode')"
    same 30 "$(json r.json '$.scenarios[0].iterations')"
done

# What each did is reported: of all that were asked for, and of no other.
# strategies FILE: name, whether controlled, iterations; in order of name.
strategies() {
    sqlite3 -separator ' ' :memory: "
        SELECT json_extract(value, '\$.name'),
               json_extract(value, '\$.is_controlled'),
               json_extract(value, '\$.iterations')
        FROM json_each(readfile('$1'), '\$.scenarios[0].strategies')
        ORDER BY 1" 2>&1
}
mps 0 run --strategy pct,pos --iterations 60 --json r.json -- "$target"
same control "$(json r.json '$.mode')"
same "pct 1 pos 1" "$(strategies r.json | cut -d' ' -f1,2 | paste -sd' ')"
same 60 "$(strategies r.json | awk '{ sum += $3 } END { print sum }')"
for i in 0 1; do
    path="\$.scenarios[0].strategies[$i]"
    same 0 "$(json r.json "$path.failures")"
    holds test "$(json r.json "$path.distinct")" -gt 1
    holds test "$(json r.json "$path.decisions_max")" -ge \
        "$(json r.json "$path.decisions_min")"
    holds test "$(json r.json "$path.steps_sum")" -gt 0
done
mps 0 run --mode stress --iterations 20 --json r.json -- "$target"
same "stress 0 20" "$(strategies r.json)"
mps 0 run --iterations 200 --json r.json -- "$target"
same "0 1" "$(strategies r.json | cut -d' ' -f2 | sort -u | paste -sd' ')"
same 200 "$(strategies r.json | awk '{ sum += $3 } END { print sum }')"
nothing_left
