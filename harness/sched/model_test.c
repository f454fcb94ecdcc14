#include "model_test.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum model_phase {
    PHASE_BEFORE, /* the point before the op is still to come */
    PHASE_TRY,    /* granted: try it */
    PHASE_WAITS,  /* parked after a vain try */
    PHASE_WOKEN,  /* of a condition wait: the mutex is to be had back */
    PHASE_AFTER   /* at the point after a release */
};

/* Ops that let others through have their point after them. */
struct kind {
    enum op_kind op;
    enum object_kind object;
    bool release;
};

static const struct kind kinds[] = {
    [MODEL_END] = {OP_KIND_EXIT, OBJECT_NONE, false},
    [MODEL_NOTHING] = {OP_KIND_POINT, OBJECT_NONE, false},
    [MODEL_LOCK] = {OP_KIND_MUTEX_LOCK, OBJECT_MUTEX, false},
    [MODEL_UNLOCK] = {OP_KIND_MUTEX_UNLOCK, OBJECT_MUTEX, true},
    [MODEL_WAIT] = {OP_KIND_SEM_WAIT, OBJECT_SEM, false},
    [MODEL_POST] = {OP_KIND_SEM_POST, OBJECT_SEM, true},
    [MODEL_POST_QUIET] = {OP_KIND_SEM_POST, OBJECT_SEM, true},
    [MODEL_COND_WAIT] = {OP_KIND_COND_WAIT, OBJECT_COND, false},
    [MODEL_SIGNAL] = {OP_KIND_COND_SIGNAL, OBJECT_COND, true},
    [MODEL_BROADCAST] = {OP_KIND_COND_BROADCAST, OBJECT_COND, true},
    [MODEL_PUT] = {OP_KIND_WRITE, OBJECT_PIPE, false},
    [MODEL_TAKE] = {OP_KIND_READ, OBJECT_PIPE, false},
    [MODEL_READ] = {OP_KIND_READ, OBJECT_WORD, false},
    [MODEL_WRITE] = {OP_KIND_WRITE, OBJECT_WORD, false},
    [MODEL_WRITE_NEXT] = {OP_KIND_WRITE, OBJECT_WORD, false},
    [MODEL_SPIN] = {OP_KIND_YIELD, OBJECT_NONE, false},
    [MODEL_POLL] = {OP_KIND_READ, OBJECT_WORD, false},
    [MODEL_NAP] = {OP_KIND_SLEEP, OBJECT_NONE, false},
    [MODEL_YIELD] = {OP_KIND_YIELD, OBJECT_NONE, false},
    [MODEL_SLEEP] = {OP_KIND_SLEEP, OBJECT_NONE, false},
    [MODEL_ALARM] = {OP_KIND_POINT, OBJECT_NONE, false},
    [MODEL_SPAWN] = {OP_KIND_FORK, OBJECT_NONE, true},
    [MODEL_JOIN] = {OP_KIND_WAIT, OBJECT_NONE, false},
    [MODEL_REPEAT] = {OP_KIND_POINT, OBJECT_NONE, false},
};

static const enum object_kind object_kinds[] = {
    OBJECT_MUTEX, OBJECT_SEM, OBJECT_COND, OBJECT_PIPE, OBJECT_WORD};
enum { OBJECT_KINDS = sizeof(object_kinds) / sizeof(object_kinds[0]) };

static void must(bool holds)
{
    if (!holds)
        abort();
}

struct model *model_new(void)
{
    struct model *model = calloc(1, sizeof(*model));
    must(model);
    model->events = calloc(MODEL_EVENTS, sizeof(*model->events));
    model->segment = mmap(NULL, sizeof(*model->segment), PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(model->events && model->segment != MAP_FAILED);
    model->segment->config.flags = SEGMENT_CONTROL;
    return model;
}

void model_free(struct model *model)
{
    if (!model)
        return;
    munmap(model->segment, sizeof(*model->segment));
    free(model->events);
    free(model);
}

void model_configure(struct model *model, int strategy, uint64_t seed)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    schedule->strategy = (uint32_t)strategy;
    schedule->depth = 3;
    schedule->expected_tasks = 4;
    schedule->expected_decisions = 16;
    schedule->step_limit = 20000;
    schedule->seed = rng_mix(seed, RNG_SCHEDULE, 1);
    schedule->environment_seed = rng_mix(seed, RNG_ENVIRONMENT, 1);
    schedule->plan_count = schedule->plan_task_count = 0;
}

