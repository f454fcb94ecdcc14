#include "cores.h"

#include <pthread.h>

/* Later, the thread that asks may be pinned itself. */
static cpu_set_t at_first;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void look_first(void)
{
    if (sched_getaffinity(0, sizeof(at_first), &at_first))
        CPU_ZERO(&at_first);
}

/* The cores in SET whose numbers are below END. */
static unsigned count_below(const cpu_set_t *set, int end)
{
    unsigned count = 0;
    for (int i = 0; i < end; i++)
        count += CPU_ISSET(i, set) ? 1 : 0;
    return count;
}

void cores_look(struct cores *cores)
{
    pthread_once(&once, look_first);
    int here = sched_getcpu();
    cores->allowed = at_first;
    cores->count = count_below(&at_first, CPU_SETSIZE);
    cores->count = cores->count ? cores->count : 1;
    cores->first =
        here > 0 && here < CPU_SETSIZE ? count_below(&at_first, here) : 0;
}

int cores_of_slot(const struct cores *cores, unsigned number)
{
    if (cores->count < 2)
        return -1;
    unsigned place = (cores->first + number) % cores->count;
    for (int core = 0; core < CPU_SETSIZE; core++)
        if (CPU_ISSET(core, &cores->allowed) && !place--)
            return core;
    return -1;
}
