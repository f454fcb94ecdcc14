#include "thread.h"

#include <stdbool.h>

#include "look.h"
#include "whereabouts.h"

struct thread_stack thread_stack_of(const pthread_attr_t *attributes)
{
    struct thread_stack stack = {0};
    pthread_attr_t fallback;
    if (access_mode == ACCESS_OFF)
        return stack;
    void *address = NULL;
    if (attributes) {
        pthread_attr_getstack(attributes, &address, &stack.size);
        if (address && stack.size &&
            (uintptr_t)address < UINTPTR_MAX - stack.size)
            stack.low = (uintptr_t)address;
        if (!stack.size)
            pthread_attr_getstacksize(attributes, &stack.size);
    } else if (!pthread_getattr_default_np(&fallback)) {
        pthread_attr_getstacksize(&fallback, &stack.size);
        pthread_attr_destroy(&fallback);
    }
    return stack;
}

void thread_begins(const struct thread_stack *stack)
{
    /* Where libc chose, its own record of the thread lies at the upper end,
     * with the thread-local memory below it. pthread_getattr_np() would tell
     * exactly, but it allocates, which makes an arena for the thread. */
    enum { RECORD = 4096 };
    uintptr_t high = stack->low ? stack->low + stack->size
                                : (uintptr_t)pthread_self() + RECORD;
    if (!stack->size || !is_looked_at())
        return;
    uintptr_t low = high - stack->size - (stack->low ? 0 : RECORD);
    whereabouts_stack(local.task, low, high);
    access_forget_at((const void *)low, high - low);
}
