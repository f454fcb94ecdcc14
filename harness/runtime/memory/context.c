#include "context.h"

#include "detect/race.h"
#include "modules.h"
#include "stack.h"

/* The newest answers; nodes are the same for the whole iteration. */
struct answer {
    const void *pc;
    uint32_t parent, node;
};
enum { ANSWERS = 512 };
static struct answer answers[ANSWERS];

static uint32_t node_of(uint32_t parent, const void *pc)
{
    uintptr_t hash = ((uintptr_t)pc ^ (uintptr_t)parent * 0x9e3779b1u) >> 1;
    struct answer *answer = &answers[(hash ^ hash >> 9) % ANSWERS];
    if (answer->pc == pc && answer->parent == parent)
        return answer->node;
    uint64_t site = modules_site(pc);
    uint32_t node = site ? race_node(runtime.memory, parent, site) : parent;
    if (node)
        *answer = (struct answer){pc, parent, node};
    return node;
}

static uint32_t node_of_calls(void)
{
    struct stack_frame *frame = stack.top;
    while (frame > stack.bottom && !frame[-1].node)
        frame--;
    uint32_t node = frame > stack.bottom ? frame[-1].node : 0;
    for (; frame < stack.top; frame++) {
        /* What calls main() and a thread's function is nobody's business. */
        if (!node && modules_is_system(frame->pc))
            continue;
        node = frame->node = node_of(node, frame->pc);
    }
    return node;
}

uint32_t context_of(const void *pc)
{
    if (!runtime.memory)
        return 0;
    stack_drop_left((uintptr_t)__builtin_frame_address(0));
    return node_of(node_of_calls(), pc);
}

uint32_t context_at(uint64_t site)
{
    if (!runtime.memory)
        return 0;
    stack_drop_left((uintptr_t)__builtin_frame_address(0));
    uint32_t calls = node_of_calls();
    return site ? race_node(runtime.memory, calls, site) : calls;
}
