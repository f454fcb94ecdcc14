#include "graph.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "ids.h"
#include "order.h"
#include "segment/memory.h"

/* An id that has no meaning in other iterations has this bit, others do not. */
#define PASSING (UINT64_C(1) << 63)

struct lock_graph *lock_graph_new(void)
{
    return calloc(1, sizeof(struct lock_graph));
}

void lock_graph_free(struct lock_graph *graph)
{
    if (!graph)
        return;
    for (uint32_t i = 0; i < graph->count; i++)
        told_fini(&graph->known[i].told);
    free(graph->never);
    free(graph->told);
    free(graph);
}

/* -- Sets of ids: few, and seldom looked at ---------------------------------*/

static bool has(const uint64_t *set, size_t count, uint64_t id)
{
    for (size_t i = 0; i < count; i++)
        if (set[i] == id)
            return true;
    return false;
}

/* 1 when ID is new. */
static int add(uint64_t **set, size_t *count, uint64_t id)
{
    if (has(*set, *count, id))
        return 0;
    uint64_t *more = realloc(*set, (*count + 1) * sizeof(**set));
    if (!more)
        return -ENOMEM;
    *set = more;
    more[(*count)++] = id;
    return 1;
}

int lock_graph_tell(struct lock_graph *graph, uint64_t signature)
{
    int new = add(&graph->told, &graph->told_count, signature);
    return new < 0 ? new : !new;
}

/* -- One iteration ----------------------------------------------------------*/

static uint64_t id_of(const struct segment *segment,
                      const struct lock_hold *hold)
{
    uint64_t id = lock_id(segment, hold);
    if (id)
        return id & ~PASSING;
    return PASSING | (uint64_t)hold->generation << 16 | hold->object;
}

static bool is_lock(const struct lock_graph *graph,
                    const struct lock_order *orders,
                    const struct lock_hold *hold, uint64_t id)
{
    return !(hold->flags & LOCK_UNPROVEN) ||
           (!orders->never[hold->object] &&
            !has(graph->never, graph->never_count, id));
}

static struct lockorder_lock lock_of(const struct lock_hold *hold, uint64_t id)
{
    return (struct lockorder_lock){
        .lock = id,
        .shared = hold->flags & LOCK_SHARED,
        .process = hold->flags & LOCK_PROCESS,
    };
}

/* Whether what a target may have written over can be used as it is. */
static bool is_sound(const struct segment *segment,
                     const struct lock_taking *taking)
{
    bool sound = taking->task < segment_task_count(segment) &&
                 taking->held_count && taking->held_count <= LOCK_HELD &&
                 taking->lock.object < LOCK_OBJECTS;
    for (uint32_t i = 0; sound && i < taking->held_count; i++)
        sound = taking->held[i].object < LOCK_OBJECTS;
    return sound;
}

static void take_one(struct lock_round *round, const struct lock_graph *graph,
                     const struct segment *segment, uint32_t number)
{
    const struct lock_taking *taking = &round->orders->takings[number];
    uint64_t id = id_of(segment, &taking->lock);
    if (!is_lock(graph, round->orders, &taking->lock, id))
        return;
    struct lockorder_taking *out = &round->takings[round->count];
    *out = (struct lockorder_taking){
        .task = task_id(segment, taking->task),
        .process =
            task_id(segment, segment_task_process(segment, taking->task)),
        .lock = lock_of(&taking->lock, id),
        .held_count = taking->held_count,
    };
    for (uint32_t i = 0; i < taking->held_count; i++) {
        const struct lock_hold *held = &taking->held[i];
        id = id_of(segment, held);
        out->held[i] = lock_of(held, id);
        /* One that was not given back may not be a lock; yet it may have kept
         * somebody out. */
        out->held[i].gate =
            !is_lock(graph, round->orders, held, id) ||
            (held->flags & LOCK_UNPROVEN && !(held->flags & LOCK_GIVEN_BACK));
    }
    round->numbers[round->count++] = (uint16_t)number;
}

int lock_round_take(struct lock_round *round, struct lock_graph *graph,
                    const struct outcome *outcome)
{
    const struct lock_order *orders = &outcome->memory->orders;
    const struct segment *segment = outcome->segment;
    uint32_t count =
        orders->count < LOCK_TAKINGS ? orders->count : LOCK_TAKINGS;
    round->orders = orders;
    round->count = 0;
    for (uint32_t i = 0; i < LOCK_OBJECTS && count; i++) {
        const struct lock_hold hold = {.object = (uint16_t)i};
        if (orders->never[i] &&
            add(&graph->never, &graph->never_count, id_of(segment, &hold)) < 0)
            return -ENOMEM;
    }
    for (uint32_t i = 0; i < count; i++)
        if (is_sound(segment, &orders->takings[i]))
            take_one(round, graph, segment, i);
    return 0;
}

static bool is_before(const struct lock_order *orders, uint32_t a, uint32_t b)
{
    return orders->before[b][a / 64] >> a % 64 & 1;
}

bool lock_round_ordered(const void *context, uint32_t a, uint32_t b)
{
    const struct lock_round *round = context;
    uint32_t one = round->numbers[a], two = round->numbers[b];
    return is_before(round->orders, one, two) ||
           is_before(round->orders, two, one);
}

