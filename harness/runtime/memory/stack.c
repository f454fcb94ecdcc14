#include "stack.h"

#include <string.h>

#include "rows.h"

__thread struct stack stack __attribute__((tls_model("initial-exec")));

void stack_become(void)
{
    /* The child of fork() is where its parent was, in its copy of the frames
     * under the parent's number, which nobody else in it has. */
    bool is_thread = runtime.segment->tasks[local.task].is_thread;
    if (stack.bottom && !is_thread)
        return;
    if (!task_rows || local.task >= MEMORY_TASKS)
        return;
    stack.bottom = stack.top = task_rows->frames[local.task];
    stack.limit = stack.bottom + STACK_FRAMES;
    stack.beyond = 0;
}

void stack_drop_left(uintptr_t below)
{
    if (stack.top > stack.bottom && stack.top[-1].base < below)
        stack.beyond = 0;
    while (stack.top > stack.bottom && stack.top[-1].base < below)
        stack.top--;
}

void stack_enter(const void *pc, uintptr_t base)
{
    stack_drop_left(base + 1);
    if (stack.top == stack.limit) {
        if (stack.limit)
            stack.beyond++;
        return;
    }
    struct stack_frame *frame = stack.top++;
    frame->pc = pc;
    frame->base = base;
    frame->node = 0;
}
