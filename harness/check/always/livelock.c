/* The scheduler's verdict that tasks go on and on and nothing comes of it: the
 * ops that they repeat. */
#include <errno.h>
#include <stdlib.h>

#include "always.h"
#include "check/show.h"
#include "waitfor.h"

enum {
    TAIL = 2048,      /* ops looked at, the newest */
    PERIOD = 64,      /* the longest that is looked for */
    REPEATS = 3,      /* of a period before it is believed */
    LOOPS = 16,       /* tasks told of */
    DETAIL_TASKS = 20 /* waiting tasks told of */
};

struct tail {
    const struct segment_op *ops[TAIL];
    size_t count;
};

/* A row of ops that is repeated at the end of a tail. */
struct loop {
    const struct segment_op *ops[PERIOD];
    size_t length; /* 0: none was found */
};

static void tail_fill(struct tail *tail, const struct segment *segment)
{
    size_t total = 0;
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at)))
        tail->ops[total++ % TAIL] = op;
    tail->count = total < TAIL ? total : TAIL;
    /* Into their order. */
    const struct segment_op *turned[TAIL];
    for (size_t i = 0; i < tail->count; i++)
        turned[i] = tail->ops[(total - tail->count + i) % TAIL];
    for (size_t i = 0; i < tail->count; i++)
        tail->ops[i] = turned[i];
}

static void tail_of_task(struct tail *to, const struct tail *from,
                         uint32_t task)
{
    to->count = 0;
    for (size_t i = 0; i < from->count; i++)
        if (from->ops[i]->task == task)
            to->ops[to->count++] = from->ops[i];
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return a < b ? -1 : a > b;
}

/* Order of ops by who did what to what and where. */
static int compare(const struct segment_op *a, const struct segment_op *b)
{
    int order = compare_numbers(a->task, b->task);
    if (!order)
        order = compare_numbers(a->site, b->site);
    if (!order)
        order = compare_numbers(a->kind, b->kind);
    return order ? order : compare_numbers(a->object, b->object);
}

static bool has_period(const struct tail *tail, size_t period)
{
    size_t start = tail->count - REPEATS * period;
    for (size_t i = start + period; i < tail->count; i++)
        if (compare(tail->ops[i], tail->ops[i - period]))
            return false;
    return true;
}

/* The shortest loop at the end of TAIL, turned so that it starts with the same
 * op wherever the end cut it. */
static void find_loop(struct loop *loop, const struct tail *tail)
{
    loop->length = 0;
    size_t period = 1;
    while (period <= PERIOD && period * REPEATS <= tail->count &&
           !has_period(tail, period))
        period++;
    if (period > PERIOD || period * REPEATS > tail->count)
        return;
    const struct segment_op *const *ops = tail->ops + tail->count - period;
    size_t first = 0;
    for (size_t i = 1; i < period; i++)
        if (compare(ops[i], ops[first]) < 0)
            first = i;
    for (size_t i = 0; i < period; i++)
        loop->ops[i] = ops[(first + i) % period];
    loop->length = period;
}

/* The loops of all tasks that have one, each its own; returns how many. */
static size_t find_loops(struct loop loops[static LOOPS],
                         const struct tail *tail, size_t tasks)
{
    size_t count = 0;
    struct tail one;
    for (uint32_t task = 0; task < tasks && count < LOOPS; task++) {
        tail_of_task(&one, tail, task);
        find_loop(&loops[count], &one);
        count += loops[count].length > 0;
    }
    return count;
}

static bool has_task(const struct loop *loop, uint32_t task)
{
    for (size_t i = 0; i < loop->length; i++)
        if (loop->ops[i]->task == task)
            return true;
    return false;
}

/* Put one loop of all tasks in turn in place of their own if there is one: not
 * when one of them goes on alone at the very end. Returns whether it did. */
static bool join_loops(struct loop loops[static LOOPS], size_t *count,
                       const struct tail *tail)
{
    struct loop all;
    find_loop(&all, tail);
    for (size_t i = 0; i < *count && all.length; i++)
        if (!has_task(&all, loops[i].ops[0]->task))
            return false;
    if (!all.length)
        return false;
    loops[0] = all;
    *count = 1;
    return true;
}

/* -- In words ---------------------------------------------------------------*/

struct livelock {
    struct judge *judge;
    struct waiters waiters;
    struct wait_graph graph;
    /* One of all tasks in turn, or one each. */
    struct loop loops[LOOPS];
    size_t count;
    bool joint;
};

