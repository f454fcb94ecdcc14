#!/usr/bin/env bash
# Right uses of what tasks synchronise with: under control nothing is found in
# any of them, and the rules of locks, where they are broken, are.
. "$(dirname "$0")/lib.sh"

# A sample; the tests of targets/ go through all of them.
for variant in mutex-recursive mutex-timedlock robust-killed rwlock-writers \
    barrier cond-timedwait cond-c11 sem-named sysv-sem-undo mq-timed \
    pipe-large socketpair-datagram socketpair-messages poll-timed epoll fcntl wait-nohang \
    vfork-exec cancel-cond-wait sigterm futex-mutex; do
    mps 0 run --mode control --iterations 50 --json r.json -- \
        "$TARGETS/primitives" --variant $variant
    same 50 "$(json r.json '$.scenarios[0].iterations')"
done
nothing_left
