/* No task can ever go on: who waits for whom, and why nobody will end it. The
 * verdict is the scheduler's; or, where tasks run freely, that of a circle of
 * locks which was there when the time limit passed. */
#include <string.h>

#include "always.h"
#include "check/show.h"
#include "waitfor.h"

enum { HEADLINE_TASKS = 4, HEADLINE_EDGES = 8, DETAIL_TASKS = 40, PLACES = 16 };

/* What is known best about why nobody will end it. */
enum cause {
    CAUSE_CYCLE,  /* they wait for each other */
    CAUSE_DEAD,   /* the holder has ended */
    CAUSE_WAKEUP, /* the wake-up came too early */
    CAUSE_UNKNOWN
};

struct deadlock {
    struct judge *judge;
    enum cause cause;
    struct waiters waiters;
    struct wait_graph graph;
    struct wait_cycle cycle;
};

/* -- Causes -----------------------------------------------------------------*/

/* The first edge from WAITER to a task that has ended: it will not give back
 * what it holds. */
static const struct wait_edge *edge_to_dead(const struct deadlock *d,
                                            const struct waiter *waiter)
{
    size_t count;
    const struct wait_edge *edges = wait_graph_edges(&d->graph, waiter, &count);
    for (size_t i = 0; i < count; i++)
        if (edges[i].reason == WAIT_HELD &&
            waiters_has_ended(&d->waiters, edges[i].to))
            return &edges[i];
    return NULL;
}

/* Whether WAITER waits for nobody who waits: the others that do wait for it,
 * directly or not, and are no cause of their own. */
static bool is_root_cause(const struct deadlock *d, const struct waiter *waiter)
{
    size_t count;
    const struct wait_edge *edges = wait_graph_edges(&d->graph, waiter, &count);
    for (size_t i = 0; i < count; i++)
        if (waiters_find(&d->waiters, edges[i].to))
            return false;
    return true;
}

/* Whether the newest signal or wake-up of what WAITER waits for came before
 * its wait, and found nobody. One that came later and woke another is a case of
 * its own. */
static bool lost_wakeup(const struct deadlock *d, const struct waiter *waiter)
{
    const struct segment *segment = d->judge->segment;
    const struct segment_object *object = waiter_object(&d->waiters, waiter);
    if (!object ||
        (waiter->op->kind != OP_KIND_COND_WAIT &&
         waiter->op->kind != OP_KIND_FUTEX_WAIT) ||
        !object->vain_task || object->vain_task > segment_task_count(segment) ||
        object->vain_ticket >= waiter->op->begin)
        return false;
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at)))
        if (op->object == waiter->op->object &&
            op_kind_class(op->kind) == OP_RELEASE &&
            op->begin > object->vain_ticket &&
            (op->site != object->vain_site ||
             op->task + 1u != object->vain_task))
            return false;
    return true;
}

static void show_lost_wakeup(struct str *s, const struct deadlock *d,
                             const struct waiter *waiter)
{
    const struct segment *segment = d->judge->segment;
    const struct segment_object *object = waiter_object(&d->waiters, waiter);
    str_add(s, "lost wake-up: ");
    waiter_show(s, &d->waiters, waiter);
    str_add(s, " waits on ");
    show_object(s, segment, waiter->op->object);
    judge_show_site(d->judge, s, " (", waiter->op->site, ")");
    str_add(s, "; ");
    show_task(s, segment, object->vain_task - 1);
    str_add(s, waiter->op->kind == OP_KIND_COND_WAIT ? " signalled it earlier"
                                                     : " woke it earlier");
    judge_show_site(d->judge, s, " (", object->vain_site, ")");
    str_add(s, ", when nobody waited");
}

static bool in_cycle(const struct deadlock *d, const struct waiter *waiter)
{
    for (size_t i = 0; i < d->cycle.length; i++)
        if (d->cycle.edges[i]->from == waiter)
            return true;
    return false;
}

/* Whether WAITER is stuck for the reason CAUSE. */
static bool has_cause(const struct deadlock *d, const struct waiter *waiter,
                      enum cause cause)
{
    switch (cause) {
    case CAUSE_CYCLE:
        return in_cycle(d, waiter);
    case CAUSE_DEAD:
        return edge_to_dead(d, waiter);
    case CAUSE_WAKEUP:
        return lost_wakeup(d, waiter);
    case CAUSE_UNKNOWN:
        return is_root_cause(d, waiter);
    }
    return false;
}

static const struct waiter *first_with(const struct deadlock *d,
                                       enum cause cause)
{
    for (size_t i = 0; i < d->waiters.count; i++)
        if (has_cause(d, &d->waiters.list[i], cause))
            return &d->waiters.list[i];
    return NULL;
}

static enum cause find_cause(const struct deadlock *d)
{
    enum cause cause = CAUSE_CYCLE;
    while (cause < CAUSE_UNKNOWN && !first_with(d, cause))
        cause++;
    return cause;
}

