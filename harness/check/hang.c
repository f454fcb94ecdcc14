/* The time limit passed: who waits where for what, and whether they wait for
 * each other. */
#include "always.h"
#include "base/parse.h"
#include "show.h"
#include "waiters.h"

enum { HEADLINE_TASKS = 4, DETAIL_TASKS = 40, PLACES = 16, CYCLE = 16 };

static void show_holder(struct str *s, const struct waiters *waiters,
                        const struct waiter *waiter, int holder)
{
    const struct segment *segment = waiters->judge->segment;
    const struct segment_object *object =
        segment_object_get(segment, waiter->op->object);
    str_add(s, "    held by ");
    show_task(s, segment, (uint32_t)holder);
    if (holder == waiter->task)
        str_add(s, " itself");
    else if (!waiters_find(waiters, holder) && waiters->alive == waiters->count)
        str_add(s, ", which has ended");
    struct location location;
    if (judge_locate(waiters->judge, object->holder_site, &location)) {
        str_add(s, ", taken in ");
        show_location(s, &location);
    }
    str_add_char(s, '\n');
}

/* The stack without what lies below main() and in the libraries, unless there
 * is nothing else. */
static void show_stack(struct str *s, const struct task_snapshot *snapshot)
{
    size_t shown = 0;
    for (int all = 0; all < 2 && !shown; all++)
        for (size_t i = 0; i < snapshot->frame_count; i++) {
            if (!all && !symbols_is_user_code(&snapshot->frames[i]))
                continue;
            str_addf(s, "    #%zu ", shown++);
            show_location(s, &snapshot->frames[i]);
            str_add_char(s, '\n');
        }
}

static void show_state(struct str *s, const struct waiters *waiters,
                       const struct waiter *waiter)
{
    waiter_show(s, waiters, waiter);
    str_add(s, ": ");
    waiter_show_doing(s, waiters, waiter);
    struct location location;
    if (waiter->op && judge_locate_op(waiters->judge, waiter->op, &location)) {
        str_add(s, " in ");
        show_location(s, &location);
    }
    str_add_char(s, '\n');
    int holder = waiter_holder(waiters, waiter);
    if (holder >= 0)
        show_holder(s, waiters, waiter, holder);
    if (waiter->snapshot)
        show_stack(s, waiter->snapshot);
}

/* Follow who holds what the next one waits for, starting at START: if that
 * leads back to START, say so. */
static bool show_cycle(struct str *s, const struct waiters *waiters,
                       const struct waiter *start)
{
    int chain[CYCLE];
    size_t length = 0;
    const struct waiter *w = start;
    while (w && length < CYCLE) {
        chain[length++] = w->task;
        int holder = waiter_holder(waiters, w);
        if (holder < 0)
            return false;
        if (holder == start->task)
            break;
        w = waiters_find(waiters, holder);
        /* A cycle further on is found from a task that is in it. */
        for (size_t i = 0; w && i < length; i++)
            if (chain[i] == w->task)
                return false;
    }
    if (!w || waiter_holder(waiters, w) != start->task)
        return false;
    for (size_t i = 0; i < length; i++) {
        w = waiters_find(waiters, chain[i]);
        str_add(s, i ? ", and " : "deadlock: ");
        waiter_show(s, waiters, w);
        str_add(s, " waits for ");
        show_object(s, waiters->judge->segment, w->op->object);
        str_add(s, ", held by ");
        show_task(s, waiters->judge->segment,
                  (uint32_t)chain[(i + 1) % length]);
    }
    str_add_char(s, '\n');
    return true;
}

static void add_places(struct judge *judge, struct finding *finding,
                       const struct waiters *waiters)
{
    for (size_t i = 0; i < waiters->count && i < PLACES; i++) {
        const struct waiter *w = &waiters->list[i];
        struct str role;
        str_init(&role);
        waiter_show_doing(&role, waiters, w);
        struct location location;
        if (waiter_locate(waiters, w, &location))
            judge_location(judge, finding, &location,
                           w->task < 0 ? NO_TASK : (uint32_t)w->task,
                           role.data);
        int holder = waiter_holder(waiters, w);
        if (holder >= 0) {
            str_clear(&role);
            show_object(&role, judge->segment, w->op->object);
            judge_place(
                judge, finding,
                segment_object_get(judge->segment, w->op->object)->holder_site,
                (uint32_t)holder, "took %s", role.data);
        }
        str_fini(&role);
    }
}

static struct finding *headline(struct judge *judge,
                                const struct waiters *waiters)
{
    char limit[32];
    parse_show_duration(judge->outcome->time_limit_ns, limit, sizeof(limit));
    bool waiting = true;
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < waiters->count; i++) {
        const struct waiter *w = &waiters->list[i];
        waiting &= !waiter_is_running(w);
        if (i >= HEADLINE_TASKS)
            continue;
        str_add(&s, i ? ", " : ": ");
        waiter_show(&s, waiters, w);
        str_add_char(&s, ' ');
        waiter_show_doing(&s, waiters, w);
    }
    if (waiters->alive > HEADLINE_TASKS)
        str_addf(&s, ", and %zu more", waiters->alive - HEADLINE_TASKS);
    struct finding *finding = judge_find(
        judge, FINDING_HANG, NULL, "%zu of %zu tasks still %s after %s%s",
        waiters->alive, waiters->total, waiting ? "waiting" : "at work", limit,
        s.data);
    str_fini(&s);
    return finding;
}

bool always_hang(struct judge *judge)
{
    if (!judge->outcome->timed_out)
        return false;
    struct waiters waiters;
    waiters_gather(&waiters, judge);
    struct finding *finding = headline(judge, &waiters);
    struct str detail;
    str_init(&detail);
    for (size_t i = 0; i < waiters.count; i++)
        if (show_cycle(&detail, &waiters, &waiters.list[i]))
            break;
    for (size_t i = 0; i < waiters.count && i < DETAIL_TASKS; i++)
        show_state(&detail, &waiters, &waiters.list[i]);
    if (waiters.alive > DETAIL_TASKS)
        str_addf(&detail, "and %zu more\n", waiters.alive - DETAIL_TASKS);
    judge_detail(judge, finding, &detail);
    add_places(judge, finding, &waiters);
    return true;
}
