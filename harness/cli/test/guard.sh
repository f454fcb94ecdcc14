#!/usr/bin/env bash
# Page guarding: a program that was not built for it works as ever while each of
# its accesses to shared memory is seen; what it does wrong there is found, and
# nothing is that is right.
. "$(dirname "$0")/lib.sh"

if [ "$(uname -m)" != x86_64 ]; then
    skip "page guarding is for x86-64"
    mps 3 run --guard -- "$target" nothing
    has out "--guard needs"
    exit
fi

# build SOURCE PROGRAM [FLAG...]
build() {
    what="$CC $1 ${*:3}"
    holds "$CC" -g "${@:3}" -o "$2" "$tests/$1" -pthread
}

# guarded STATUS ITERATIONS PROGRAM [ARG...]: one at a time, as the programs
# share the working directory; all of them, as the first failure may be another.
guarded() {
    rm -rf .mpstress mapped handed file
    mps "$1" run -j 1 --guard --mode control --iterations "$2" \
        --max-failures 1000 --timeout $time_limit -- "./$3" "${@:4}"
}

# said TEXT: on however many lines of out.
said() {
    tr -s ' \n' ' ' <out >joined
    has joined "$1"
}

# -- The program notices nothing --

for level in -O0 -O2; do
    build guarded.c guarded $level
    for test in $(./guarded); do
        case $test in
        death | robust) # the deaths are found, and nothing else
            guarded 1 3 guarded "$test"
            has_like out "^FAIL guarded +crash "
            has_not out "exit status"
            has_not out "deadlock"
            ;;
        threads | stack)
            guarded 0 3 guarded "$test"
            said "races were not looked for, or not to the end, in 3 of 3"
            ;;
        *)
            guarded 0 3 guarded "$test"
            has_not out "races were not looked for"
            ;;
        esac
        has_not out "line "
    done
done
said "a process with a stack in shared memory cannot be guarded"
guarded 0 3 guarded threads
said "a process with several threads cannot be guarded (build it with mpstress"

# -- What is wrong is found --

for level in -O0 -O1 -O2; do
    build ordered.c ordered $level
    for variant in spin ticket peterson; do
        guarded 1 30 ordered $variant wrong
        has_like out "^FAIL ordered  race  iteration "
        has_like out "(reads|writes) +work\(\) .*ordered\.c:[0-9]+"
        has_like out "SUMMARY: mpstress: data race .*ordered.c:[0-9]+ in "
    done
    # -- and what is right is not --
    for variant in spin ticket peterson publish versions counters; do
        guarded 0 150 ordered $variant
        has_not out "race"
    done
done

# One increment each, and one of them is lost: found as what comes out wrong,
# too, and the failure comes again.
cat >increment.c <<'END'
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
int main(void)
{
    volatile int *total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
                               MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 2; i++)
        if (!fork()) {
#ifdef LOCKED
            __atomic_fetch_add(total, 1, __ATOMIC_SEQ_CST);
#else
            ++*total; /* here */
#endif
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    return *total != 2;
}
END
# In one instruction (clang -O2: incl), or in three.
for flags in -O0 "-O2 -DONE"; do
    what="$CC increment.c $flags"
    sed -i 's|^ *++\*total;.*|            ++*total; /* here */|' increment.c
    [ "$flags" = -O0 ] ||
        sed -i 's|^ *++\*total;.*|            __asm__ volatile("incl %0" : "+m"(*total)); /* here */|' increment.c
    # shellcheck disable=SC2086
    holds "$CC" -g $flags -o increment increment.c
    guarded 1 40 increment
    line=$(line_of "/* here */" increment.c)
    has_like out "^FAIL increment  race  iteration "
    has_like out "writes +main\(\) .*increment\.c:$line"
    has_like out "wrote earlier +main\(\) .*increment\.c:$line"
    has_like out "Location: mapping 0:0(\+0x0)? = \*total"
    has_like out "^FAIL increment  invariant  iteration "
    has out "exit status is 1, expected 0"
    mps 1 replay latest
    holds "$CC" -g $flags -DLOCKED -o increment increment.c
    guarded 0 300 increment
    has_not out "race"
done

# Without --guard, nobody sees any of that.
what="$CC increment.c"
holds "$CC" -g -o increment increment.c
rm -rf .mpstress
mps 0 run --mode control --iterations 40 -- ./increment

# -- What cannot be guarded is refused --

what="$CC -static increment.c"
if "$CC" -static -o static increment.c 2>/dev/null; then
    guarded 3 3 static
    has out "--guard cannot see into a program that is statically linked"
fi