uint32_t model_object(enum model_op op, uint32_t a)
{
    must(a < MODEL_OBJECTS);
    for (uint32_t i = 0; i < OBJECT_KINDS; i++)
        if (object_kinds[i] == kinds[op].object)
            return 1 + i * MODEL_OBJECTS + a;
    return 0;
}

void model_begin(struct model *model, uint32_t count)
{
    struct segment *segment = model->segment;
    segment_reset(segment);
    for (uint32_t i = 0; i < OBJECT_KINDS; i++)
        for (uint32_t k = 0; k < MODEL_OBJECTS; k++)
            must(segment_object_intern(segment, object_kinds[i], 7, k, 0, 0,
                                       NULL) == 1 + i * MODEL_OBJECTS + k);
    sched_begin(segment);
    for (uint32_t i = 0; i < count; i++)
        sched_join(segment, (uint32_t)segment_task_new(segment, i > 0, 0));
}

void model_point(struct model *model, uint32_t task, enum op_kind kind,
                 uint32_t object)
{
    sched_announce(model->segment, task, kind, object, 0, 0, 0);
}

/* -- Running a script ---------------------------------------------------*/

static void note(struct model *model, uint32_t task, char what)
{
    must(model->event_count < MODEL_EVENTS);
    model->events[model->event_count++] =
        (struct model_event){task, model->tasks[task].at, what};
}

static void done(struct model *model, uint32_t number, bool idle)
{
    struct model_task *task = &model->tasks[number];
    note(model, number, '!');
    sched_completed(model->segment, number, idle);
    task->at++;
    task->phase = PHASE_BEFORE;
    task->timed_out = false;
}

/* A failed try. The deadline counts from the first one. */
static int park(struct model *model, uint32_t number, uint32_t object,
                uint32_t flags, uint64_t time_ns)
{
    struct model_task *task = &model->tasks[number];
    struct segment_turn *turn = &model->segment->tasks[number].turn;
    uint64_t deadline = 0;
    if (time_ns)
        deadline = task->phase == PHASE_WAITS
                       ? turn->deadline_ns
                       : model->segment->schedule.now_ns + time_ns;
    note(model, number, '?');
    task->phase = PHASE_WAITS;
    sched_park(model->segment, number, object, flags, deadline);
    return sched_next(model->segment);
}

static int give_up(struct model *model, uint32_t number)
{
    model->time_outs++;
    note(model, number, 't');
    sched_completed(model->segment, number, true);
    model->tasks[number].at++;
    model->tasks[number].phase = PHASE_BEFORE;
    return (int)number;
}

static void unlock(struct model *model, uint32_t mutex)
{
    model->holder[mutex] = 0;
    model->segment->objects[model_object(MODEL_LOCK, mutex)].holder = 0;
    sched_bump(model->segment, model_object(MODEL_LOCK, mutex));
}

static bool lock(struct model *model, uint32_t number, uint32_t mutex)
{
    if (model->holder[mutex])
        return false;
    model->holder[mutex] = number + 1;
    model->segment->objects[model_object(MODEL_LOCK, mutex)].holder =
        number + 1;
    return true;
}

/* A condition wait: give the mutex back and wait, modelled; then have the
 * mutex again. */
static int cond_wait(struct model *model, uint32_t number,
                     const struct model_step *step)
{
    struct model_task *task = &model->tasks[number];
    uint32_t flags = model->segment->tasks[number].turn.flags;
    if (task->phase == PHASE_TRY) {
        unlock(model, step->b);
        return park(model, number, model_object(step->op, step->a),
                    TURN_MODELLED, step->time_ns);
    }
    if (task->phase == PHASE_WAITS) {
        if (!(flags & (TURN_WOKEN | TURN_TIMED_OUT)))
            return park(model, number, model_object(step->op, step->a),
                        TURN_MODELLED, step->time_ns);
        if (!(flags & TURN_WOKEN))
            model->time_outs++;
        task->phase = PHASE_WOKEN;
    }
    if (lock(model, number, step->b)) {
        done(model, number, false);
        return (int)number;
    }
    note(model, number, '?');
    sched_park(model->segment, number, model_object(MODEL_LOCK, step->b), 0, 0);
    return sched_next(model->segment);
}

