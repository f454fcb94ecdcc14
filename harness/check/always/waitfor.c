#include "waitfor.h"

#include <string.h>

#include "check/show.h"

/* -- Edges ------------------------------------------------------------------*/

static void add_edge(struct wait_graph *graph, size_t *count,
                     const struct waiter *from, int to, enum wait_reason reason,
                     uint64_t site)
{
    if (*count < WAIT_EDGES)
        graph->edges[(*count)++] = (struct wait_edge){from, to, reason, site};
}

/* What the op ring tells about one semaphore or one lock: for each task how
 * often it took it without giving it back. */
struct balance {
    unsigned char taken[SEGMENT_TASKS]; /* + 1; 0: not seen */
    uint64_t site[SEGMENT_TASKS];       /* where it did so last */
    bool foreign; /* given back by who had not taken it, or taken twice */
};

static void balance_add(struct balance *balance, const struct segment_op *op,
                        bool forgetful)
{
    if (op->task >= SEGMENT_TASKS || !op->end || op->result < 0)
        return;
    unsigned char *taken = &balance->taken[op->task];
    enum op_class class = op_kind_class(op->kind);
    if (class == OP_ACQUIRE) {
        balance->foreign |= *taken > 1;
        *taken = *taken ? *taken + (*taken < UINT8_MAX) : 2;
        balance->site[op->task] = op->site;
    } else if (class == OP_RELEASE) {
        /* That it took it may be what the ring has forgotten. */
        balance->foreign |= *taken ? *taken == 1 : !forgetful;
        *taken = *taken > 1 ? *taken - 1 : 1;
    }
}

static void balance_fill(struct balance *balance, const struct segment *segment,
                         uint32_t object)
{
    bool forgetful = segment_ops_lost(segment);
    memset(balance, 0, sizeof(*balance));
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at)))
        if (op->object == object)
            balance_add(balance, op, forgetful);
}

/* Whether the semaphore was used as a lock as far as is known. One that some
 * tasks post and others wait for counts things: who took one last does not hold
 * it, and need not ever post it. */
static bool is_lock(const struct segment *segment, uint32_t object)
{
    struct balance balance;
    balance_fill(&balance, segment, object);
    return !balance.foreign;
}

/* An rwlock says who writes, not who reads: the ring may know. */
static void add_readers(struct wait_graph *graph, size_t *count,
                        const struct waiter *waiter)
{
    const struct segment *segment = graph->waiters->judge->segment;
    struct balance balance;
    balance_fill(&balance, segment, waiter->op->object);
    size_t tasks = segment_task_count(segment);
    for (uint32_t i = 0; i < tasks; i++)
        if (balance.taken[i] > 1)
            add_edge(graph, count, waiter, (int)i, WAIT_HELD, balance.site[i]);
}

static void add_holders(struct wait_graph *graph, size_t *count,
                        const struct waiter *waiter)
{
    const struct segment *segment = graph->waiters->judge->segment;
    const struct segment_object *object = waiter_object(graph->waiters, waiter);
    if (!object)
        return;
    enum op_class class = op_kind_class(waiter->op->kind);
    if (class != OP_ACQUIRE && class != OP_BOTH)
        return;
    uint32_t holder = object->holder;
    if (!holder && object->kind == OBJECT_RWLOCK)
        add_readers(graph, count, waiter);
    if (!holder || holder > segment_task_count(segment))
        return;
    if (object->kind == OBJECT_SEM && !is_lock(segment, waiter->op->object))
        return;
    /* Whether a semop() takes or gives is not recorded: that the same task did
     * the last one and does the next says nothing. */
    if (object->kind == OBJECT_SYSV_SEM && (int)holder - 1 == waiter->task)
        return;
    add_edge(graph, count, waiter, (int)holder - 1, WAIT_HELD,
             object->holder_site);
}

static bool is_child(const struct segment *segment, int task, int of)
{
    const struct segment_task *child = &segment->tasks[task];
    uint32_t parent = child->parent;
    return parent && parent <= segment_task_count(segment) &&
           !child->is_thread && task != of &&
           ((int)parent - 1 == of ||
            (segment->tasks[of].pid &&
             segment->tasks[parent - 1].pid == segment->tasks[of].pid));
}

static void add_awaited(struct wait_graph *graph, size_t *count,
                        const struct waiter *waiter)
{
    const struct waiters *waiters = graph->waiters;
    int task = waiter_awaited(waiters, waiter);
    if (task >= 0)
        add_edge(graph, count, waiter, task, WAIT_END, 0);
    if (waiter->task < 0 || !waiter_awaits_any(waiters, waiter))
        return;
    for (size_t i = 0; i < waiters->count; i++) {
        int other = waiters->list[i].task;
        if (other >= 0 &&
            is_child(waiters->judge->segment, other, waiter->task))
            add_edge(graph, count, waiter, other, WAIT_CHILD, 0);
    }
}

void wait_graph_build(struct wait_graph *graph, const struct waiters *waiters)
{
    graph->waiters = waiters;
    size_t count = 0;
    for (size_t i = 0; i < waiters->count; i++) {
        graph->first[i] = count;
        add_holders(graph, &count, &waiters->list[i]);
        add_awaited(graph, &count, &waiters->list[i]);
    }
    graph->first[waiters->count] = count;
}

const struct wait_edge *wait_graph_edges(const struct wait_graph *graph,
                                         const struct waiter *waiter,
                                         size_t *count)
{
    size_t index = (size_t)(waiter - graph->waiters->list);
    *count = graph->first[index + 1] - graph->first[index];
    return &graph->edges[graph->first[index]];
}

/* -- Cycles -----------------------------------------------------------------*/

