#include "held.h"

#include <stdbool.h>
#include <string.h>

#include "detect/race.h"
#include "rows.h"
#include "state.h"

/* By task number: a child of fork() begins with none. */
static struct held_list *own(void)
{
    return task_rows && local.task < MEMORY_TASKS ? &task_rows->held[local.task]
                                                  : NULL;
}

void held_push(uint32_t object, uint32_t context)
{
    struct held_list *list = own();
    if (!list)
        return;
    if (list->count < HELD_MAX)
        list->locks[list->count] = (struct held){object, context, 0};
    list->count++;
}

void held_pop(uint32_t object)
{
    struct held_list *list = own();
    if (!list || !list->count)
        return;
    uint32_t known = list->count < HELD_MAX ? list->count : HELD_MAX;
    uint32_t at = known;
    while (at && list->locks[at - 1].object != object)
        at--;
    if (!at && known == list->count)
        return;
    list->count--;
    if (!at)
        return;
    for (uint32_t i = at - 1; i + 1 < known; i++) {
        list->locks[i] = list->locks[i + 1];
        list->locks[i].node = 0;
    }
}

uint32_t held_count(void)
{
    const struct held_list *list = own();
    return list ? list->count : 0;
}

uint32_t held_node(void)
{
    struct held_list *list = own();
    uint32_t node = 0;
    if (!list || !runtime.memory)
        return 0;
    for (uint32_t i = 0; i < list->count && i < HELD_MAX; i++) {
        struct held *held = &list->locks[i];
        if (!held->node)
            held->node =
                race_node(runtime.memory, node,
                          (uint64_t)held->object << 32 | held->context);
        node = held->node;
    }
    return node;
}
