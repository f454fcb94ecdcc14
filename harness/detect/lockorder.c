#include "lockorder.h"

#include <errno.h>
#include <stdlib.h>

enum { BUDGET = 1000000 /* pairs looked at in one search */ };

struct search {
    const struct lockorder *graph;
    struct lockorder_step *steps;
    uint32_t length; /* so many steps are wanted */
    uint32_t budget;
};

/* Whether who wants WANTED has to wait for who has HELD, of another task. */
static bool conflicts(const struct lockorder_taking *waiter,
                      const struct lockorder_lock *wanted,
                      const struct lockorder_taking *holder,
                      const struct lockorder_lock *held)
{
    if (wanted->lock != held->lock || (wanted->shared && held->shared))
        return false;
    return !(wanted->process && held->process &&
             waiter->process == holder->process);
}

/* Whether a lock keeps both from holding what they hold at the same time. */
static bool has_gate(const struct lockorder_taking *a,
                     const struct lockorder_taking *b)
{
    for (uint32_t i = 0; i < a->held_count; i++)
        for (uint32_t k = 0; k < b->held_count; k++)
            if (conflicts(a, &a->held[i], b, &b->held[k]))
                return true;
    return false;
}

static bool can_meet(const struct search *search, uint32_t a, uint32_t b)
{
    const struct lockorder *graph = search->graph;
    const struct lockorder_taking *one = &graph->takings[a];
    const struct lockorder_taking *two = &graph->takings[b];
    return one->task != two->task && !has_gate(one, two) &&
           !graph->ordered(graph->context, a, b);
}

/* Whether CANDIDATE can stand beside all of the COUNT steps. */
static bool fits(const struct search *search, uint32_t count,
                 uint32_t candidate)
{
    for (uint32_t i = 0; i < count; i++)
        if (!can_meet(search, search->steps[i].taking, candidate))
            return false;
    return true;
}

/* Whether the circle closes: the newest of COUNT steps waits for what the first
 * one holds. */
static bool closes(const struct search *search, uint32_t count)
{
    const struct lockorder_taking *last =
        &search->graph->takings[search->steps[count - 1].taking];
    const struct lockorder_taking *first =
        &search->graph->takings[search->steps[0].taking];
    return conflicts(last, &last->lock, first,
                     &first->held[search->steps[0].held]);
}

/* Go on from COUNT steps, depth first: no deeper than LOCKORDER_CIRCLE. */
static bool extend(struct search *search, uint32_t count)
{
    const struct lockorder *graph = search->graph;
    const struct lockorder_taking *last =
        &graph->takings[search->steps[count - 1].taking];
    if (count == search->length)
        return closes(search, count);
    for (uint32_t i = 0; i < graph->count; i++) {
        const struct lockorder_taking *next = &graph->takings[i];
        if (!search->budget)
            return false;
        search->budget--;
        for (uint32_t h = 0; h < next->held_count; h++) {
            if (next->held[h].gate ||
                !conflicts(last, &last->lock, next, &next->held[h]))
                continue;
            search->steps[count] = (struct lockorder_step){i, h};
            if (fits(search, count, i) && extend(search, count + 1))
                return true;
            break; /* no lock is held twice */
        }
    }
    return false;
}

uint32_t lockorder_circle(const struct lockorder *graph, uint32_t through,
                          uint32_t held,
                          struct lockorder_step steps[LOCKORDER_CIRCLE])
{
    struct search search = {.graph = graph, .steps = steps, .budget = BUDGET};
    if (graph->takings[through].held[held].gate)
        return 0;
    steps[0] = (struct lockorder_step){through, held};
    for (uint32_t length = 2; length <= LOCKORDER_CIRCLE; length++) {
        search.length = length;
        if (extend(&search, 1))
            return length;
    }
    return 0;
}

/* -- Trimming ---------------------------------------------------------------*/

struct node {
    uint64_t lock;
    uint32_t in, out; /* live takings of it, and with it held */
};

static int by_lock(const void *a, const void *b)
{
    const struct node *one = a, *two = b;
    return one->lock < two->lock ? -1 : one->lock > two->lock;
}

static struct node *find_node(struct node *nodes, uint32_t count, uint64_t lock)
{
    struct node key = {.lock = lock};
    return bsearch(&key, nodes, count, sizeof(*nodes), by_lock);
}

/* All locks, each once, sorted. */
static uint32_t list_nodes(const struct lockorder_taking *takings,
                           uint32_t count, struct node *nodes)
{
    uint32_t all = 0, kept = 0;
    for (uint32_t i = 0; i < count; i++) {
        nodes[all++] = (struct node){.lock = takings[i].lock.lock};
        for (uint32_t h = 0; h < takings[i].held_count; h++)
            nodes[all++] = (struct node){.lock = takings[i].held[h].lock};
    }
    qsort(nodes, all, sizeof(*nodes), by_lock);
    for (uint32_t i = 0; i < all; i++)
        if (!kept || nodes[kept - 1].lock != nodes[i].lock)
            nodes[kept++] = nodes[i];
    return kept;
}

static void count_ends(const struct lockorder_taking *takings, uint32_t count,
                       const bool *live, struct node *nodes,
                       uint32_t node_count)
{
    for (uint32_t n = 0; n < node_count; n++)
        nodes[n].in = nodes[n].out = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!live[i])
            continue;
        find_node(nodes, node_count, takings[i].lock.lock)->in++;
        for (uint32_t h = 0; h < takings[i].held_count; h++)
            if (!takings[i].held[h].gate)
                find_node(nodes, node_count, takings[i].held[h].lock)->out++;
    }
}

/* Whether TAKING leads from a lock that is taken somewhere to one that is held
 * somewhere. */
static bool leads_on(const struct lockorder_taking *taking, struct node *nodes,
                     uint32_t node_count)
{
    if (!find_node(nodes, node_count, taking->lock.lock)->out)
        return false;
    for (uint32_t h = 0; h < taking->held_count; h++)
        if (!taking->held[h].gate &&
            find_node(nodes, node_count, taking->held[h].lock)->in)
            return true;
    return false;
}

int lockorder_trim(const struct lockorder_taking *takings, uint32_t count,
                   bool *live)
{
    struct node *nodes =
        calloc((size_t)count * (LOCKORDER_HELD + 1) + 1, sizeof(*nodes));
    if (!nodes)
        return -ENOMEM;
    uint32_t node_count = list_nodes(takings, count, nodes), left = count;
    for (uint32_t i = 0; i < count; i++)
        live[i] = true;
    for (bool changed = true; changed && left;) {
        changed = false;
        count_ends(takings, count, live, nodes, node_count);
        for (uint32_t i = 0; i < count; i++) {
            if (!live[i] || leads_on(&takings[i], nodes, node_count))
                continue;
            live[i] = false;
            changed = true;
            left--;
        }
    }
    free(nodes);
    return (int)left;
}
