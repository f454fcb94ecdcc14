#include "model_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner/outcome.h"
#include "sched/sched.h"
#include "segment/write.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct model *model_new(unsigned scripts)
{
    struct model *m = calloc(1, sizeof(*m));
    must(m);
    m->segment = aligned_alloc(4096, sizeof(*m->segment));
    must(m->segment);
    memset(m->segment, 0, sizeof(*m->segment));
    for (unsigned i = 1; i <= scripts; i++)
        model_add(m, 0, STEP_FORK, i, 0);
    model_add(m, 0, STEP_JOIN, 0, 0);
    return m;
}

void model_free(struct model *model)
{
    free(model->segment);
    free(model);
}

void model_add(struct model *model, unsigned script, enum step_kind kind,
               unsigned what, int64_t amount)
{
    struct step *steps = model->scripts[script];
    unsigned at = 0;
    while (steps[at].kind != STEP_END)
        must(++at < MODEL_STEPS - 1);
    steps[at] = (struct step){kind, what, amount};
}

/* -- Running --------------------------------------------------------------- */

static const struct step *step_of(const struct model *m, uint32_t task)
{
    return &m->scripts[m->script[task]][m->at[task]];
}

static enum op_kind op_kind(enum step_kind kind)
{
    static const enum op_kind kinds[] = {
        [STEP_FORK] = OP_KIND_FORK,           [STEP_JOIN] = OP_KIND_WAIT,
        [STEP_LOCK] = OP_KIND_MUTEX_LOCK,     [STEP_READ] = OP_KIND_READ,
        [STEP_UNLOCK] = OP_KIND_MUTEX_UNLOCK, [STEP_WRITE] = OP_KIND_WRITE,
        [STEP_ADD] = OP_KIND_WRITE,           [STEP_SUM] = OP_KIND_READ,
        [STEP_LOG] = OP_KIND_WRITE,           [STEP_EXPECT] = OP_KIND_POINT,
        [STEP_NOISE] = OP_KIND_POINT,
    };
    return kinds[kind];
}

/* The object that a step is about, 0 for none. */
static uint32_t object_of(const struct model *m, uint32_t task,
                          const struct step *step, uint64_t site)
{
    char name[16] = "log";
    enum object_kind kind = OBJECT_FILE;
    uint64_t backing = 99;
    switch (step->kind) {
    case STEP_LOCK:
    case STEP_UNLOCK:
        kind = OBJECT_MUTEX;
        backing = step->what;
        snprintf(name, sizeof(name), "m%u", step->what);
        break;
    case STEP_READ:
    case STEP_WRITE:
    case STEP_ADD:
    case STEP_SUM:
        kind = OBJECT_SHM;
        backing = step->what;
        snprintf(name, sizeof(name), "v%u", step->what);
        break;
    case STEP_LOG:
        break;
    case STEP_END:
    case STEP_FORK:
    case STEP_JOIN:
    case STEP_EXPECT:
    case STEP_NOISE:
        return 0;
    }
    return segment_object_intern(m->segment, kind, backing, 0, task, site,
                                 name);
}

/* TASK has come to its next point, or to its end. */
static void announce(struct model *m, uint32_t task)
{
    const struct step *step = step_of(m, task);
    if (step->kind == STEP_END) {
        segment_task_end(m->segment, task);
        uint32_t parent = m->segment->tasks[task].parent;
        if (parent)
            m->children[parent - 1]--;
        sched_leave(m->segment, task);
        return;
    }
    uint32_t module = 1;
    struct segment_op op = {
        /* "model+0xSCRIPTSTEP" */
        .site = (uint64_t)module << SITE_MODULE_SHIFT |
                (m->script[task] * 0x100 + m->at[task]),
        .kind = (uint16_t)op_kind(step->kind),
    };
    op.object = object_of(m, task, step, op.site);
    m->op[task] = segment_op_begin(m->segment, task, &op);
    sched_announce(m->segment, task, op_kind(step->kind), op.object, op.site, 0,
                   0);
}

static void create(struct model *m, uint32_t parent, unsigned script)
{
    int task = segment_task_new(m->segment, parent, 0);
    must(task >= 0 && task < MODEL_TASKS);
    m->script[task] = script;
    m->at[task] = 0;
    m->op[task] = 0;
    m->registers[task] = 0;
    m->children[task] = 0;
    if (parent)
        m->children[parent - 1]++;
    snprintf(m->segment->tasks[task].name, SEGMENT_NAME_BYTES, "s%u", script);
    sched_join(m->segment, (uint32_t)task);
}

/* Try the op; false: it would block. */
static bool try_step(struct model *m, uint32_t task, const struct step *step)
{
    switch (step->kind) {
    case STEP_FORK:
        create(m, task + 1, step->what);
        return true;
    case STEP_JOIN:
        return !m->children[task];
    case STEP_LOCK:
        if (m->holder[step->what])
            return false;
        m->holder[step->what] = task + 1;
        return true;
    case STEP_UNLOCK:
        m->holder[step->what] = 0;
        sched_bump(m->segment, m->segment->tasks[task].turn.object);
        return true;
    case STEP_READ:
        m->registers[task] = m->memory[step->what];
        return true;
    case STEP_WRITE:
        m->memory[step->what] = m->registers[task] + step->amount;
        return true;
    case STEP_ADD:
        m->memory[step->what] += step->amount;
        return true;
    case STEP_SUM:
        m->registers[task] += m->memory[step->what];
        return true;
    case STEP_LOG:
        must(m->log_count < MODEL_LOG);
        m->log[m->log_count++] = task;
        return true;
    case STEP_EXPECT:
        m->failed = m->failed || m->registers[task] != step->amount;
        return true;
    case STEP_END:
    case STEP_NOISE:
        return true;
    }
    return true;
}

