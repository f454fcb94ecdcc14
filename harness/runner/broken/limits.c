/* What a program may not have: descriptors, time, calls, stack; and what it
 * should leave alone: the memory that it shares with mpstress. */
#include "wild.h"

#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "segment/segment.h"

/* -- Resources ------------------------------------------------------------- */

static int no_descriptors(void)
{
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_NOFILE, &none);
    if (!fork()) {
        take_turns(3);
        _exit(0);
    }
    take_turns(3);
    return child_result();
}

_Noreturn static int no_processor_time(void)
{
    struct rlimit one = {1, 1};
    setrlimit(RLIMIT_CPU, &one);
    for (volatile unsigned long i = 0;; i++)
        ;
}

static int strict_seccomp(void)
{
    take_turns(2);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    take_turns(2);
    return 0;
}

static int deeper(int depth)
{
    volatile char frame[4096];
    frame[0] = 1;
    take_turns(1);
    return depth ? deeper(depth - 1) + frame[0] : 0;
}

/* Deeper than any stack. */
static int recursion(void)
{
    return deeper(1 << 20);
}

/* mpstress's segment among it. */
static int unmap_shared_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long start_at[16], end_at[16];
    int found = 0;
    while (maps && found < 16 && fgets(line, sizeof(line), maps)) {
        char mode[8];
        if (sscanf(line, "%lx-%lx %7s", &start_at[found], &end_at[found],
                   mode) == 3 &&
            !strcmp(mode, "rw-s"))
            found++;
    }
    for (int i = 0; i < found; i++)
        syscall(SYS_munmap, start_at[i], end_at[i] - start_at[i]);
    return 0;
}

/* -- mpstress's memory ------------------------------------------------------*/

static struct segment *find_segment(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    unsigned long at = 0, end, offset;
    while (maps && fgets(line, sizeof(line), maps))
        if (strstr(line, "memfd:mpstress-segment") &&
            sscanf(line, "%lx-%lx %*s %lx", &at, &end, &offset) == 3 && !offset)
            break;
    if (!at)
        _exit(73);
    return (struct segment *)at;
}

static void fill(void *at, size_t size)
{
    static uint64_t state;
    if (!state)
        state =
            (uint64_t)time(NULL) << 20 ^ (uint64_t)getpid() ^ (uint64_t)clock();
    for (size_t i = 0; i + 4 <= size; i += 4) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t word = (uint32_t)(state >> 33);
        memcpy((char *)at + i, &word, 4);
    }
}

/* Workers that pass the turn while WHAT is written over. */
/* Over COUNT pieces of SIZE bytes, STRIDE apart. */
static int scribble_each(char *at, size_t size, size_t count, size_t stride)
{
    for (int i = 0; i < 3; i++)
        if (!fork()) {
            take_turns(10);
            _exit(0);
        }
    take_turns(3);
    for (size_t i = 0; i < count; i++)
        fill(at + i * stride, size);
    while (wait(NULL) > 0)
        ;
    return 0;
}

static int scribble_over(void *at, size_t size)
{
    return scribble_each(at, size, 1, 0);
}

static int scribble_schedule(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(schedule, sizeof(*schedule));
}

static int scribble_holder(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(&schedule->holder, 4);
}

static int scribble_state(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(&schedule->holder,
                         offsetof(struct segment_schedule, alive) -
                             offsetof(struct segment_schedule, holder));
}

static int scribble_alive(void)
{
    struct segment_schedule *schedule = &find_segment()->schedule;
    return scribble_over(schedule->alive, sizeof(schedule->alive));
}

static int scribble_turns(void)
{
    struct segment *segment = find_segment();
    return scribble_each((char *)&segment->tasks[0].turn,
                         sizeof(struct segment_turn), SEGMENT_TASKS,
                         sizeof(segment->tasks[0]));
}

static int scribble_tasks(void)
{
    struct segment *segment = find_segment();
    return scribble_over(segment->tasks, sizeof(segment->tasks));
}

const struct variant limit_variants[] = {
    {"no-descriptors", no_descriptors},
    {"no-processor-time", no_processor_time},
    {"strict-seccomp", strict_seccomp},
    {"recursion", recursion},
    {"unmap-shared-memory", unmap_shared_memory},
    {"scribble-schedule", scribble_schedule},
    {"scribble-holder", scribble_holder},
    {"scribble-state", scribble_state},
    {"scribble-alive", scribble_alive},
    {"scribble-turns", scribble_turns},
    {"scribble-tasks", scribble_tasks},
    {NULL, NULL},
};
