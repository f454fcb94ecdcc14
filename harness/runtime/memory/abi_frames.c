/* Functions say when they begin and end, and each object file, in a
 * constructor, that it is instrumented. */
#include "abi.h"
#include "init.h"
#include "stack.h"

/* The caller's frame address, when it has a frame pointer: then the word above
 * it is where it returns to. Else the address of our own frame, which lies as
 * deep for this purpose, but less exactly so. */
static uintptr_t frame_of_caller(const void *pc, void *const *own)
{
    enum { FAR = 65536 };
    void *const *frame = (void *const *)*own;
    uintptr_t distance = (uintptr_t)frame - (uintptr_t)own;
    bool known =
        distance - 1 < FAR && !((uintptr_t)frame & 7) && frame[1] == pc;
    return (uintptr_t)(known ? frame : own);
}

ABI(void, __tsan_func_entry, (void *pc))
{
    if (access_mode)
        stack_enter(pc, frame_of_caller(pc, __builtin_frame_address(0)));
}

ABI(void, __tsan_func_exit, (void))
{
    if (access_mode)
        stack_leave();
}

ABI(void, __tsan_init, (void))
{
    init_instrumented(CALLER());
}