/* What TASK does with its turn, up to its next point. */
static void go_on(struct model *m, uint32_t task)
{
    if (m->op[task]) {
        const struct step *step = step_of(m, task);
        if (!try_step(m, task, step)) {
            uint32_t object = m->segment->tasks[task].turn.object;
            sched_park(m->segment, task, object, 0, 0);
            return;
        }
        segment_op_end(m->segment, task, m->op[task], 0);
        sched_completed(m->segment, task, false);
        m->at[task]++;
    }
    announce(m, task);
}

static void configure(struct model *m, const struct explain_request *request)
{
    struct segment_schedule *s = &m->segment->schedule;
    const struct schedule_plan *plan = request->plan;
    m->segment->config.flags |= SEGMENT_CONTROL;
    s->strategy = STRATEGY_REPLAY;
    if (!plan->segment_count && request->tail != STRATEGY_SEQUENTIAL)
        s->strategy = (uint32_t)request->tail;
    s->depth = request->depth;
    s->expected_decisions = 40;
    s->step_limit = 100000;
    s->seed = request->seed;
    s->plan_unit = plan->unit;
    s->plan_count = plan->segment_count;
    s->plan_task_count = plan->task_count;
    if (plan->segment_count)
        memcpy(m->segment->plan.segments, plan->segments,
               plan->segment_count * sizeof(*plan->segments));
    if (plan->task_count)
        memcpy(m->segment->plan.tasks, plan->tasks,
               plan->task_count * sizeof(*plan->tasks));
}

static bool is_used_up(const struct segment *segment)
{
    const struct segment_schedule *s = &segment->schedule;
    return s->plan_at >= s->plan_count ||
           (s->plan_at + 1 == s->plan_count &&
            s->plan_done >= segment->plan.segments[s->plan_at].count);
}

/* The plan is done: the rest is up to another strategy. */
static void follow_tail(struct model *m, const struct explain_request *request)
{
    struct segment_schedule *s = &m->segment->schedule;
    if (s->strategy != STRATEGY_REPLAY ||
        request->tail == STRATEGY_SEQUENTIAL || !is_used_up(m->segment))
        return;
    const struct sched_strategy *tail = sched_strategies[request->tail];
    s->strategy = (uint32_t)request->tail;
    if (tail->begin)
        tail->begin(m->segment);
    for (uint32_t i = 0; i < s->alive_count && tail->joined; i++)
        tail->joined(m->segment, s->alive[i]);
}

static void reset(struct model *m)
{
    segment_reset(m->segment);
    if (!m->segment->module_count)
        segment_module_add(m->segment, "model", NULL, 0);
    memset(m->memory, 0, sizeof(m->memory));
    memset(m->holder, 0, sizeof(m->holder));
    m->log_count = 0;
    m->failed = m->deadlock = false;
}

int model_run(void *context, const struct explain_request *request,
              struct explain_result *result)
{
    struct model *m = context;
    m->runs++;
    if (m->break_after && m->runs > m->break_after)
        return -77;
    reset(m);
    configure(m, request);
    sched_begin(m->segment);
    create(m, 0, 0);
    int task;
    while ((task = sched_next(m->segment)) >= 0) {
        go_on(m, (uint32_t)task);
        follow_tail(m, request);
    }
    const struct segment_schedule *s = &m->segment->schedule;
    m->deadlock = s->verdict == SCHEDULE_DEADLOCK;
    if (!m->deadlock && m->fails)
        m->failed = m->failed || m->fails(m);
    struct outcome outcome = {.segment = m->segment, .controlled = true};
    int err = explain_take(result, &outcome, request->ops);
    if (m->deadlock || m->failed)
        result->verdict = EXPLAIN_SAME;
    return err;
}

struct explain_subject model_subject(struct model *model)
{
    return (struct explain_subject){model_run, model, 1};
}

struct explain_budget model_budget(void)
{
    return (struct explain_budget){.runs = 100000};
}

void model_find(struct model *model, int strategy, uint64_t seed,
                struct schedule_plan *plan)
{
    static const struct schedule_plan empty;
    struct explain_request request = {
        .plan = &empty,
        .tail = strategy,
        .depth = 3,
    };
    for (unsigned i = 0; i < 1000; i++) {
        struct explain_result result = {.verdict = EXPLAIN_PASSED};
        request.seed = seed * 1000 + i;
        must(!model_run(model, &request, &result));
        bool found = result.verdict == EXPLAIN_SAME;
        if (found)
            must(!plan_copy(plan, &result.plan));
        explain_result_fini(&result);
        if (found)
            return;
    }
    abort();
}
