#include "spin.h"

#include "state.h"

enum { READS = 8 }; /* remembered: a loop may wait for several words */

__thread struct spin spin __attribute__((tls_model("initial-exec")));

struct reading {
    const volatile void *address;
    uint64_t value;
    uint64_t stamp;
};

static __thread struct {
    struct reading reads[READS];
    uint64_t stamp;  /* grows when the task does something else than read */
    uint64_t points; /* its ops up to the last one here */
} own __attribute__((tls_model("initial-exec")));

void spin_begin(void)
{
    own.stamp++;
    spin_paused();
}

bool spin_looked(const volatile void *address, uint64_t value, bool changed)
{
    uint64_t points = runtime.segment->tasks[local.task].points;
    if (changed || points != own.points + 1 || spin.wrote)
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
