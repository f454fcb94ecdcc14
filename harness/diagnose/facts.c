#include "facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "campaign/stack.h"
#include "queues.h"
#include "scenario/arena.h"
#include "scenario/scenario.h"
#include "trace/explanation.h"
#include "trace/timeline.h"
#include "trace/trace.h"

/* The formatted text, of the facts; NULL without memory. */
static const char *keep(struct facts *facts, struct str *s)
{
    const char *text = str_ok(s) ? arena_text(facts->texts, s->data) : NULL;
    str_fini(s);
    return text;
}

static bool starts_with(const char *text, const char *start)
{
    return !strncmp(text, start, strlen(start));
}

/* -- Findings ---------------------------------------------------------------*/

static const struct invariant *find_invariant(const struct scenario *scenario,
                                              const char *name)
{
    for (size_t i = 0; i < scenario->invariant_count; i++)
        if (!strcmp(scenario->invariants[i].name, name))
            return &scenario->invariants[i];
    return NULL;
}

/* What is wrong with the lines of a file, as `lines` says it. */
static void read_lines(struct facts *facts, const struct finding *finding)
{
    const char *expected = finding->expected ? finding->expected : "";
    if (starts_with(expected, "no line twice"))
        facts->doubled = true;
    else if (*expected >= '0' && *expected <= '9')
        facts->missing =
            finding->actual &&
            strtoull(finding->actual, NULL, 10) < strtoull(expected, NULL, 10);
    else
        facts->torn = true;
}

static void read_invariant(struct facts *facts, const struct scenario *scenario,
                           const struct finding *finding)
{
    const struct invariant *invariant =
        finding->invariant ? find_invariant(scenario, finding->invariant)
                           : NULL;
    if (!invariant) {

        if (!*facts->about && finding->invariant)
            facts->about = finding->invariant;
        return;
    }
    facts->oracles |= 1u << invariant->oracle;
    if (!*facts->about)
        facts->about = invariant->subject ? invariant->subject
                       : invariant->file  ? invariant->file
                                          : "";
    if (invariant->oracle == ORACLE_LINES)
        read_lines(facts, finding);
}

/* "left behind: NAME (8 bytes), made by 0" */
static const char *leaked_name(struct facts *facts, const char *what)
{
    const char *colon = strstr(what, ": ");
    struct str s;
    str_init(&s);
    if (colon)
        str_add_bytes(&s, colon + 2, strcspn(colon + 2, " ,"));
    return keep(facts, &s);
}

/* Locks that somebody holds and another waits for, by the places of a deadlock:
 * "took mutex A". */
static void read_cycle(struct facts *facts, const struct finding *finding)
{
    static const char took[] = "took ";
    struct str s;
    unsigned count = 0;
    str_init(&s);
    for (size_t i = 0; i < finding->place_count; i++) {
        const char *role = finding->places[i].role;
        if (!role || !starts_with(role, took))
            continue;
        role += sizeof(took) - 1;
        bool again = false;
        for (size_t k = 0; k < i && !again; k++)
            again = finding->places[k].role &&
                    starts_with(finding->places[k].role, took) &&
                    !strcmp(finding->places[k].role + sizeof(took) - 1, role);
        if (again)
            continue;
        str_addf(&s, "%s%s", count++ ? " and " : "", role);
    }
    facts->cycle = count > 1;
    facts->locks = keep(facts, &s);
}

static void read_findings(struct facts *facts, const struct trace *trace,
                          const struct scenario *scenario)
{
    const struct finding_list *findings = trace_findings(trace);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        facts->kinds |= 1u << finding->kind;
        if (finding->kind == FINDING_LEAK && !*facts->about)
            facts->about = leaked_name(facts, finding->what);
        else if (finding->kind == FINDING_INVARIANT)
            read_invariant(facts, scenario, finding);
        else if ((finding->kind == FINDING_DEADLOCK ||
                  finding->kind == FINDING_LOCK_ORDER) &&
                 !facts->cycle)
            read_cycle(facts, finding);
    }
}