/* -- The headline -----------------------------------------------------------*/

static void show_root_causes(struct str *s, const struct deadlock *d)
{
    size_t causes = 0;
    for (size_t i = 0; i < d->waiters.count; i++) {
        const struct waiter *w = &d->waiters.list[i];
        if (!is_root_cause(d, w) || ++causes > HEADLINE_TASKS)
            continue;
        str_add(s, causes > 1 ? ", " : "");
        waiter_show(s, &d->waiters, w);
        str_add_char(s, ' ');
        waiter_show_doing(s, &d->waiters, w);
    }
    if (causes > HEADLINE_TASKS)
        str_addf(s, ", and %zu more", causes - HEADLINE_TASKS);
    if (!causes)
        str_add(s, "nothing tells for what");
}

static void show_cycle(struct str *s, const struct deadlock *d)
{
    size_t length = d->cycle.length;
    if (length > HEADLINE_EDGES)
        str_addf(s, "%zu tasks in a circle: ", length);
    wait_cycle_show(s, &d->graph, &d->cycle, HEADLINE_EDGES);
    if (length > HEADLINE_EDGES)
        str_addf(s, ", and %zu more", length - HEADLINE_EDGES);
}

static void show_cause(struct str *s, const struct deadlock *d)
{
    const struct waiter *first = first_with(d, d->cause);
    switch (d->cause) {
    case CAUSE_CYCLE:
        show_cycle(s, d);
        return;
    case CAUSE_DEAD:
        wait_edge_show(s, &d->graph, edge_to_dead(d, first));
        str_add(s, ", which has ended");
        return;
    case CAUSE_WAKEUP:
        show_lost_wakeup(s, d, first);
        return;
    case CAUSE_UNKNOWN:
        show_root_causes(s, d);
    }
}

static bool others_go_on(const struct deadlock *d)
{
    return d->judge->segment->schedule.cycle_count &&
           d->waiters.alive < d->waiters.total;
}

static struct finding *headline(const struct deadlock *d)
{
    struct str s;
    str_init(&s);
    bool subset = others_go_on(d);
    if (subset || d->cause == CAUSE_UNKNOWN)
        str_addf(&s,
                 subset ? "deadlock of %zu of %zu tasks: "
                        : "%zu of %zu tasks wait, and none can go on: ",
                 d->waiters.alive, d->waiters.total);
    show_cause(&s, d);
    struct finding *finding =
        judge_find(d->judge, FINDING_DEADLOCK, NULL, "%s", s.data);
    str_fini(&s);
    return finding;
}

/* -- Detail and places ------------------------------------------------------*/

/* Whether ops like OP end waits like that of WAITER. */
static bool serves(const struct segment_op *op, const struct waiter *waiter)
{
    enum op_class class = op_kind_class(op->kind);
    if (op_kind_class(waiter->op->kind) == OP_OUTPUT)
        return class == OP_INPUT;
    return class == OP_RELEASE || class == OP_OUTPUT;
}

/* Of what nobody holds: who last did what WAITER waits for. */
static void show_last_giver(struct str *s, const struct deadlock *d,
                            const struct waiter *waiter)
{
    const struct segment *segment = d->judge->segment;
    const struct segment_op *last = NULL;
    size_t count;
    wait_graph_edges(&d->graph, waiter, &count);
    if (count || !waiter_object(&d->waiters, waiter) || lost_wakeup(d, waiter))
        return;
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at)))
        if (op->object == waiter->op->object && op->end && op->result >= 0 &&
            serves(op, waiter))
            last = op;
    if (!last)
        return;
    str_addf(s, "    the last %s was that of ", op_kind_name(last->kind));
    show_task(s, segment, last->task);
    judge_show_site(d->judge, s, " in ", last->site, "");
    str_add_char(s, '\n');
}

static void show_task_state(struct str *s, const struct deadlock *d,
                            const struct waiter *waiter)
{
    wait_show_state(s, &d->graph, waiter);
    const struct segment_object *object = waiter_object(&d->waiters, waiter);
    if (!object || object->kind != OBJECT_BARRIER)
        show_last_giver(s, d, waiter);
    else if (object->total)
        str_addf(s, "    %u of %u have arrived\n", object->count,
                 object->total);
    else
        str_addf(s, "    %u have arrived\n", object->count);
    wait_show_stack(s, waiter);
}

