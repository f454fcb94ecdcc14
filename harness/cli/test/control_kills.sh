#!/usr/bin/env bash
# Under control, however tasks get in each other's way, and whoever is killed at
# whatever moment: each iteration ends in time and with a true finding, nothing
# is left over, and what was found before is kept.
. "$(dirname "$0")/lib.sh"

# wild VARIANT pass|KIND [TEXT]: how a scenario of that variant ends, and what
# some finding says.
mkdir wild
declare -A expected texts
wild() {
    local limit=30s
    [ "$2" != hang ] || limit=500ms
    expected[$1]=$2 texts[$1]=${3:-}
    printf '%s\n' "target: $target" "arguments: [$1]" "time_limit: $limit" \
        "iterations: 2" "invariants:" "  - exit: {status: 0}" \
        "  - no_leaks: {}" >"wild/$1.yml"
}

query_json() {
    sqlite3 :memory: "$1" 2>&1
}

# Right programs with unusual ways.
wild worker-stops pass
wild main-thread-ends pass
wild thread-ends-process pass
wild thread-execs pass
wild thread-vanishes pass
wild jump-out-of-handler pass
wild jump-out-of-wait pass
wild survive-segv pass
wild timer-storm pass
wild posix-timer-storm pass
wild virtual-timer pass
wild signal-storm pass
wild fork-in-handler pass
wild vfork-oddities pass
wild raw-fork pass
wild shared-fork pass
wild stack-fork pass
wild clone3-fork pass
wild unseen-child pass
wild unseen-ring pass
wild blocking-call pass
wild worker-spins pass
wild no-descriptors pass
wild scribble-holder pass
wild locked-workers pass

# Broken ones.
wild stop-itself hang "1 of 1 tasks still waiting"
wild blocking-call-for-ever hang "1 of 1 tasks still waiting"
wild main-thread-ends-others-wait deadlock "2 of 2 tasks wait"
wild lock-in-handler deadlock "that it holds itself"
wild worker-dies-with-lock crash "held by 0.0, which has ended"
wild thread-crashes crash "was killed by SIGSEGV"
wild recursion crash "was killed by SIGSEGV"
wild strict-seccomp crash "was killed by SIGKILL"
wild unmap-shared-memory crash "was killed by SIGSEGV"
wild daemon-works-on leak "process still running"
wild daemon-sleeps leak "process still running"
for part in schedule state alive turns tasks; do
    wild scribble-$part misuse "overwrote mpstress's memory"
done

# The list is the target's own, but for what a daemon leaves, which depends on
# who is faster, and those that are used below.
"$target" 2>&1 | sed -n 's/^    //p' | sort >known
same "daemonise exec-other no-processor-time" \
    "$(printf '%s\n' "${!expected[@]}" | sort | comm -13 - known | paste -sd ' ')"

# ended VARIANT: its findings, one a line, or "pass: ".
ended() {
    query_json "SELECT coalesce(json_extract(f.value, '$.kind') || ': ' ||
                                json_extract(f.value, '$.what'), 'pass: ')
                FROM json_each(readfile('r.json'), '$.scenarios') s
                LEFT JOIN json_each(s.value, '$.findings') f
                WHERE json_extract(s.value, '$.name') = '$1' AND
                      json_extract(s.value, '$.iterations') = 2"
}
mps 1 run --mode control --max-failures 0 --json r.json wild
for variant in "${!expected[@]}"; do
    what="$variant under control"
    ended "$variant" >ends
    has_like ends "^${expected[$variant]}: "
    has ends "${texts[$variant]}"
    [ "${expected[$variant]}" = hang ] || has_not ends "hang: "
done
nothing_left

# What cannot be seen into is said to be partly controlled.
printf 'int main(void) { return 0; }\n' >static.c
if "$CC" -static -o static static.c 2>cc.err; then
    mps 0 run --mode control --iterations 3 -- "$target" exec-other ./static
    has out "3 of 3 controlled iterations were only partly controlled"
    nothing_left
else
    skip "no static libc"
fi

# -- Kills from outside -------------------------------------------------------

# start ARG...: a controlled run in the background; sets $pid.
start() {
    what="mpstress run $*"
    rm -f r.json
    setsid "$MPSTRESS" run --mode control --iterations 0 --max-failures 0 \
        --timeout 20s --shrink-time 0s --json r.json "$@" >out 2>err </dev/null &
    pid=$!
}

