#include "order.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "check/show.h"
#include "graph.h"
#include "segment/memory.h"

/* A circle whose takings are in words. */
struct circle {
    struct told_taking *told[LOCKORDER_CIRCLE];
    uint32_t held[LOCKORDER_CIRCLE]; /* which of told[]->held */
    uint32_t length;
    uint64_t iteration; /* that closed it */
};

/* -- In words ---------------------------------------------------------------*/

static bool is_elsewhere(const struct circle *circle, uint32_t i)
{
    return circle->told[i]->iteration != circle->iteration;
}

static const struct location *where(const struct circle *circle, uint32_t i,
                                    const struct location **held)
{
    return told_where(circle->told[i], circle->held[i], held);
}

static const char *held_name(const struct circle *circle, uint32_t i)
{
    return circle->told[i]->held[circle->held[i]].name;
}

/* Start with the lock whose name sorts first: the same circle reads the same
 * whoever closed it. */
static void rotate(struct circle *circle)
{
    uint32_t first = 0;
    for (uint32_t i = 1; i < circle->length; i++)
        if (strcmp(held_name(circle, i), held_name(circle, first)) < 0)
            first = i;
    struct circle turned = *circle;
    for (uint32_t i = 0; i < circle->length; i++) {
        uint32_t from = (i + first) % circle->length;
        turned.told[i] = circle->told[from];
        turned.held[i] = circle->held[from];
    }
    *circle = turned;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *function_of(const struct location *location)
{
    if (!location)
        return NULL;
    if (location->function)
        return location->function;
    const char *slash =
        location->module ? strrchr(location->module, '/') : NULL;
    return slash ? slash + 1 : location->module;
}

/* "f() and g()": the functions that take the locks, which tell this bug from
 * others. */
static void show_functions(struct str *s, const struct circle *circle)
{
    const char *names[LOCKORDER_CIRCLE];
    const struct location *held;
    uint32_t count = 0, shown = 0;
    for (uint32_t i = 0; i < circle->length; i++) {
        const char *name = function_of(where(circle, i, &held));
        if (name)
            names[count++] = name;
    }
    qsort(names, count, sizeof(*names), by_text);
    for (uint32_t i = 0; i < count; i++) {
        if (i && !strcmp(names[i], names[i - 1]))
            continue;
        str_add(s, shown++ ? " and " : " in ");
        show_text(s, names[i]);
        str_add(s, "()");
    }
}

static char *headline(const struct circle *circle)
{
    struct str s;
    str_init(&s);
    str_add(&s, "locks taken in a circle");
    show_functions(&s, circle);
    str_add(&s, ", a deadlock to come: ");
    for (uint32_t i = 0; i < circle->length; i++)
        str_addf(&s, "%s => ", held_name(circle, i));
    str_add(&s, held_name(circle, 0));
    char *text = str_take(&s);
    str_fini(&s);
    return text;
}

static char *detail(const struct circle *circle)
{
    struct str s;
    str_init(&s);
    bool elsewhere = false;
    for (uint32_t i = 0; i < circle->length; i++) {
        const struct told_taking *told = circle->told[i];
        const struct told_lock *held = &told->held[circle->held[i]];
        str_addf(&s, "%s taken by %s while holding %s", told->lock.name,
                 told->task, held->name);
        if (is_elsewhere(circle, i))
            str_addf(&s, ", in iteration %llu",
                     (unsigned long long)told->iteration);
        elsewhere = elsewhere || is_elsewhere(circle, i);
        str_add_char(&s, '\n');
        told_show_stack(&s, &told->lock);
        str_addf(&s, "  %s, held, was taken\n", held->name);
        told_show_stack(&s, held);
    }
    if (elsewhere)
        str_addf(&s,
                 "no iteration had all of it: a replay shows what iteration "
                 "%llu had\n",
                 (unsigned long long)circle->iteration);
    char *text = str_take(&s);
    str_fini(&s);
    return text;
}

/* -- The finding ------------------------------------------------------------*/

/* What follows the role of a place of another iteration. */
static const char elsewhere_mark[] = " (iteration ";

static int add_place(struct finding *finding, const struct location *location,
                     char *role, const struct told_taking *told, bool elsewhere)
{
    char *text = NULL;
    if (role && elsewhere)
        text = str_format("%s%s%llu)", role, elsewhere_mark,
                          (unsigned long long)told->iteration);
    else if (role)
        text = strdup(role);
    static const struct location nowhere;
    int err = text ? finding_add_place(finding, location ? location : &nowhere,
                                       text, told->task)
                   : -ENOMEM;
    free(text);
    free(role);
    return err;
}

static int add_finding(struct circle *circle, struct finding_list *findings)
{
    rotate(circle);
    struct finding *finding = finding_list_add(findings, FINDING_LOCK_ORDER);
    if (!finding)
        return -ENOMEM;
    finding->what = headline(circle);
    finding->detail = detail(circle);
    int err = finding->what && finding->detail ? 0 : -ENOMEM;
    for (uint32_t i = 0; i < circle->length && !err; i++) {
        const struct told_taking *told = circle->told[i];
        const struct location *held_where,
            *taken_where = where(circle, i, &held_where);
        bool elsewhere = is_elsewhere(circle, i);
        err = add_place(finding, taken_where, told_role(told, circle->held[i]),
                        told, elsewhere);
        if (!err)
            err = add_place(finding, held_where,
                            told_held_role(told, circle->held[i]), told,
                            elsewhere);
    }
    for (uint32_t i = 0; i < circle->length && !err; i++) {
        const struct told_taking *told = circle->told[i];
        const struct told_lock *held = &told->held[circle->held[i]];
        err = finding_add_frames(finding, told->lock.frames,
                                 told->lock.frame_count);
        if (!err)
            err = finding_add_frames(finding, held->frames, held->frame_count);
    }
    if (!err)
        err = finding_set_object(finding, held_name(circle, 0));
    finding_seal(finding);
    return err;
}

/* -- Looking for circles ----------------------------------------------------*/

/* A graph of which only some takings are of interest, moved together. */
struct view {
    struct lockorder graph;
    struct lockorder_taking takings[KNOWN_MAX];
    uint32_t numbers[KNOWN_MAX];
    lockorder_ordered *ordered; /* of the whole */
    const void *context;
};
static_assert((int)LOCK_TAKINGS <= (int)KNOWN_MAX, "a round fits into a view");

static bool view_ordered(const void *context, uint32_t a, uint32_t b)
{
    const struct view *view = context;
    return view->ordered(view->context, view->numbers[a], view->numbers[b]);
}

static int make_view(struct view *view, const struct lockorder_taking *takings,
                     uint32_t count, lockorder_ordered *ordered,
                     const void *context)
{
    bool live[KNOWN_MAX];
    view->ordered = ordered;
    view->context = context;
    view->graph = (struct lockorder){view->takings, 0, view_ordered, view};
    int left = count ? lockorder_trim(takings, count, live) : 0;
    for (uint32_t i = 0; i < count && left > 0; i++) {
        if (!live[i])
            continue;
        view->numbers[view->graph.count] = i;
        view->takings[view->graph.count++] = takings[i];
    }
    return left < 0 ? left : 0;
}

static uint64_t signature_of(const struct view *view,
                             const struct lockorder_step *steps,
                             uint32_t length)
{
    uint64_t sum = length;
    for (uint32_t i = 0; i < length; i++)
        sum += view->takings[steps[i].taking].lock.lock;
    return sum;
}

/* The length of a circle through the H-th lock held at taking I of VIEW, which
 * goes to STEPS, if nobody was told of it before; else 0, or a negative code.
 */
static int new_circle(struct lock_graph *graph, const struct view *view,
                      uint32_t i, uint32_t h, struct lockorder_step *steps)
{
    uint32_t length = lockorder_circle(&view->graph, i, h, steps);
    if (!length)
        return 0;
    int known = lock_graph_tell(graph, signature_of(view, steps, length));
    return known < 0 ? known : known ? 0 : (int)length;
}

/* Within the iteration. */
static int look_inside(struct lock_graph *graph, const struct lock_round *round,
                       const struct outcome *outcome, struct view *view,
                       struct finding_list *findings)
{
    int err = make_view(view, round->takings, round->count, lock_round_ordered,
                        round);
    struct lockorder_step steps[LOCKORDER_CIRCLE];
    struct told_taking told[LOCKORDER_CIRCLE];
    for (uint32_t i = 0; i < view->graph.count && !err; i++)
        for (uint32_t h = 0; h < view->takings[i].held_count && !err; h++) {
            int length = new_circle(graph, view, i, h, steps);
            if (length < 0)
                return length;
            if (!length)
                continue;
            struct circle circle = {.iteration = outcome->iteration};
            for (int k = 0; k < length && !err; k++) {
                uint32_t number =
                    round->numbers[view->numbers[steps[k].taking]];
                err = told_take(&told[k], outcome,
                                &round->orders->takings[number]);
                circle.told[k] = &told[k];
                circle.held[k] = steps[k].held;
                circle.length += !err;
            }
            if (!err)
                err = add_finding(&circle, findings);
            while (circle.length)
                told_fini(&told[--circle.length]);
        }
    return err;
}

/* Over all iterations: through what is new, or newly known to be unordered. */
static int look_around(struct lock_graph *graph, const struct outcome *outcome,
                       struct view *view, struct finding_list *findings)
{
    bool changed = false;
    for (uint32_t i = 0; i < graph->count; i++)
        changed = changed || graph->known[i].changed;
    if (!changed)
        return 0;
    int err = make_view(view, graph->takings, graph->count, lock_graph_ordered,
                        graph);
    struct lockorder_step steps[LOCKORDER_CIRCLE];
    for (uint32_t i = 0; i < view->graph.count && !err; i++) {
        if (!graph->known[view->numbers[i]].changed)
            continue;
        for (uint32_t h = 0; h < view->takings[i].held_count && !err; h++) {
            int length = new_circle(graph, view, i, h, steps);
            if (length < 0)
                return length;
            if (!length)
                continue;
            struct circle circle = {.length = (uint32_t)length,
                                    .iteration = outcome->iteration};
            for (int k = 0; k < length; k++) {
                circle.told[k] =
                    &graph->known[view->numbers[steps[k].taking]].told;
                circle.held[k] = steps[k].held;
            }
            err = add_finding(&circle, findings);
        }
    }
    for (uint32_t i = 0; i < graph->count; i++)
        graph->known[i].changed = false;
    return err;
}

static bool has_takings(const struct outcome *outcome)
{
    return outcome->controlled && outcome->memory && !outcome->memory->off &&
           !outcome->segment_damaged && outcome->memory->orders.count;
}

int lock_graph_judge(struct lock_graph *graph, const struct outcome *outcome,
                     struct finding_list *findings, struct mps_diag *diag)
{
    if (!has_takings(outcome))
        return 0;
    struct lock_round *round = malloc(sizeof(*round));
    struct view *view = malloc(sizeof(*view));
    int err = round && view ? 0 : -ENOMEM;
    if (!err)
        err = lock_round_take(round, graph, outcome);
    if (!err)
        err = look_inside(graph, round, outcome, view, findings);
    if (!err)
        err = lock_graph_add(graph, round, outcome);
    if (!err)
        err = look_around(graph, outcome, view, findings);
    free(round);
    free(view);
    return err ? diag_set(diag, err, "out of memory") : 0;
}

/* -- Replays ----------------------------------------------------------------*/

static bool same_text(const char *a, const char *b)
{
    return a && b ? !strcmp(a, b) : a == b;
}

static bool is_place(const struct finding_place *wanted,
                     const struct location *got, char *role, const char *task)
{
    bool same = role && same_text(wanted->role, role) &&
                same_text(wanted->task, task) &&
                same_text(function_of(&wanted->location), function_of(got));
    free(role);
    return same;
}

/* Whether one of the takings of OUTCOME is what two places from PLACE on tell
 * of. */
static int shows(const struct outcome *outcome,
                 const struct finding_place *place, bool *found)
{
    const struct lock_order *orders = &outcome->memory->orders;
    *found = false;
    for (uint32_t i = 0; i < orders->count && i < LOCK_TAKINGS && !*found;
         i++) {
        const struct lock_taking *taking = &orders->takings[i];
        struct told_taking told;
        if (taking->held_count > LOCK_HELD || taking->task >= SEGMENT_TASKS)
            continue;
        if (told_take(&told, outcome, taking))
            return -ENOMEM;
        for (uint32_t h = 0; h < told.held_count && !*found; h++) {
            const struct location *held_where,
                *taken_where = told_where(&told, h, &held_where);
            *found = is_place(&place[0], taken_where, told_role(&told, h),
                              told.task) &&
                     is_place(&place[1], held_where, told_held_role(&told, h),
                              told.task);
        }
        told_fini(&told);
    }
    return 0;
}

int lock_order_replayed(const struct outcome *outcome,
                        const struct finding *wanted,
                        struct finding_list *findings, struct mps_diag *diag)
{
    bool all = has_takings(outcome);
    for (size_t i = 0; i + 1 < wanted->place_count && all; i += 2) {
        const char *role = wanted->places[i].role;
        if (role && strstr(role, elsewhere_mark))
            continue;
        if (shows(outcome, &wanted->places[i], &all))
            return diag_set(diag, -ENOMEM, "out of memory");
    }
    if (!all)
        return 0;
    struct finding *finding = finding_list_add(findings, wanted->kind);
    if (!finding)
        return diag_set(diag, -ENOMEM, "out of memory");
    finding->what = strdup(wanted->what ? wanted->what : "");
    finding->detail = wanted->detail ? strdup(wanted->detail) : NULL;
    finding->fingerprint = wanted->fingerprint;
    int err = finding->what ? 0 : -ENOMEM;
    for (size_t i = 0; i < wanted->place_count && !err; i++)
        err = finding_add_place(finding, &wanted->places[i].location,
                                wanted->places[i].role, wanted->places[i].task);
    return err ? diag_set(diag, err, "out of memory") : 0;
}

/* -- The real thing ---------------------------------------------------------*/

/* Whether TEXT has WORDS, not as the beginning of longer ones: "f.c:12" is not
 * in "f.c:123". */
static bool has_words(const char *text, const char *words)
{
    size_t length = strlen(words);
    for (const char *at = text; (at = strstr(at, words)); at++)
        if (!isalnum((unsigned char)at[length]))
            return true;
    return false;
}

static bool names(const struct finding *finding,
                  const struct location *location)
{
    struct str text;
    str_init(&text);
    show_location(&text, location);
    bool found = finding->detail && has_words(finding->detail, text.data);
    for (size_t i = 0; i < finding->place_count && !found; i++) {
        struct str other;
        str_init(&other);
        show_location(&other, &finding->places[i].location);
        found = !strcmp(other.data, text.data);
        str_fini(&other);
    }
    str_fini(&text);
    return found;
}

bool lock_order_came_true(const struct finding *order,
                          const struct finding *deadlock)
{
    if (deadlock->kind != FINDING_DEADLOCK)
        return false;
    bool all = order->place_count > 0;
    for (size_t i = 0; i < order->place_count && all; i += 2)
        all = names(deadlock, &order->places[i].location);
    return all;
}
