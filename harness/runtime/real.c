#include "real.h"

#include <string.h>

struct real real;

/* pthread_cond_* exist twice in libc; without a version dlsym() may give the
 * old ones, which keep their state elsewhere. All but the newest: to look for
 * that version of it would fail, and the message dlerror() keeps of that would
 * be the only thing on the heap, a mapping that each fork copies. */
static const char condition_version[] =
#if defined(__x86_64__)
    "GLIBC_2.3.2";
#else
    "GLIBC_2.17";
#endif

static void *find(const char *name)
{
    void *found = NULL;
    if (!strncmp(name, "pthread_cond_", 13) &&
        strcmp(name, "pthread_cond_clockwait"))
        found = dlvsym(RTLD_NEXT, name, condition_version);
    if (!found)
        found = dlsym(RTLD_NEXT, name);
    return found;
}

void real_resolve(void)
{
    struct real table = {.resolved = true};
    void *found;
#define REAL_FIND(name)  \
    found = find(#name); \
    memcpy(&table.name, &found, sizeof(found));
    REAL_SYNC(REAL_FIND)
    REAL_TASKS(REAL_FIND)
    REAL_CALLS(REAL_FIND)
#undef REAL_FIND
    real = table;
}