# children PID: of all its threads. Reading is quicker than asking pgrep: the
# processes that are looked for live for some milliseconds.
children() {
    local file
    for file in $(find "/proc/$1/task" -name children 2>/dev/null); do
        cat "$file" 2>/dev/null
    done
}

# A process of an iteration, by the way of the fork server $1.
some_task() {
    local list descendants=()
    local todo=$1
    while [ -n "$todo" ]; do
        list=
        for task in $todo; do
            more=
            { read -r more <"/proc/$task/task/$task/children"; } 2>/dev/null
            list+=" $more"
        done
        todo=${list// /}
        todo=${todo:+$list}
        descendants+=($todo)
    done
    [ ${#descendants[@]} = 0 ] ||
        victim=${descendants[RANDOM % ${#descendants[@]}]}
}

some_server() {
    victim=$1
}

# Whether PID can still be killed: it is there, and no zombie.
lives() {
    local state=
    { read -r _ _ state _ <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$state" ] && [ "$state" != Z ]
}

# The fork server and what it has made.
scene() {
    local server
    for server in $(children $pid); do
        echo "$server $(children "$server")"
    done
}

# Whether something else goes on than in $then.
goes_on() {
    local now
    now=$(scene)
    gone || { [[ $now == *" "[0-9]* ]] && [ "$now" != "$then" ]; }
}

# kill_some COMMAND: for some seconds, and until there were three, kill what
# COMMAND chooses; then end the run.
kill_some() {
    local end=$((SECONDS + 4)) last=$((SECONDS + patience)) servers
    kills=0
    while [ $SECONDS -lt $end ] || [ $kills -lt 3 ]; do
        [ $SECONDS -lt $last ] && ! gone || break
        victim=
        servers=($(children $pid))
        [ ${#servers[@]} = 0 ] ||
            "$1" "${servers[RANDOM % ${#servers[@]}]}"
        [ -n "$victim" ] && lives "$victim" && kill -KILL "$victim" 2>/dev/null &&
            kills=$((kills + 1))
        sleep "0.0$((RANDOM % 9))"
    done
    # The iteration of the last kill has a verdict once there is another one.
    local then
    then=$(scene)
    eventually goes_on
    then=$(scene)
    eventually goes_on
    kill -INT $pid
}

gone() {
    ! kill -0 $pid 2>/dev/null
}

# kinds: those of the findings, on one line.
kinds() {
    query_json "SELECT group_concat(DISTINCT json_extract(value, '$.kind'))
                FROM json_each(readfile('r.json'), '$.scenarios[0].findings')"
}

# A killed task is a crash; when it had a lock, the others wait for it, which is
# a misuse, too; when it was the root, they are left behind.
start -j 1 -- "$target" locked-workers
kill_some some_task
eventually gone
wait $pid
same 130 $?
holds test $kills -ge 2
has out "was killed by SIGKILL"
same "" "$(kinds | tr , '\n' | grep -vxE 'crash|deadlock|misuse|leak')"
has_not out "mpstress's"
holds test "$(json r.json '$.scenarios[0].iterations')" -gt $kills
nothing_left

# Without its fork server an iteration is lost, and the next one has another.
start -j 1 -- "$target" locked-workers
kill_some some_server
eventually gone
wait $pid
same 130 $?
holds test $kills -ge 2
same misuse "$(kinds)"
has out "took mpstress's fork server down"
holds test "$(json r.json '$.scenarios[0].iterations')" -gt $kills
nothing_left

# Without mpstress itself: what was found before stays, everything else ends.
rm -rf .mpstress
mps 1 run --mode control --iterations 1 -- "$target" abort-in-worker
first=$(ls .mpstress/failures | sed -n 's/\.mpt$//p')
mps 0 show "$first"
cp out before
for round in 1 2 3; do
    start -- "$target" leave-shared-memory
    sleep "0.$((RANDOM % 9))"
    kill -KILL $pid
    wait $pid 2>/dev/null
    eventually none_alive
    for file in $(find .mpstress -name '*.db' -o -name '*.mpt'); do
        same ok "$(query "$file" 'PRAGMA integrity_check')"
    done
done
mps 0 show "$first"
holds cmp out before
mps 0 run --mode control --iterations 1 -- "$target" fine
nothing_left
mps 0 doctor
! grep -q "^ok .*namespaces" out || holds test ! -e /dev/shm/broken-left
