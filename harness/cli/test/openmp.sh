#!/usr/bin/env bash
# Programs with GNU OpenMP, built by mpstress cc: no race where libgomp orders
# things, and each race where it does not.
. "$(dirname "$0")/lib.sh"

cat >team.c <<'END'
#include <omp.h>

#ifndef WAIT
#define WAIT _Pragma("omp taskwait")
#endif
#ifndef NOWAIT
#define NOWAIT
#endif
#ifndef CRITICAL
#define CRITICAL _Pragma("omp critical")
#endif
#ifndef UNLOCKED
#define LOCK(lock)   omp_set_lock(lock)
#define UNLOCK(lock) omp_unset_lock(lock)
#else
#define LOCK(lock)
#define UNLOCK(lock)
#endif

static long fib(int n)
{
    long a, b;
    if (n < 2)
        return n;
#pragma omp task shared(a) firstprivate(n)
    a = fib(n - 1);
#pragma omp task shared(b)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

int main(void)
{
    long sum = 0, extra = 0, result = 0, marks = 0, locked = 0, part = 0, row[48];
    omp_lock_t lock;
    omp_init_lock(&lock);
    omp_set_num_threads(3);
#pragma omp parallel for reduction(+ : sum)
    for (int i = 0; i < 48; i++)
        sum += row[i] = i;
#pragma omp parallel
    {
#pragma omp for schedule(dynamic, 4) NOWAIT
        for (int i = 0; i < 48; i++)
            row[i] *= 2;
#pragma omp for schedule(guided) reduction(+ : extra)
        for (int i = 0; i < 48; i++)
            extra += row[47 - i];
        CRITICAL
        marks++;
#pragma omp barrier
#pragma omp single
        {
#pragma omp task shared(part)
            part = fib(4);
            WAIT
            result = part;
        }
        LOCK(&lock);
        locked++;
        UNLOCK(&lock);
    }
#pragma omp parallel sections
    {
#pragma omp section
        row[0] = 1;
#pragma omp section
        row[1] = 1;
    }
#pragma omp parallel for ordered schedule(runtime)
    for (int i = 0; i < 6; i++) {
#pragma omp ordered
        row[2] += i;
    }
    omp_destroy_lock(&lock);
    return !(sum == 1128 && extra == 2256 && marks == 3 && locked == 3 &&
             result == 3 && row[0] + row[1] + row[2] == 21);
}
END

# builds NAME [-DMACRO=...]: the program, right unless a macro says otherwise.
builds() {
    holds env MPSTRESS_CC="$CC" "$(dirname "$MPSTRESS")/mpstress-cc" -fopenmp \
        "${@:2}" -o "$1" team.c
}
builds right
if ! ldd right | grep -q libgomp; then # another runtime, say clang's
    skip "no GNU OpenMP"
    exit
fi
mps 0 run --iterations 150 --mode control -- ./right
has_not out "partly controlled"

# races NAME LINE OPTION...: found at the line with this text.
races() {
    builds "$1" "${@:3}"
    mps 1 run --iterations 100 --max-failures 0 --mode control \
        --shrink-time 0s -- "./$1"
    has out "FAIL $1  race"
    has out "team.c:$(line_of "$2" team.c)"
}
races nowait 'extra += row' -DNOWAIT=nowait
races untaken 'marks++' -DCRITICAL=
races unlocked 'locked++' -DUNLOCKED
races unwaited 'result = part' -DWAIT=
