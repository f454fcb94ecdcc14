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
nothing_left