static void wake(struct model *model, uint32_t number,
                 const struct model_step *step)
{
    uint32_t waiters[MODEL_TASKS];
    uint32_t count =
        sched_waiters(model->segment, model_object(MODEL_COND_WAIT, step->a),
                      waiters, MODEL_TASKS);
    if (!count)
        return;
    if (step->op == MODEL_BROADCAST) {
        for (uint32_t i = 0; i < count; i++)
            sched_wake(model->segment, waiters[i]);
        return;
    }
    sched_wake(model->segment,
               waiters[sched_environment(model->segment, number, count)]);
}

static void start(struct model *model, uint32_t parent_plus_one,
                  uint32_t script)
{
    int number = segment_task_new(model->segment, parent_plus_one, 0);
    must(number >= 0 && number < MODEL_TASKS && script < MODEL_SCRIPTS);
    model->tasks[number] = (struct model_task){.script = script};
    sched_join(model->segment, (uint32_t)number);
}

/* Try the op of STEP; whether it could be done. */
static bool attempt(struct model *model, uint32_t number,
                    const struct model_step *step)
{
    struct model_task *task = &model->tasks[number];
    uint32_t a = step->a;
    struct segment_turn *turn = &model->segment->tasks[number].turn;
    switch (step->op) {
    case MODEL_LOCK:
        return lock(model, number, a);
    case MODEL_UNLOCK:
        unlock(model, a);
        return true;
    case MODEL_WAIT:
        if (!model->semaphores[a])
            return false;
        model->semaphores[a]--;
        return true;
    case MODEL_POST:
        model->semaphores[a]++;
        sched_bump(model->segment, model_object(step->op, a));
        return true;
    case MODEL_POST_QUIET:
        model->semaphores[a]++;
        return true;
    case MODEL_SIGNAL:
    case MODEL_BROADCAST:
        wake(model, number, step);
        return true;
    case MODEL_PUT:
        if (model->filled[a] == model->program->rooms[a])
            return false;
        model->filled[a]++;
        sched_bump_io(model->segment, model_object(step->op, a));
        return true;
    case MODEL_TAKE:
        if (!model->filled[a])
            return false;
        model->filled[a]--;
        sched_bump_io(model->segment, model_object(step->op, a));
        return true;
    case MODEL_READ:
        task->reg = model->variables[a];
        return true;
    case MODEL_WRITE:
        model->variables[a] = step->b;
        return true;
    case MODEL_WRITE_NEXT:
        model->variables[a] = task->reg + 1;
        return true;
    case MODEL_ALARM:
        turn->alarm_ns = model->segment->schedule.now_ns + step->time_ns;
        model->segment->schedule.alarms++;
        return true;
    case MODEL_SPAWN:
        task->children++;
        start(model, number + 1, a);
        return true;
    case MODEL_JOIN:
        return !task->children;
    case MODEL_END:
    case MODEL_NOTHING:
    case MODEL_COND_WAIT:
    case MODEL_SPIN:
    case MODEL_POLL:
    case MODEL_NAP:
    case MODEL_YIELD:
    case MODEL_SLEEP:
    case MODEL_REPEAT:
        break;
    }
    return true;
}

static int leave(struct model *model, uint32_t number)
{
    uint32_t parent = model->segment->tasks[number].parent;
    note(model, number, 'x');
    model->tasks[number].dead = true;
    if (parent)
        model->tasks[parent - 1].children--;
    segment_task_end(model->segment, number);
    sched_leave(model->segment, number);
    return sched_next(model->segment);
}

static int announce(struct model *model, uint32_t number,
                    const struct model_step *step)
{
    struct segment *segment = model->segment;
    uint32_t flags = 0;
    uint64_t deadline = 0;
    if (step->op == MODEL_SPIN || step->op == MODEL_YIELD)
        flags = TURN_YIELDED;
    if (step->op == MODEL_SLEEP || step->op == MODEL_NAP) {
        flags = TURN_YIELDED | TURN_SLEEPING;
        deadline = segment->schedule.now_ns + step->time_ns;
    }
    sched_announce(segment, number, kinds[step->op].op,
                   model_object(step->op, step->a), model->tasks[number].at,
                   flags, deadline);
    return sched_next(segment);
}