/* Breadth first from START: the shortest way back to it. */
static void cycle_from(const struct wait_graph *graph, unsigned reasons,
                       const struct waiter *start, struct wait_cycle *cycle)
{
    const struct waiters *waiters = graph->waiters;
    const struct wait_edge *reached[WAITERS_MAX] = {NULL};
    const struct waiter *queue[WAITERS_MAX + 1];
    size_t head = 0, tail = 0;
    queue[tail++] = start;
    const struct wait_edge *last = NULL;
    while (head < tail && !last) {
        size_t count;
        const struct wait_edge *edges =
            wait_graph_edges(graph, queue[head++], &count);
        for (size_t i = 0; i < count && !last; i++) {
            if (!(edges[i].reason & reasons))
                continue;
            const struct waiter *to = waiters_find(waiters, edges[i].to);
            if (to == start)
                last = &edges[i];
            if (!to || to == start || reached[to - waiters->list])
                continue;
            reached[to - waiters->list] = &edges[i];
            queue[tail++] = to;
        }
    }
    cycle->length = 0;
    if (!last)
        return;
    size_t length = 1;
    for (const struct wait_edge *e = last; e->from != start;
         e = reached[e->from - waiters->list])
        length++;
    cycle->length = length;
    for (const struct wait_edge *e = last; length--;
         e = reached[e->from - waiters->list])
        cycle->edges[length] = e;
}

void wait_graph_cycle(const struct wait_graph *graph, unsigned reasons,
                      struct wait_cycle *cycle)
{
    cycle->length = 0;
    for (size_t i = 0; i < graph->waiters->count; i++) {
        struct wait_cycle found;
        cycle_from(graph, reasons, &graph->waiters->list[i], &found);
        if (found.length && (!cycle->length || found.length < cycle->length))
            *cycle = found;
    }
}

/* -- In words ---------------------------------------------------------------*/

void wait_edge_show(struct str *s, const struct wait_graph *graph,
                    const struct wait_edge *edge)
{
    const struct segment *segment = graph->waiters->judge->segment;
    bool itself = edge->to == edge->from->task;
    waiter_show(s, graph->waiters, edge->from);
    str_add(s, " waits for ");
    if (edge->reason == WAIT_HELD) {
        show_object(s, segment, edge->from->op->object);
        str_add(s, itself ? " that it holds itself" : ", held by ");
    } else {
        str_add(s, itself ? "its own end" : "the end of ");
    }
    if (!itself)
        show_task(s, segment, (uint32_t)edge->to);
}

void wait_cycle_show(struct str *s, const struct wait_graph *graph,
                     const struct wait_cycle *cycle, size_t max)
{
    for (size_t i = 0; i < cycle->length && i < max; i++) {
        str_add(s, i ? ", and " : "");
        wait_edge_show(s, graph, cycle->edges[i]);
    }
}

static void show_holder(struct str *s, const struct wait_graph *graph,
                        const struct wait_edge *edge)
{
    const struct waiters *waiters = graph->waiters;
    str_add(s, "    held by ");
    show_task(s, waiters->judge->segment, (uint32_t)edge->to);
    if (edge->to == edge->from->task)
        str_add(s, " itself");
    else if (waiters_has_ended(waiters, edge->to))
        str_add(s, ", which has ended");
    judge_show_site(waiters->judge, s, ", taken in ", edge->site, "");
    str_add_char(s, '\n');
}

void wait_show_state(struct str *s, const struct wait_graph *graph,
                     const struct waiter *waiter)
{
    const struct waiters *waiters = graph->waiters;
    waiter_show(s, waiters, waiter);
    str_add(s, ": ");
    waiter_show_doing(s, waiters, waiter);
    struct location location;
    if (waiter->op && judge_locate_op(waiters->judge, waiter->op, &location)) {
        str_add(s, " in ");
        show_location(s, &location);
    }
    str_add_char(s, '\n');
    size_t count;
    const struct wait_edge *edges = wait_graph_edges(graph, waiter, &count);
    for (size_t i = 0; i < count; i++)
        if (edges[i].reason == WAIT_HELD)
            show_holder(s, graph, &edges[i]);
}

/* The stack without what lies below main() and in the libraries, unless there
 * is nothing else. */
void wait_show_stack(struct str *s, const struct waiter *waiter)
{
    const struct task_snapshot *snapshot = waiter->snapshot;
    size_t shown = 0;
    for (int all = 0; snapshot && all < 2 && !shown; all++)
        for (size_t i = 0; i < snapshot->frame_count; i++) {
            if (!all && !symbols_is_user_code(&snapshot->frames[i]))
                continue;
            str_addf(s, "    #%zu ", shown++);
            show_location(s, &snapshot->frames[i]);
            str_add_char(s, '\n');
        }
}

void wait_place(struct judge *judge, struct finding *finding,
                const struct wait_graph *graph, const struct waiter *waiter)
{
    struct location location;
    if (!waiter_locate(graph->waiters, waiter, &location))
        return;
    struct str role;
    str_init(&role);
    waiter_show_doing(&role, graph->waiters, waiter);
    judge_location(judge, finding, &location,
                   waiter->task < 0 ? NO_TASK : (uint32_t)waiter->task,
                   role.data);
    str_fini(&role);
}

void wait_holder_place(struct judge *judge, struct finding *finding,
                       const struct wait_edge *edge)
{
    if (edge->reason != WAIT_HELD)
        return;
    struct str object;
    str_init(&object);
    show_object(&object, judge->segment, edge->from->op->object);
    judge_place(judge, finding, edge->site, (uint32_t)edge->to, "took %s",
                object.data);
    str_fini(&object);
}
