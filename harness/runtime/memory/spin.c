#include "spin.h"

#include "state.h"

enum {
    READS = 8,           /* remembered: a loop may wait for several words */
    LONG_READING = 1000, /* accesses in a row without a point */
    LONG_WRITING = 50000 /* the same when some of them write: a computation */
};

struct reading {
    const volatile void *address;
    uint64_t value;
    uint64_t stamp;
};

static __thread struct {
    struct reading reads[READS];
    uint64_t stamp;  /* grows when the task does something else than read */
    uint64_t points; /* its ops up to the last one here */
    uint32_t quiet;
    bool wrote;
} own __attribute__((tls_model("initial-exec")));

void spin_begin(void)
{
    own.stamp++;
    own.quiet = 0;
    own.wrote = false;
}

bool spin_looked(const volatile void *address, uint64_t value, bool changed)
{
    uint64_t points = runtime.segment->tasks[local.task].points;
    if (changed || points != own.points + 1 || own.wrote)
        own.stamp++;
    own.points = points;
    spin_paused();
    uintptr_t at = (uintptr_t)address;
    struct reading *reading = &own.reads[(at ^ at >> 3 ^ at >> 6) % READS];
    bool same = reading->address == address && reading->value == value &&
                reading->stamp == own.stamp;
    *reading = (struct reading){address, value, own.stamp};
    return same && !changed;
}

bool spin_is_long(bool writes)
{
    own.wrote |= writes;
    own.quiet++;
    return own.quiet >= (own.wrote ? LONG_WRITING : LONG_READING);
}

void spin_paused(void)
{
    own.quiet = 0;
    own.wrote = false;
}