/* One that waits by looking again and again: once more, or done. */
static int look(struct model *model, uint32_t number,
                const struct model_step *step)
{
    if (model->variables[step->a] == step->b) {
        done(model, number, true);
        return (int)number;
    }
    note(model, number, '?');
    sched_completed(model->segment, number, step->op != MODEL_POLL);
    return announce(model, number, step);
}

static int after_try(struct model *model, uint32_t number,
                     const struct model_step *step, bool had)
{
    struct model_task *task = &model->tasks[number];
    if (!had && (model->segment->tasks[number].turn.flags & TURN_TIMED_OUT))
        return give_up(model, number);
    if (!had)
        return park(
            model, number, model_object(step->op, step->a),
            step->op == MODEL_TAKE || step->op == MODEL_PUT ? TURN_WAITS_IO : 0,
            step->time_ns);
    done(model, number, step->op == MODEL_YIELD || step->op == MODEL_SLEEP);
    if (step->op == MODEL_REPEAT)
        task->at = step->a;
    if (!kinds[step->op].release)
        return (int)number;
    task->phase = PHASE_AFTER;
    return announce(model, number, step);
}

/* TASK has the turn: let it run until somebody is to go on. Returns who. */
static int advance(struct model *model, uint32_t number)
{
    struct model_task *task = &model->tasks[number];
    struct segment_turn *turn = &model->segment->tasks[number].turn;
    const struct model_step *step =
        &model->program->scripts[task->script][task->at];
    must(!task->dead && turn->state == TURN_RUNNING);
    if (turn->flags & TURN_SIGNALLED) {
        turn->flags &= ~(uint32_t)TURN_SIGNALLED;
        model->alarms_rung++;
        note(model, number, 's');
        return (int)number;
    }
    if (task->phase == PHASE_AFTER)
        task->phase = PHASE_BEFORE;
    if (step->op == MODEL_END)
        return leave(model, number);
    if (task->phase == PHASE_BEFORE) {
        task->phase = PHASE_TRY;
        return kinds[step->op].release ? (int)number
                                       : announce(model, number, step);
    }
    if (step->op == MODEL_COND_WAIT)
        return cond_wait(model, number, step);
    if (step->op == MODEL_SPIN || step->op == MODEL_POLL ||
        step->op == MODEL_NAP)
        return look(model, number, step);
    return after_try(model, number, step, attempt(model, number, step));
}

static void ring(struct model *model)
{
    struct segment_schedule *schedule = &model->segment->schedule;
    uint32_t number = schedule->alarm_task - 1;
    must(number < MODEL_TASKS && schedule->alarms);
    schedule->alarms--;
    model->segment->tasks[number].turn.alarm_ns = 0;
    model->segment->tasks[number].turn.flags |= TURN_SIGNALLED;
}

enum schedule_verdict model_run(struct model *model,
                                const struct model_program *program)
{
    struct segment *segment = model->segment;
    model->program = program;
    memset(model->tasks, 0, sizeof(model->tasks));
    memset(model->holder, 0, sizeof(model->holder));
    memset(model->filled, 0, sizeof(model->filled));
    memset(model->variables, 0, sizeof(model->variables));
    memcpy(model->semaphores, program->semaphores, sizeof(model->semaphores));
    model->time_outs = model->alarms_rung = model->event_count = 0;
    model_begin(model, 0);
    start(model, 0, 0);
    segment->tasks[0].turn.state = TURN_RUNNING;
    segment->schedule.current = 1;
    int next = 0;
    for (uint32_t i = 0; next != SCHED_NOBODY; i++) {
        must(i < 4 * MODEL_EVENTS);
        if (next == SCHED_ALARM) {
            ring(model);
            next = sched_next(segment);
            continue;
        }
        next = advance(model, (uint32_t)next);
    }
    must(segment->schedule.verdict || !segment->schedule.alive_count);
    return (enum schedule_verdict)segment->schedule.verdict;
}

enum schedule_verdict model_try(struct model *model,
                                const struct model_program *program,
                                int strategy, uint64_t seed)
{
    model_configure(model, strategy, seed);
    return model_run(model, program);
}

uint32_t model_when(const struct model *model, uint32_t task, uint32_t at,
                    char what)
{
    for (uint32_t i = 0; i < model->event_count; i++)
        if (model->events[i].task == task && model->events[i].at == at &&
            model->events[i].what == what)
            return i;
    return UINT32_MAX;
}
