#!/usr/bin/env bash
# What the runtime sees of memory: one program of many modes, built by each
# compiler as mpstress cc builds programs (runtime/memory/test/shared.c).
. "$(dirname "$0")/lib.sh"

# racy MODE: mpstress run has found a race in MODE within 20 iterations, and
# nothing else but the wrong results that come with it.
racy() {
    mps 1 run --mode control --iterations 20 --max-failures 1 -- "$program" "$1"
    has out "WARNING: mpstress: data race"
    has_not out crash
    has_not out livelock
}

# clean MODE: nothing in 40 iterations, and what the mode must reach, it does.
clean() {
    mps 0 run --mode control --iterations 40 -- "$program" "$1"
    has_not out "never reached"
}

for compiler in gcc clang; do
    program=$INSTRUMENTED/shared-$compiler
    [ -x "$program" ] || continue

    # Two processes, one increment each: the wrong total, which is the exit
    # status, within five schedules, and the race that is its cause.
    mps 1 run --mode control --iterations 5 --max-failures 9 -- \
        "$program" lost-update
    has out "exit status is 1, expected 0"
    has out "shared->counter (int)"
    has_like out 'in add\(\)|  add\(\)'
    clean locked-update
    racy lost-global
    has out "global (int)"
    clean locked-global

    # Loops that wait end, whoever is preferred.
    for strategy in sequential random pct pos; do
        for mode in spin-flag spin-threads spin-lock spin-exchange; do
            mps 0 run --mode control --strategy $strategy --iterations 15 -- \
                "$program" $mode
        done
    done
    racy racy-spin-plain

    # Memory that serves again is new; one word at two addresses is one.
    clean heap-again
    clean stack-again
    clean mapping-again
    clean file-again
    racy racy-file

    # The C library and the kernel read and write for the program.
    racy racy-memcpy
    racy racy-text
    racy racy-write
    racy racy-read
    clean ordered-socket

    # What the program says.
    clean annotated
    clean annotated-as-before
    clean benign
    clean ignored
    clean new-memory
    racy racy-named
    has out "the board"

    # After a longjmp() out of 20 calls the stack is what it was.
    racy racy-longjmp
    has_like out '#0 .*touch_wide'
    has_like out '#1 .*jump_and_touch'
    has_not out go_deep

    # By hand, none of it is seen; but what it does wrong can go wrong.
    for mode in $("$program" | grep -v '^lost-'); do
        what="$program $mode"
        holds "$program" "$mode"
    done
done