static bool repeats(const struct livelock *l, uint32_t task)
{
    for (size_t i = 0; i < l->count; i++)
        if (has_task(&l->loops[i], task))
            return true;
    return false;
}

static struct finding *headline(const struct livelock *l)
{
    const struct segment *segment = l->judge->segment;
    struct str s;
    str_init(&s);
    show_number(&s, segment->schedule.grants);
    str_add(&s, " steps, the last ");
    show_number(&s, segment->schedule.idle_grants);
    str_add(&s, " without progress");
    size_t tasks = segment_task_count(segment), shown = 0, length = 0;
    for (size_t i = 0; i < l->count; i++)
        length += l->loops[i].length;
    for (uint32_t i = 0; i < tasks; i++) {
        if (!repeats(l, i))
            continue;
        str_add(&s, shown++ ? ", " : ": ");
        show_task(&s, segment, i);
    }
    if (shown)
        str_addf(&s, " repeat%s %zu operation%s", shown == 1 ? "s" : "", length,
                 length == 1 ? "" : "s");
    struct finding *finding =
        judge_find(l->judge, FINDING_LIVELOCK, NULL, "%s", s.data);
    str_fini(&s);
    return finding;
}

static void show_doing(struct str *s, const struct livelock *l,
                       const struct segment_op *op)
{
    const struct waiter waiter = {.task = op->task, .op = op};
    waiter_show_doing(s, &l->waiters, &waiter);
}

static void show_loop(struct str *s, const struct livelock *l,
                      const struct loop *loop)
{
    if (!l->joint)
        show_task(s, l->judge->segment, loop->ops[0]->task);
    str_add(s, l->joint ? "over and over:\n" : ", over and over:\n");
    for (size_t i = 0; i < loop->length; i++) {
        const struct segment_op *op = loop->ops[i];
        struct location location;
        str_add(s, "    ");
        if (l->joint) {
            show_task(s, l->judge->segment, op->task);
            str_add(s, ": ");
        }
        show_doing(s, l, op);
        if (judge_locate_op(l->judge, op, &location)) {
            str_add(s, " in ");
            show_location(s, &location);
        }
        str_add_char(s, '\n');
    }
}

static void show_detail(struct str *s, const struct livelock *l)
{
    for (size_t i = 0; i < l->count; i++)
        show_loop(s, l, &l->loops[i]);
    size_t shown = 0;
    for (size_t i = 0; i < l->waiters.count && shown < DETAIL_TASKS; i++) {
        const struct waiter *waiter = &l->waiters.list[i];
        if (repeats(l, (uint32_t)waiter->task))
            continue;
        wait_show_state(s, &l->graph, waiter);
        wait_show_stack(s, waiter);
        shown++;
    }
}

/* Each line of the loops once. */
static void add_places(const struct livelock *l, struct finding *finding)
{
    uint64_t sites[LOOPS];
    size_t count = 0;
    for (size_t i = 0; i < l->count; i++)
        for (size_t k = 0; k < l->loops[i].length && count < LOOPS; k++) {
            const struct segment_op *op = l->loops[i].ops[k];
            size_t known = 0;
            while (known < count && sites[known] != op->site)
                known++;
            struct location location;
            if (known < count || !judge_locate_op(l->judge, op, &location))
                continue;
            sites[count++] = op->site;
            struct str role;
            str_init(&role);
            show_doing(&role, l, op);
            judge_location(l->judge, finding, &location, op->task, role.data);
            str_fini(&role);
        }
}

static struct livelock *livelock_new(struct judge *judge)
{
    struct livelock *l = malloc(sizeof(*l));
    struct tail *tail = malloc(sizeof(*tail));
    if (l && tail) {
        l->judge = judge;
        waiters_gather_parked(&l->waiters, judge);
        wait_graph_build(&l->graph, &l->waiters);
        tail_fill(tail, judge->segment);
        l->count =
            find_loops(l->loops, tail, segment_task_count(judge->segment));
        l->joint = join_loops(l->loops, &l->count, tail);
    } else {
        judge->err = -ENOMEM;
        free(l);
        l = NULL;
    }
    free(tail);
    return l;
}

bool always_livelock(struct judge *judge)
{
    if (judge_verdict(judge->outcome) != SCHEDULE_LIVELOCK)
        return false;
    struct livelock *l = livelock_new(judge);
    if (!l)
        return true;
    struct finding *finding = headline(l);
    struct str detail;
    str_init(&detail);
    show_detail(&detail, l);
    judge_detail(judge, finding, &detail);
    add_places(l, finding);
    free(l);
    return true;
}
