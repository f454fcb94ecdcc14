#include "init.h"

#include <string.h>

#include "access.h"
#include "modules.h"
#include "state.h"
#include "sys.h"

/* Every sanitizer's runtime has it, ours has not. Weak, so that it is found in
 * the executable as well as in a library, without the help of dlsym(). */
extern void __sanitizer_set_death_callback(void (*)(void))
    __attribute__((weak, visibility("default")));

static bool seen; /* an object file has said so */

/* Two runtimes for the same hooks: some would go to one and some to the
 * other. */
static void refuse_foreign(void)
{
    static const char text[] =
        "mpstress: this program is built with -fsanitize=thread and linked "
        "with a sanitizer's own runtime, which cannot be there beside "
        "mpstress's: build and link it with mpstress cc or mpstress c++\n";
    SYS3(SYS_write, 2, text, sizeof(text) - 1);
    SYS1(SYS_exit_group, 124);
}

void init_instrumented(const void *pc)
{
    if (!seen) {
        if (__sanitizer_set_death_callback)
            refuse_foreign();
        seen = true;
    }
    if (!runtime.segment)
        return;
    modules_set_instrumented(pc);
    if (runtime.segment->control.instrumented)
        return;
    runtime.segment->control.instrumented = 1;
    /* A library that a plain program has just loaded. Threads that are there
     * already know nothing of this: they are seen in the next iteration. */
    if (runtime.active && local.attached && !runtime.threads)
        access_become();
}

void init_attached(void)
{
    if (seen)
        runtime.segment->control.instrumented = 1;
}

bool init_has_instrumented(void)
{
    return seen;
}

bool init_is_instrumented(const void *pc)
{
    return modules_is_instrumented(pc);
}
