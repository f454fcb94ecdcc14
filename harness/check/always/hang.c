/* The time limit passed: who waits where for what. */
#include "always.h"
#include "base/parse.h"
#include "check/show.h"
#include "waitfor.h"

enum { HEADLINE_TASKS = 4, DETAIL_TASKS = 40, PLACES = 16 };

static void add_places(struct judge *judge, struct finding *finding,
                       const struct wait_graph *graph)
{
    const struct waiters *waiters = graph->waiters;
    for (size_t i = 0; i < waiters->count && i < PLACES; i++) {
        wait_place(judge, finding, graph, &waiters->list[i]);
        size_t count;
        const struct wait_edge *edges =
            wait_graph_edges(graph, &waiters->list[i], &count);
        for (size_t k = 0; k < count && k < PLACES; k++)
            wait_holder_place(judge, finding, &edges[k]);
    }
}

/* Nobody has looked: under a tool all that can be said is how long. */
static struct finding *unseen(struct judge *judge)
{
    char spent[32];
    uint64_t ms = judge->outcome->elapsed_ns / 1000000;
    parse_show_duration(ms * 1000000, spent, sizeof(spent));
    return judge_find(judge, FINDING_HANG, NULL, "still running under %s: %s",
                      judge->outcome->tool, spent);
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

bool always_hang(struct judge *judge, bool explained)
{
    if (!judge->outcome->timed_out || judge_was_cut_short(judge->outcome))
        return false;
    if (explained)
        return true;
    if (judge->outcome->tool) {
        unseen(judge);
        return true;
    }
    struct waiters waiters;
    waiters_gather(&waiters, judge);
    struct finding *finding = headline(judge, &waiters);
    struct wait_graph graph;
    wait_graph_build(&graph, &waiters);
    struct str detail;
    str_init(&detail);
    for (size_t i = 0; i < waiters.count && i < DETAIL_TASKS; i++) {
        wait_show_state(&detail, &graph, &waiters.list[i]);
        wait_show_stack(&detail, &waiters.list[i]);
    }
    if (waiters.alive > DETAIL_TASKS)
        str_addf(&detail, "and %zu more\n", waiters.alive - DETAIL_TASKS);
    judge_detail(judge, finding, &detail);
    add_places(judge, finding, &graph);
    return true;
}