/* -- Tasks ------------------------------------------------------------------*/

static const char *task_text(struct facts *facts, const char *path,
                             const char *name)
{
    struct str s;
    str_init(&s);
    str_add(&s, path);
    if (name && *name)
        str_addf(&s, " (%s)", name);
    return keep(facts, &s);
}

/* The first task below the root that ended by itself, and badly. */
static void read_deaths(struct facts *facts, const struct trace *trace)
{
    const struct trace_task *tasks;
    size_t count = trace_tasks(trace, &tasks);
    for (size_t i = 0; i < count && !facts->died; i++)
        if (strcmp(tasks[i].path, "0") != 0 && !tasks[i].is_thread &&
            tasks[i].status_known && tasks[i].status && !tasks[i].alive)
            facts->died = task_text(facts, tasks[i].path, tasks[i].name);
}

/* -- The shortest run -------------------------------------------------------*/

static enum op_class class_of(const struct timeline_step *step)
{
    return op_kind_class(op_kind_find(step->kind));
}

static bool is_kind(const struct timeline_step *step, enum op_kind kind)
{
    return !strcmp(step->kind, op_kind_name(kind));
}

static bool is_signal(const struct timeline_step *step)
{
    return is_kind(step, OP_KIND_COND_SIGNAL) ||
           is_kind(step, OP_KIND_COND_BROADCAST);
}

/* The lock that the task of step number AT took before it began to wait, which
 * the wait gives back meanwhile; or NULL. */
static const char *lock_of_wait(const struct timeline *timeline, size_t at)
{
    for (size_t i = at; i-- > 0;)
        if (timeline->steps[i].task == timeline->steps[at].task &&
            class_of(&timeline->steps[i]) == OP_ACQUIRE)
            return timeline->steps[i].object;
    return NULL;
}

/* Whether what step number AT waited for may be gone by the time it came back:
 * nobody signalled it, or somebody else had the lock after that. */
static bool woke_too_late(const struct timeline *timeline, size_t at)
{
    const struct timeline_step *wait = &timeline->steps[at];
    const struct timeline_step *signal = NULL;
    for (size_t i = 0; i < timeline->step_count; i++)
        if (is_signal(&timeline->steps[i]) &&
            !strcmp(timeline->steps[i].object, wait->object) &&
            timeline->steps[i].begin > wait->begin &&
            timeline->steps[i].begin < wait->end)
            signal = &timeline->steps[i];
    const char *lock = lock_of_wait(timeline, at);
    if (!signal)
        return true;
    for (size_t i = 0; i < timeline->step_count && lock; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (class_of(step) == OP_ACQUIRE && step->task != wait->task &&
            step->task != signal->task && !strcmp(step->object, lock) &&
            step->end > signal->begin && step->end < wait->end)
            return true;
    }
    return false;
}

/* Whether the task of step number AT waits again before it gives the lock back,
 * as a loop does. */
static bool waits_again(const struct timeline *timeline, size_t at)
{
    const struct timeline_step *wait = &timeline->steps[at];
    for (size_t i = at + 1; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (step->task != wait->task)
            continue;
        if (is_kind(step, OP_KIND_COND_WAIT))
            return true;
        if (class_of(step) == OP_RELEASE)
            return false;
    }
    return false;
}

static void read_conditions(struct facts *facts,
                            const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (!is_kind(step, OP_KIND_COND_WAIT))
            continue;
        if (step->completed && step->end && woke_too_late(timeline, i) &&
            !waits_again(timeline, i))
            facts->woken = step->object;
        for (size_t k = 0; step->stuck && k < timeline->step_count; k++)
            if (is_signal(&timeline->steps[k]) &&
                !strcmp(timeline->steps[k].object, step->object))
                facts->lost_signal = step->object;
    }
}