static void show_detail(struct str *s, const struct deadlock *d)
{
    const struct waiters *waiters = &d->waiters;
    bool told = d->cause == CAUSE_WAKEUP; /* the first one: in the headline */
    for (size_t i = 0; i < waiters->count; i++) {
        if (!lost_wakeup(d, &waiters->list[i]))
            continue;
        if (!told) {
            show_lost_wakeup(s, d, &waiters->list[i]);
            str_add_char(s, '\n');
        }
        told = false;
    }
    size_t shown = 0;
    for (; shown < d->cycle.length && shown < DETAIL_TASKS; shown++)
        show_task_state(s, d, d->cycle.edges[shown]->from);
    for (size_t i = 0; i < waiters->count && shown < DETAIL_TASKS; i++)
        if (!in_cycle(d, &waiters->list[i])) {
            show_task_state(s, d, &waiters->list[i]);
            shown++;
        }
    if (waiters->alive > shown)
        str_addf(s, "and %zu more\n", waiters->alive - shown);
    if (others_go_on(d))
        str_addf(s, "the other %zu could go on\n",
                 waiters->total - waiters->alive);
}

static void add_vain_place(const struct deadlock *d, struct finding *finding,
                           const struct waiter *waiter)
{
    const struct segment_object *object = waiter_object(&d->waiters, waiter);
    struct str name;
    str_init(&name);
    show_object(&name, d->judge->segment, waiter->op->object);
    judge_place(d->judge, finding, object->vain_site, object->vain_task - 1,
                "%s %s, when nobody waited",
                waiter->op->kind == OP_KIND_COND_WAIT ? "signalled" : "woke",
                name.data);
    str_fini(&name);
}

/* Whether a waiter before LIST[INDEX] waits for what the same one that has
 * ended took at the same place. */
static bool is_told(const struct deadlock *d, size_t index)
{
    const struct wait_edge *edge = edge_to_dead(d, &d->waiters.list[index]);
    for (size_t i = 0; i < index; i++) {
        const struct wait_edge *other = edge_to_dead(d, &d->waiters.list[i]);
        if (other && other->to == edge->to && other->site == edge->site &&
            other->from->op->object == edge->from->op->object)
            return true;
    }
    return false;
}

/* The places are what makes two deadlocks the same bug: those of the cause
 * only, since who else got stuck behind it is chance. */
static void add_places(const struct deadlock *d, struct finding *finding)
{
    for (size_t i = 0; i < d->cycle.length && i < PLACES; i++) {
        wait_place(d->judge, finding, &d->graph, d->cycle.edges[i]->from);
        wait_holder_place(d->judge, finding, d->cycle.edges[i]);
    }
    size_t added = 0;
    for (size_t i = 0; i < d->waiters.count && !d->cycle.length; i++) {
        const struct waiter *w = &d->waiters.list[i];
        if (!has_cause(d, w, d->cause) || ++added > PLACES)
            continue;
        wait_place(d->judge, finding, &d->graph, w);
        if (d->cause == CAUSE_DEAD && !is_told(d, i))
            wait_holder_place(d->judge, finding, edge_to_dead(d, w));
        if (d->cause == CAUSE_WAKEUP)
            add_vain_place(d, finding, w);
    }
}

/* -- Finding it ------------------------------------------------------------*/

static void take_verdict(struct deadlock *d)
{
    waiters_gather_parked(&d->waiters, d->judge);
    wait_graph_build(&d->graph, &d->waiters);
    /* That any one child would do makes a circle through it less telling. */
    wait_graph_cycle(&d->graph, WAIT_HELD | WAIT_END, &d->cycle);
    if (!d->cycle.length)
        wait_graph_cycle(&d->graph, WAIT_HELD | WAIT_END | WAIT_CHILD,
                         &d->cycle);
}

/* Whether the wait of WAITER ends only when it gets its lock. Other calls, such
 * as flock(), may also end by a signal. */
static bool is_endless(const struct waiter *waiter)
{
    const struct segment_op *op = waiter->op;
    return op && !(op->flags & OP_FLAG_TIMED) &&
           (op->kind == OP_KIND_MUTEX_LOCK || op->kind == OP_KIND_RWLOCK_READ ||
            op->kind == OP_KIND_RWLOCK_WRITE);
}

/* Others may be at work who would end a wait for a child. But they will not
 * give back locks that they do not hold. */
static bool find_circle(struct deadlock *d)
{
    waiters_gather(&d->waiters, d->judge);
    wait_graph_build(&d->graph, &d->waiters);
    wait_graph_cycle(&d->graph, WAIT_HELD, &d->cycle);
    for (size_t i = 0; i < d->cycle.length; i++)
        if (!is_endless(d->cycle.edges[i]->from))
            return false;
    return d->cycle.length;
}

bool always_deadlock(struct judge *judge)
{
    const struct outcome *outcome = judge->outcome;
    struct deadlock d = {.judge = judge};
    if (judge_verdict(outcome) == SCHEDULE_DEADLOCK)
        take_verdict(&d);
    else if (!outcome->timed_out || outcome->tool ||
             judge_was_cut_short(outcome) || !find_circle(&d))
        return false;
    d.cause = find_cause(&d);
    struct finding *finding = headline(&d);
    struct str detail;
    str_init(&detail);
    show_detail(&detail, &d);
    judge_detail(judge, finding, &detail);
    add_places(&d, finding);
    return true;
}
