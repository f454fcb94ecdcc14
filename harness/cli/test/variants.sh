#!/usr/bin/env bash
# However the target misbehaves, each run of it ends in time, with a finding
# or a success, and leaves nothing running and nothing in its directory.
. "$(dirname "$0")/lib.sh"

# behaves VARIANT STATUS [KIND TEXT [OPTION...]]: four iterations in a private
# directory.
behaves() {
    local start=$SECONDS limit=$time_limit
    [ "${3:-}" != hang ] || limit=2s
    rm -rf .mpstress r.json
    printf '%s\n' "target: $target" "arguments: [$1]" "time_limit: $limit" \
        "invariants:" "  - no_leaks: {}" >"$1.yml"
    mps "$2" run --iterations 4 --max-failures 2 --json r.json "${@:5}" "$1.yml"
    holds test $((SECONDS - start)) -lt $patience
    same "${3:-}" "$(json r.json '$.scenarios[0].findings[0].kind')"
    if [ "$2" = 0 ]; then
        same 4 "$(json r.json '$.scenarios[0].iterations')"
    else
        has out "$4"
        mps 0 show latest
        has_like out "^FAIL $1  iteration [0-3]  seed "
    fi
    nothing_left
}

behaves fine 0
behaves leave-mark 0
behaves close-everything 0
behaves exec-itself 0
behaves exec-with-clean-environment 0
behaves exec-without-environment 0
behaves kill-parent 0
behaves kill-everybody 0
behaves block-every-signal 0
behaves exit-with-threads 0
behaves wrong-status 1 invariant "exit status is 3, expected 0"
behaves garbage-output 1 invariant "exit status is 1, expected 0"
behaves crash 1 crash "killed by SIGSEGV"
behaves abort-in-worker 1 crash "killed by SIGABRT"
behaves worker-kills-root 1 crash "task 0, was killed by SIGKILL, sent by 0.0"
behaves hang 1 deadlock "1 of 1 tasks wait, and none can go on" --mode control
behaves hang 1 hang "1 of 1 tasks still waiting" --mode stress
behaves spin 1 hang "1 of 1 tasks still at work"
behaves hang-ignoring-signals 1 hang "2 of 2 tasks still" --mode stress
behaves fork-without-end 1 misuse "forks without end: "
behaves leave-shared-memory 1 leak "POSIX shared memory left behind"
behaves leave-semaphore 1 leak "named semaphore left behind"
behaves leave-system-v 1 leak "SysV semaphore set left behind"
behaves leave-process 1 leak "process still running: 0.0" --mode stress
behaves leave-process 1 leak "process still running: 0.0" --mode control
for mode in stress control; do
    for variant in leave-to-end leave-to-init leave-at-work; do
        behaves $variant 0 "" "" --mode $mode
    done
done
behaves leave-zombie 1 leak "child never waited for: 0.0"
behaves many-files 1 leak "file left behind: dir"
behaves leave-descriptor 1 leak "file left behind: left.txt"
behaves scribble 1 misuse "overwrote mpstress's memory" --mode stress
behaves scribble 1 misuse "overwrote mpstress's memory" --mode control

# The list above is the target's own: a new variant must come here, too.
# Those set in further are for control_kills.sh.
"$target" 2>&1 | sed -n 's/^  \([^ ]\)/\1/p' | sort >known
ls | sed -n 's/\.yml$//p' | cat - <(printf '%s\n' print-much \
    print-much-with-stdio print-without-end limit-itself) | sort >tried
same "" "$(diff known tried)"

# The directory is empty again each time: those files would be in the way.
sed -i '/invariants/,$d' many-files.yml
mps 0 run --iterations 10 many-files.yml

# Descriptors left open count where the scenario says so.
sed -i 's/no_leaks: {}/no_leaks: {descriptors: true, allow: [left.txt]}/' \
    leave-descriptor.yml
mps 1 run --iterations 1 leave-descriptor.yml
has_like out "open descriptor left behind: [0-9]+, file left.txt"

# A gigabyte of output is cut, not kept.
for variant in print-much print-much-with-stdio; do
    mps 0 run --iterations 2 --timeout $time_limit -- "$target" $variant
    nothing_left
done
holds test "$(du -sk "$home" | cut -f1)" -lt 20000

# Nor is output that the time limit ends in the middle.
mps 1 run --iterations 1 --timeout 2s -- "$target" print-without-end
has_like out "^FAIL $name  hang "
has out "1 of 1 tasks still"
holds test "$(du -sk .mpstress | cut -f1)" -lt 40000
nothing_left
