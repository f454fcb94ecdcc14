#!/usr/bin/env bash
# SIGINT ends a run in order, with every report; twice, at once; and SIGKILL
# leaves nothing that runs.
. "$(dirname "$0")/lib.sh"

# start ARG...: mpstress in the background; sets $pid. In a session of its
# own, since a shell's background jobs ignore SIGINT.
start() {
    what="mpstress $*"
    rm -f out err
    setsid bash -c 'trap - INT; exec "$@" >out 2>err </dev/null' start \
        env --default-signal=INT "$MPSTRESS" "$@" &
    pid=$!
}

alive() {
    ! none_alive
}

# ended STATUS: what was started ends within ten seconds.
ended() {
    local ticks=0
    while kill -0 $pid 2>/dev/null && [ $ticks -lt 500 ]; do
        ticks=$((ticks + 1))
        sleep 0.02
    done
    holds test $ticks -lt 500
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    same "$1" "$?"
}

# In the middle of many iterations.
start run --iterations 0 --json r.json --junit r.xml -- "$target" fine
eventually 10 alive
sleep 0.3
kill -INT $pid
ended 130
has out "interrupted after 1 scenario"
has_like out "^$name +[1-9][0-9,]* .* inconclusive"
holds is_json r.json
same 1 "$(json r.json '$.interrupted')"
same 130 "$(json r.json '$.exit_code')"
holds test "$(json r.json '$.scenarios[0].iterations')" -gt 0
has r.xml "</testsuites>"
mps 0 history
has out "$name"
nothing_left

# In the middle of one that hangs, and of one that never comes to main().
start run --timeout 60s --json r.json -- "$target" hang
eventually 10 alive
sleep 0.3
kill -TERM $pid
ended 130
same 1 "$(json r.json '$.interrupted')"
nothing_left
export BROKEN_HANG_IN_CONSTRUCTOR=1
start run --json r.json -- "$target" fine
eventually 10 alive
kill -INT $pid
ended 130
unset BROKEN_HANG_IN_CONSTRUCTOR
nothing_left

# Twice: the first waits for a reader of the report that never comes.
mkfifo r.fifo
start run --iterations 0 --json r.fifo -- "$target" fine
eventually 10 alive
sleep 0.3
kill -INT $pid
eventually 10 none_alive
holds kill -0 $pid
kill -INT $pid
ended 130
silent out
mps 0 run --iterations 1 -- "$target" fine
nothing_left

# SIGKILL: what ran goes with it; the next run removes the empty directory.
for variant in hang hang-ignoring-signals leave-process; do
    start run --timeout 60s --iterations 0 --max-failures 0 -- \
        "$target" $variant
    eventually 10 alive
    sleep 0.3
    kill -KILL $pid
    ended 137
    eventually 10 none_alive
    same "" "$(find "$TMPDIR" -type f)"
    mps 0 run --iterations 1 -- "$target" fine
    nothing_left
done