/* -- All iterations ---------------------------------------------------------*/

static bool is_lasting(const struct lockorder_taking *taking)
{
    bool lasting = !(taking->lock.lock & PASSING);
    for (uint32_t i = 0; i < taking->held_count; i++)
        lasting = lasting && !(taking->held[i].lock & PASSING);
    return lasting;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t parts[] = {a, b};
    return XXH3_64bits(parts, sizeof(parts));
}

static uint64_t mix_lock(uint64_t id, const struct lockorder_lock *lock,
                         uint64_t place)
{
    uint64_t how = lock->shared | lock->process << 1 | lock->gate << 2;
    return mix(mix(id, lock->lock), mix(how, place));
}

static void describe(struct known_taking *known, const struct segment *segment,
                     const struct lock_taking *taking)
{
    segment_task_path(segment, taking->task, known->path);
    known->children = taking->children;
    known->ended_count = 0;
    for (uint32_t t = 0; t < LOCK_TASKS; t++)
        if (taking->ended[t / 64] >> t % 64 & 1)
            known->ended[known->ended_count++] = task_id(segment, t);
}

static uint64_t known_id(const struct known_taking *known,
                         const struct lockorder_taking *pure,
                         const struct segment *segment,
                         const struct lock_taking *taking)
{
    uint64_t id = mix(pure->task, known->children);
    id = mix_lock(id, &pure->lock, place_id(segment, &taking->lock));
    for (uint32_t i = 0; i < pure->held_count; i++)
        id = mix_lock(id, &pure->held[i], place_id(segment, &taking->held[i]));
    uint64_t ended = 0;
    for (uint32_t i = 0; i < known->ended_count; i++)
        ended += known->ended[i];
    return mix(id, ended);
}

/* The number of taking INDEX of ROUND in GRAPH, added if it is new; -1 when it
 * means nothing there or there is no room; -ENOMEM. */
static int find_known(struct lock_graph *graph, const struct lock_round *round,
                      const struct outcome *outcome, uint32_t index)
{
    const struct lockorder_taking *pure = &round->takings[index];
    const struct lock_taking *taking =
        &round->orders->takings[round->numbers[index]];
    if (!is_lasting(pure) || graph->count == KNOWN_MAX)
        return -1;
    struct known_taking *new = &graph->known[graph->count];
    describe(new, outcome->segment, taking);
    new->id = known_id(new, pure, outcome->segment, taking);
    for (uint32_t i = 0; i < graph->count; i++)
        if (graph->known[i].id == new->id)
            return (int)i;
    int err = told_take(&new->told, outcome, taking);
    if (err)
        return err;
    new->changed = true;
    graph->takings[graph->count] = *pure;
    return (int)graph->count++;
}

static bool get(uint64_t matrix[KNOWN_MAX][KNOWN_MAX / 64], uint32_t a,
                uint32_t b)
{
    return matrix[a][b / 64] >> b % 64 & 1;
}

static void set(uint64_t matrix[KNOWN_MAX][KNOWN_MAX / 64], uint32_t a,
                uint32_t b)
{
    matrix[a][b / 64] |= UINT64_C(1) << b % 64;
    matrix[b][a / 64] |= UINT64_C(1) << a % 64;
}

static void learn_pair(struct lock_graph *graph, uint32_t a, uint32_t b,
                       bool ordered)
{
    set(graph->together, a, b);
    if (ordered || get(graph->unordered, a, b))
        return;
    set(graph->unordered, a, b);
    graph->known[a].changed = graph->known[b].changed = true;
}

int lock_graph_add(struct lock_graph *graph, const struct lock_round *round,
                   const struct outcome *outcome)
{
    int numbers[LOCK_TAKINGS];
    /* With more tasks it is not known who had ended. */
    if (segment_task_count(outcome->segment) > LOCK_TASKS)
        return 0;
    for (uint32_t i = 0; i < round->count; i++) {
        numbers[i] = find_known(graph, round, outcome, i);
        if (numbers[i] == -ENOMEM)
            return -ENOMEM;
        for (uint32_t k = 0; k < i; k++)
            if (numbers[i] >= 0 && numbers[k] >= 0 && numbers[i] != numbers[k])
                learn_pair(graph, (uint32_t)numbers[i], (uint32_t)numbers[k],
                           lock_round_ordered(round, i, k));
    }
    return 0;
}

/* Whether A came before B in every iteration: before its task was made, or of a
 * task whose end was known. */
static bool comes_first(const struct lock_graph *graph, uint32_t a, uint32_t b)
{
    const struct known_taking *one = &graph->known[a], *two = &graph->known[b];
    size_t length = strlen(one->path);
    if (!strncmp(one->path, two->path, length) && two->path[length] == '.' &&
        strtoul(two->path + length + 1, NULL, 10) >= one->children)
        return true;
    return has(two->ended, two->ended_count, graph->takings[a].task);
}

bool lock_graph_ordered(const void *context, uint32_t a, uint32_t b)
{
    struct lock_graph *graph;
    memcpy(&graph, &context, sizeof(graph));
    /* What was together once shows how it is. */
    if (get(graph->together, a, b))
        return !get(graph->unordered, a, b);
    return comes_first(graph, a, b) || comes_first(graph, b, a);
}
