#include "cores.h"

#include <sched.h>
#include <unistd.h>

void cores_look(struct cores *cores)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    int here = sched_getcpu();
    cores->count = count > 0 ? (unsigned)count : 1;
    cores->first = here > 0 ? (unsigned)here : 0;
}

int cores_of_slot(const struct cores *cores, unsigned number)
{
    return cores->count > 1 ? (int)((cores->first + number) % cores->count)
                            : -1;
}
