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

# Besides the two fork servers, an iteration is there.
at_work() {
    [ "$(pgrep -c -r D,R,S,T,t -x "$name")" -gt 2 ]
}

# Each of two slots is in its second iteration, or one in its tenth.
export BROKEN_MARK=$home/mark
some_iterations() {
    [ -e "$BROKEN_MARK" ] && [ "$(wc -c <"$BROKEN_MARK")" -ge 10 ]
}

gone() {
    ! kill -0 $pid 2>/dev/null
}

# ended STATUS: what was started ends.
ended() {
    eventually gone
    kill -KILL $pid 2>/dev/null
    wait $pid 2>/dev/null
    same "$1" "$?"
}

# In the middle of many iterations.
start run -j 2 --iterations 0 --json r.json --junit r.xml -- \
    "$target" leave-mark
eventually some_iterations
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
start run --mode stress -j 2 --timeout 1000s --json r.json -- "$target" hang
eventually at_work
kill -TERM $pid
ended 130
same 1 "$(json r.json '$.interrupted')"
nothing_left
# Of a closed terminal one may be told twice.
start run --mode stress -j 2 --timeout 1000s --json r.json -- "$target" hang
eventually at_work
kill -HUP $pid
kill -HUP $pid
ended 130
same 1 "$(json r.json '$.interrupted')"
nothing_left
export BROKEN_HANG_IN_CONSTRUCTOR=1
start run --json r.json -- "$target" fine
eventually alive
kill -INT $pid
ended 130
unset BROKEN_HANG_IN_CONSTRUCTOR
nothing_left

# Twice: the first waits for a reader of the report that never comes. Two slots
# that fork without a pause would leave a busy machine no processor for this.
mkfifo r.fifo
start run -j 1 --iterations 0 --json r.fifo -- "$target" fine
eventually alive
sleep 0.3
kill -INT $pid
eventually none_alive
holds kill -0 $pid
kill -INT $pid
ended 130
silent out
mps 0 run --iterations 1 -- "$target" fine
nothing_left

# A run in another container, with this TMPDIR: its process is not seen here, so
# its directory is known by the lock.
other=$TMPDIR/mpstress-run-2147483647-abcdef
mkdir "$other"
exec 9<"$other"
flock -x 9
mps 0 run --iterations 1 -- "$target" fine 9<&-
holds test -d "$other"
exec 9<&-
mps 0 run --iterations 1 -- "$target" fine
nothing_left

# SIGKILL: what ran goes with it; the next run removes the empty directory.
for variant in hang hang-ignoring-signals leave-process; do
    start run --mode stress -j 2 --timeout 1000s --iterations 0 \
        --max-failures 0 -- "$target" $variant
    eventually at_work
    kill -KILL $pid
    ended 137
    eventually none_alive
    same "" "$(find "$TMPDIR" -type f)"
    mps 0 run --iterations 1 -- "$target" fine
    nothing_left
done
