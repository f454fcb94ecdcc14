#!/usr/bin/env bash
# Stored failures: shown, replayed, found by part of their id; and files that
# are no traces, or damaged ones, are refused and left as they are.
. "$(dirname "$0")/lib.sh"

mps 1 run --mode control --iterations 1 --json r.json -- "$target" wrong-status
id=$(json r.json '$.scenarios[0].findings[0].id')
trace=$(json r.json '$.scenarios[0].findings[0].trace')
same ".mpstress/failures/$id.mpt" "$trace"
same "$id.mpt" "$(readlink .mpstress/failures/latest)"
same ok "$(query "$trace" 'PRAGMA integrity_check')"

for one in latest "$id" "$trace" "${id%???}"; do
    mps 0 show "$one"
    has_like out "^FAIL $name  iteration 0  seed 0x[0-9a-f]+$"
    has out "exit status is 3, expected 0"
    case $one in
    */*) same "reproduce: mpstress replay $trace" "$(tail -n 1 out)" ;;
    *) same "reproduce: mpstress replay $id" "$(tail -n 1 out)" ;;
    esac
    silent err
    mps 1 replay "$one" --times 4
    has out "$id: exit status is 3, expected 0"
    has_like out "failed again in 4 of 4$"
    has out "the same operations in the same order each time"
done

# What it says to reproduce finds the failure where it is: in another store, or
# as a file that no store has.
cp -r .mpstress "other store"
mps 0 show --store "other store" latest
same "reproduce: mpstress replay --store 'other store' $id" "$(tail -n 1 out)"
same "why:       mpstress diagnose --store 'other store' $id" \
    "$(tail -n 2 out | head -n 1)"
cp "$trace" elsewhere.mpt
mps 0 show elsewhere.mpt
same "reproduce: mpstress replay elsewhere.mpt" "$(tail -n 1 out)"
rm -r "other store" elsewhere.mpt

# A child is made where the program asked for it, whatever libc calls for that.
cat >made.c <<'SOURCE'
#define _GNU_SOURCE
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    if (system("exit 0"))
        return 1;
    if (!syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0))
        _exit(0);
    wait(NULL);
    return 3;
}
SOURCE
holds "$CC" -g -o made made.c
mps 1 run --mode control --iterations 1 -- ./made
mps 0 show latest
has_like out "^    0\.0 .* main\(\) made\.c:9$"
has_like out "^    0\.1 .* main\(\) made\.c:11$"
has_like out " posix_spawn .* main\(\) made\.c:9$"
has_like out " fork .* main\(\) made\.c:11$"
has_not out "runtime/"

# Descriptors are called what they are.
cat >kinds.c <<'SOURCE'
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
int main(void)
{
    char bytes[128];
    uint64_t one = 1;
    struct epoll_event event = {.events = EPOLLIN};
    struct mq_attr room = {.mq_maxmsg = 1, .mq_msgsize = 8};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGUSR1);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    raise(SIGUSR1);
    mqd_t queue = mq_open("/kinds", O_CREAT | O_RDWR, 0600, &room);
    int events = eventfd(0, 0), poll = epoll_create1(0);
    int signal = signalfd(-1, &signals, 0);
    if (epoll_ctl(poll, EPOLL_CTL_ADD, events, &event) ||
        write(events, &one, sizeof(one)) != sizeof(one) ||
        epoll_wait(poll, &event, 1, -1) != 1 ||
        read(signal, bytes, sizeof(bytes)) != sizeof(bytes) ||
        mq_send(queue, "x", 1, 0) || mq_unlink("/kinds"))
        return 1;
    return 3;
}
SOURCE
holds "$CC" -g -o kinds kinds.c
mps 1 run --mode control --iterations 1 -- ./kinds
mps 0 show latest
has_like out " write +eventfd 0:"
has_like out " poll +epoll 0:"
has_like out " read +signalfd 0:"
has_like out " mq send +message queue /kinds "

# Each kind of failure that does not depend on the moment comes again.
for variant in crash abort-in-worker leave-shared-memory leave-zombie; do
    mps 1 run --mode stress --iterations 1 -- "$target" $variant
    mps 1 replay latest --times 3
    has out "failed again in 3 of 3 "
    mps 1 run --mode control --iterations 1 -- "$target" $variant
    mps 1 replay latest --times 3
    has_like out "the recorded schedule .*: failed again in 3 of 3$"
    has out "the same operations in the same order each time"
done
mps 1 run --mode stress --iterations 1 --timeout 2s -- "$target" hang
mps 1 replay latest --times 2
has out "failed again in 2 of 2 "

# One that is mended does not.
cp "$target" "$home/kept"
cat >"$target" <<'SCRIPT'
#!/bin/sh
exit 0
SCRIPT
mps 5 replay "$id" --times 4
has out "failed again in 0 of 4"
has out "diverged in 4 of 4, first at step 0:"
has_like out "^  recorded  0 exit"
has_like out "^  got       0 open file"
mps 0 replay "$id" -- "$target"
has out "on another program: failed again in 0 of 1"
has out "the failure is gone"
rm "$target"
mps 3 replay "$id"
has_like err "target '.*/$name': no such file|$name' does not exist"
cp "$home/kept" "$target"

# Names that mean nothing, or too much.
for command in show replay; do
    mps 4 $command "${id%??}zz"
    has err "no such failure in .mpstress"
    has err "$id"
    mps 4 $command "$name-"
    has_like err "several failures .*begin like that"
    has err "$id"
    mps 4 $command xyz
    has err "'xyz': no such failure"
    mps 4 $command nosuch.mpt
    silent out
done

# refuses FILE MESSAGE: neither command takes it, and it stays as it is.
refuses() {
    cp "$1" before
    for command in show replay; do
        mps 2 $command "$1"
        has err "mpstress $command: $1: "
        has err "$2"
        silent out
    done
    holds cmp -s before "$1"
}

echo "no database" >text.mpt
refuses text.mpt "not an mpstress trace"
: >empty.mpt
refuses empty.mpt "not an mpstress trace"
sqlite3 foreign.mpt "CREATE TABLE a(b)"
refuses foreign.mpt "not an mpstress trace"
cp .mpstress/history.db history.mpt
refuses history.mpt "not an mpstress trace"
head -c 3000 "$trace" >short.mpt
refuses short.mpt "damaged"
cp "$trace" holes.mpt
head -c 9000 /dev/zero | tr '\0' '\377' |
    dd of=holes.mpt bs=1 seek=5000 conv=notrunc status=none
refuses holes.mpt "damaged"
cp "$trace" newer.mpt
sqlite3 newer.mpt "PRAGMA user_version = 99"
refuses newer.mpt "99"
cp "$trace" poorer.mpt
sqlite3 poorer.mpt "DELETE FROM meta WHERE key = 'program'"
refuses poorer.mpt "program"
nothing_left
