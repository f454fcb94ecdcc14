/* Call stacks and sets of locks, as nodes that equal ones share. */
#include "race.h"
#include "table.h"

static bool same(const struct memory *memory, uint32_t number, const void *key)
{
    const struct memory_node *node = &memory->nodes[number], *wanted = key;
    return node->key == wanted->key && node->parent == wanted->parent;
}

static uint64_t hash(const struct memory *memory, uint32_t number)
{
    const struct memory_node *node = &memory->nodes[number];
    return table_hash(node->key, node->parent);
}

static const struct table_kind kind = {MEMORY_NODE_SLOTS, MEMORY_NODES, same,
                                       hash};

uint32_t race_node(struct memory *memory, uint32_t parent, uint64_t key)
{
    if (memory->off)
        return 0;
    const struct memory_node wanted = {.key = key, .parent = parent};
    uint64_t code = table_hash(key, parent);
    uint32_t slot;
    uint32_t number = table_find(memory, &kind, memory->node_slots,
                                 memory->node_count, code, &wanted, &slot);
    if (number)
        return number;
    number = table_add(memory, &kind, memory->node_slots, &memory->node_count,
                       code, slot);
    if (number)
        memory->nodes[number] = wanted;
    else
        memory->off = MEMORY_OFF_NODES;
    return number;
}
