#!/usr/bin/env bash
# A data race between two processes: found, reported in ThreadSanitizer's shape
# with the names of the memory, kept in the trace, suppressed when asked.
. "$(dirname "$0")/lib.sh"

cat >ring.c <<'END'
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct slot {
    unsigned seq;
    int value;
};
struct ring {
    unsigned head, tail;
    struct slot slots[8];
};

static struct ring *ring;

static void __attribute__((noinline)) push(int value)
{
    struct slot *slot = &ring->slots[ring->head % 8];
    slot->value = value;
    ring->head++;
}

static int __attribute__((noinline)) pop(struct ring *from)
{
    while (from->tail == from->head)
        usleep(10);
    return from->slots[from->tail++ % 8].value;
}

int main(void)
{
    int fd = shm_open("/ring", O_CREAT | O_RDWR, 0600);
    if (fd < 0 || ftruncate(fd, sizeof(*ring)))
        return 1;
    ring = mmap(NULL, sizeof(*ring), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    shm_unlink("/ring");
    pid_t pid = fork();
    if (!pid) {
        for (int i = 0; i < 2; i++)
            push(i);
        _exit(0);
    }
    int sum = 0;
    for (int i = 0; i < 2; i++)
        sum += pop(ring);
    waitpid(pid, NULL, 0);
    return sum != 1;
}
END
holds "$MPSTRESS" cc -g -O1 ring.c -o "$name-ring"

run="run --mode control --shrink-time 0s --max-failures 0 --iterations 20"
mps 1 $run -- "./$name-ring"
has out "FAIL $name-ring  race"
has out "WARNING: mpstress: data race between two processes"
has_like out "^      (Previous |)[Ww]rite of size 4 by process 0\.0 \(pid [0-9]+\), locks held: none$"
has_like out "^      (Previous |)[Rr]ead of size 4 by process 0 \(pid [0-9]+\), locks held: none$"
has_like out "^        #0 push\(\) ring\.c:[0-9]+$"
has_like out "^        #1 main\(\) ring\.c:[0-9]+$"
has_like out "^      Location: shm \"/ring\"\+0x0 = ring->head \(unsigned int\)$"
has_like out "^        mapped by 0 in main\(\) ring\.c:[0-9]+$"
has_like out "^      Process 0\.0 was created by 0 in main\(\) ring\.c:[0-9]+$"
has_like out "^    SUMMARY: mpstress: data race ring\.c:[0-9]+ in (push|pop)$"
# One finding for one pair of functions.
holds test "$(grep -c '^FAIL .*  race  ' out)" = 1

# The trace alone is enough.
mv "$name-ring" elsewhere
mps 0 show latest
has out "Location: shm \"/ring\"+0x"
has_like out "SUMMARY: mpstress: data race ring\.c:[0-9]+ in (push|pop)$"
has_like out "^ +0\.0 +(writes|wrote earlier) +push\(\) ring\.c:[0-9]+$"
mv elsewhere "$name-ring"

# Known, and not wanted: by function, file, memory.
for pattern in 'race:^push$' race:ring.c 'race_top:po*' 'race:ring->*' \
    "race:$name-ring"; do
    printf '# known\n%s\n' "$pattern" >known.supp
    mps 0 $run --suppressions known.supp -- "./$name-ring"
    has_like out "matched [0-9]+ suppressions in known.supp"
    has_not out "data race"
done
echo 'race_top:^main$' >known.supp
mps 1 $run --suppressions known.supp -- "./$name-ring"
has out "data race"
has_not out "suppression"
nothing_left
