#!/usr/bin/env bash
# A plain program, not built against mpstress: each way to fail is found and
# named, with the place in the source where there is one.
. "$(dirname "$0")/lib.sh"

# finds KIND TEXT VARIANT [OPTION...]: one run of the variant says so and ends
# with 1.
finds() {
    local limit=$time_limit
    [ "$1" != hang ] || limit=2s
    rm -rf .mpstress r.json
    mps 1 run --iterations 2 --timeout $limit --json r.json "${@:4}" \
        -- "$target" "$3"
    has_like out "^FAIL $name  $1  iteration [01]  seed 0x[0-9a-f]+  \
strategy [a-z]+$"
    has out "$2"
    has_like out "^ +trace +\.mpstress/failures/$name-[0-9a-f]{8}\.mpt$"
    has_like out "^$name +[12] .* FAIL "
    same "$1" "$(json r.json '$.scenarios[0].findings[0].kind')"
    same fail "$(json r.json '$.scenarios[0].verdict')"
    has err "$name: fail, "
    nothing_left
}

finds invariant "exit status is 3, expected 0" wrong-status
finds crash "the target, task 0, was killed by SIGSEGV" crash
has_like out "crash\(\) .*broken\.c:[0-9]+"
finds crash "task 0.0 was killed by SIGABRT" abort-in-worker
has_like out "abort_in_worker\(\) .*broken\.c:[0-9]+"
finds hang "1 of 1 tasks still waiting after 2s: 0" hang --mode stress
has_like out "hang\(\) .*broken\.c:[0-9]+"
finds deadlock "1 of 1 tasks wait, and none can go on: 0 " hang --mode control
has_like out "hang\(\) .*broken\.c:[0-9]+"
finds hang "1 of 1 tasks still at work after 2s: 0 running in spin()" spin
finds leak "POSIX shared memory left behind: /broken-left (4,096 bytes)" \
    leave-shared-memory
has_like out "leave_shared_memory\(\) .*broken\.c:[0-9]+"
finds leak "named semaphore left behind: /broken-sem" leave-semaphore
finds leak "SysV shared memory left behind" leave-system-v
has out "SysV semaphore set left behind"
has out "SysV message queue left behind"
same 3 "$(json_count r.json '$.scenarios[0].findings')"

# What was left is not left on the machine, either.
holds test ! -e /dev/shm/broken-left
holds test ! -e /dev/shm/sem.broken-sem

# A program with AddressSanitizer in it runs under both.
cat >heap.c <<'SOURCE'
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    int status;
    (void)argv;
    if (!fork()) {
        char *text = malloc(10);
        text[argc > 1 ? 10 : 9] = 1;
        free(text);
        _exit(0);
    }
    wait(&status);
    return status != 0;
}
SOURCE
if "$CC" -g -O0 -fsanitize=address -o heap heap.c; then
    for options in "" "abort_on_error=0"; do
        ASAN_OPTIONS=$options mps 0 run --iterations 10 -- ./heap
        ASAN_OPTIONS=$options mps 1 run --iterations 2 -- ./heap beyond
        has out "ABORTING"
    done
fi

rm -rf .mpstress
mps 0 run --iterations 5 --json r.json -- "$target" fine
has_like out "^$name +5 .* pass *$"
has_not out "FAIL $name"
has err "$name: pass, 5 iterations"
same 5 "$(json r.json '$.scenarios[0].iterations')"
same 0 "$(json r.json '$.scenarios[0].failures')"
same "" "$(ls .mpstress/failures)"
nothing_left