/* How many ops the task of step number AT completed before that. */
static uint64_t nth_of(const struct timeline *timeline, size_t at)
{
    uint64_t nth = 0;
    for (size_t i = 0; i < at; i++)
        nth += timeline->steps[i].task == timeline->steps[at].task &&
               timeline->steps[i].completed;
    return nth;
}

/* Step number AT as one of the two ops. */
static void tell_op(struct facts *facts, size_t which,
                    const struct timeline *timeline, size_t at,
                    enum fact_role role)
{
    const struct timeline_step *step = &timeline->steps[at];
    const struct timeline_task *task = &timeline->tasks[step->task];
    facts->ops[which] = (struct fact_op){
        .path = task->path,
        .task = task_text(facts, task->path, task->name),
        .kind = step->kind,
        .object = step->object,
        .place = step->place,
        .class = class_of(step),
        .role = role,
        .nth = nth_of(timeline, at),
    };
}

/* A task that waits at QUEUE in step number AT, and has looked into it just
 * before: between the two another one took the last item. */
static void read_look(struct facts *facts, const struct timeline *timeline,
                      size_t at, const char *queue)
{
    const struct timeline_step *stuck = &timeline->steps[at];
    size_t look = at, taken = at;
    for (size_t i = 0; i < at; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        const char *of = timeline_queue(timeline, step->object);
        if (!of || strcmp(of, queue) != 0)
            continue;
        enum fact_role role = queues_role(timeline, i);
        if (step->task == stuck->task && role != ROLE_NONE) {
            look = role == ROLE_LOOK ? i : at;
            taken = at;
        } else if (role == ROLE_GET && look < at) {
            taken = i;
        }
    }
    if (look == at || facts->told)
        return;
    facts->queue = queue;
    facts->looked = true;
    if (taken == at)
        return;
    tell_op(facts, 0, timeline, look, ROLE_LOOK);
    tell_op(facts, 1, timeline, taken, ROLE_GET);
    facts->told = facts->ops[0].task && facts->ops[1].task;
}

/* Who waits for another to end, and that one for room to write; who waits for
 * what a queue does not bring. */
static void read_waits(struct facts *facts, const struct timeline *timeline)
{
    const char *writes = NULL;
    bool joins = false;
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (!step->stuck)
            continue;
        joins |=
            is_kind(step, OP_KIND_WAIT) || is_kind(step, OP_KIND_THREAD_JOIN);
        const char *queue = timeline_queue(timeline, step->object);
        if (class_of(step) == OP_OUTPUT) {
            writes = step->object;
        } else if (queue) {
            facts->starved = true;
            if (!facts->queue)
                facts->queue = queue;
            read_look(facts, timeline, i, queue);
        }
    }
    if (joins && writes)
        facts->undrained = writes;
}

/* A file that several tasks write to. */
static void read_files(struct facts *facts, const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->step_count && !facts->file; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (class_of(step) != OP_OUTPUT ||
            !starts_with(step->object, "file ") ||
            strstr(step->object, "file std") == step->object)
            continue;
        for (size_t k = i + 1; k < timeline->step_count; k++)
            if (class_of(&timeline->steps[k]) == OP_OUTPUT &&
                timeline->steps[k].task != step->task &&
                !strcmp(timeline->steps[k].object, step->object))
                facts->file = step->object;
    }
}

/* Whether a task takes two locks, one after the other was given back: what
 * holds under the first need not hold under the second. */
static bool takes_two(const struct timeline *timeline, uint32_t task)
{
    const char *first = NULL;
    unsigned held = 0;
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (step->task != task || !starts_with(step->object, "mutex "))
            continue;
        if (class_of(step) == OP_ACQUIRE) {
            if (!held && first && strcmp(first, step->object) != 0)
                return true;
            if (!held)
                first = step->object;
            held++;
        } else if (class_of(step) == OP_RELEASE && held) {
            held--;
        }
    }
    return false;
}

/* -- The pair ---------------------------------------------------------------*/

static int read_pair(struct facts *facts, const struct trace *trace,
                     const struct timeline *timeline)
{
    const struct trace_explanation *why = trace_explanation(trace);
    if (!why || !why->has_pair)
        return 0;
    facts->pair = true;
    facts->told = false;
    facts->dependent = why->dependent;
    const char *queue = NULL;
    for (size_t i = 0; i < 2; i++) {
        const struct trace_critical_op *from = &why->pair[i];
        const struct trace_explained_task *task = &why->tasks[from->task];
        facts->ops[i] = (struct fact_op){
            .path = task->path,
            .task = task_text(facts, task->path, task->name),
            .kind = from->kind,
            .object = from->object,
            .place = from->place,
            .class = op_kind_class(op_kind_find(from->kind)),
            .nth = from->nth,
        };
        if (!facts->ops[i].task)
            return -ENOMEM;
        if (!queue && *from->object)
            queue = timeline_queue(timeline, from->object);
        facts->two_locks |= starts_with(from->object, "mutex ") &&
                            takes_two(timeline, from->task);
        if (facts->ops[i].class == OP_TIME)
            facts->slept = from->place;
    }
    if (queue)
        facts->queue = queue;
    for (size_t i = 0; i < timeline->step_count && queue; i++) {
        enum timeline_pair which = timeline->steps[i].pair;
        if (which != TIMELINE_NEITHER)
            facts->ops[which == TIMELINE_THEN].role = queues_role(timeline, i);
    }
    return 0;
}

/* What the calls up to the program's own line say; that line itself only when
 * it is in a function of a queue. */
static enum fact_role role_by_calls(const struct fact_op *op)
{
    const struct location *own = facts_own_frame(op);
    for (size_t k = 0; k < op->frame_count; k++) {
        const char *function = op->frames[k].function;
        if (&op->frames[k] == own && !queues_is_name(function))
            break;
        enum fact_role role = queues_role_of(function);
        if (role != ROLE_NONE)
            return role;
        if (&op->frames[k] == own)
            break;
    }
    return ROLE_NONE;
}

void facts_use_stacks(struct facts *facts)
{
    bool queue = facts->pair && facts->dependent;
    for (size_t i = 0; i < 2 && facts->pair; i++) {
        struct fact_op *op = &facts->ops[i];
        /* What was seen to go in or out is certain. */
        enum fact_role role = op->role == ROLE_PUT || op->role == ROLE_GET
                                  ? ROLE_NONE
                                  : role_by_calls(op);
        if (role != ROLE_NONE)
            op->role = role;
        queue = queue && op->class == OP_ACQUIRE && op->role != ROLE_NONE;
    }
    if (queue && !facts->queue)
        facts->unnamed_queue = facts->ops[0].object;
}

const struct location *facts_own_frame(const struct fact_op *op)
{
    return op->frame_count ? &op->frames[stack_own(op->frames, op->frame_count)]
                           : NULL;
}

/* -- All of it --------------------------------------------------------------*/

int facts_read(struct facts *facts, const struct trace *trace,
               const struct timeline *timeline, const struct scenario *scenario)
{
    *facts = (struct facts){.about = "", .locks = ""};
    facts->texts = arena_new();
    if (!facts->texts)
        return -ENOMEM;
    read_findings(facts, trace, scenario);
    read_deaths(facts, trace);
    read_conditions(facts, timeline);
    read_waits(facts, timeline);
    read_files(facts, timeline);
    int err = read_pair(facts, trace, timeline);
    if (facts->queue)
        facts->undelivered = queues_left(timeline, facts->queue);
    if (!facts->about || !facts->locks)
        err = -ENOMEM;
    return err;
}

void facts_fini(struct facts *facts)
{
    arena_free(facts->texts);
    *facts = (struct facts){.texts = NULL};
}
