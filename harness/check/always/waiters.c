#include "waiters.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "check/show.h"

/* The op that TASK never came back from. Its state does not tell: by now every
 * task has been killed. */
static const struct segment_op *op_inside(const struct segment *segment,
                                          uint32_t task)
{
    const struct segment_op *op = segment_op_current(segment, task);
    return op && !op->end && op->kind < OP_KIND_COUNT ? op : NULL;
}

/* Whether TASK seems to have been alive until mpstress killed it. */
static bool was_killed(const struct segment *segment, uint32_t task)
{
    const struct segment_task *t = &segment->tasks[task];
    const struct segment_op *op = op_inside(segment, task);
    if (t->state == TASK_FREE)
        return false;
    if (t->status_known)
        return WIFSIGNALED(t->exit_status) &&
               WTERMSIG(t->exit_status) == SIGKILL;
    return !op || (op->kind != OP_KIND_EXIT && op->kind != OP_KIND_THREAD_EXIT);
}

static void waiters_init(struct waiters *waiters, const struct judge *judge)
{
    waiters->judge = judge;
    waiters->count = waiters->alive = waiters->total = 0;
    waiters->parked = false;
}

static void add_waiter(struct waiters *waiters, int task,
                       const struct task_snapshot *snapshot)
{
    if (waiters->count < WAITERS_MAX)
        waiters->list[waiters->count++] = (struct waiter){
            .task = task,
            .snapshot = snapshot,
            .op = task < 0 ? NULL
                           : op_inside(waiters->judge->segment, (uint32_t)task),
        };
    waiters->alive++;
}

void waiters_gather(struct waiters *waiters, const struct judge *judge)
{
    const struct outcome *outcome = judge->outcome;
    const struct segment *segment = judge->segment;
    waiters_init(waiters, judge);
    size_t tasks = segment_task_count(segment);
    for (size_t i = 0; i < tasks; i++)
        waiters->total += segment->tasks[i].state != TASK_FREE;
    for (size_t i = 0; i < outcome->snapshot_count; i++) {
        const struct task_snapshot *snapshot = &outcome->snapshots[i];
        int task = snapshot->task;
        if (task < -1 || task >= (int)tasks)
            task = -1;
        waiters->total += task < 0;
        if (snapshot->state != 'Z' && snapshot->state != 'X')
            add_waiter(waiters, task, snapshot);
    }
    if (outcome->snapshot_count)
        return;
    /* No one could look: the segment alone has to tell. */
    for (size_t i = 0; i < tasks; i++)
        if (was_killed(segment, (uint32_t)i))
            add_waiter(waiters, (int)i, NULL);
}

static const struct task_snapshot *snapshot_of(const struct outcome *outcome,
                                               uint32_t task)
{
    for (size_t i = 0; i < outcome->snapshot_count; i++)
        if (outcome->snapshots[i].task == (int)task)
            return &outcome->snapshots[i];
    return NULL;
}

/* What the task of TURN waits for: a condition wait ends with taking the mutex
 * again, which then is what it is parked on. */
static uint32_t awaited_object(const struct segment *segment,
                               const struct segment_turn *turn)
{
    const struct segment_object *parked =
        segment_object_get(segment, turn->park_object);
    return turn->kind == OP_KIND_COND_WAIT && parked &&
                   parked->kind == OBJECT_MUTEX
               ? turn->park_object
               : turn->object;
}

/* The op that TASK announced and was refused. The ring may have forgotten it
 * while others went on for long; the turn has not. */
static void add_parked(struct waiters *waiters, uint32_t task)
{
    const struct segment *segment = waiters->judge->segment;
    const struct segment_turn *turn = &segment->tasks[task].turn;
    const struct segment_op *op = op_inside(segment, task);
    waiters->alive++;
    if (waiters->count == WAITERS_MAX)
        return;
    struct waiter *waiter = &waiters->list[waiters->count++];
    *waiter = (struct waiter){
        .task = (int)task,
        .snapshot = snapshot_of(waiters->judge->outcome, task),
    };
    if (op)
        waiter->announced = *op;
    if (turn->kind && turn->kind < OP_KIND_COUNT) {
        waiter->announced.kind = (uint16_t)turn->kind;
        waiter->announced.object = awaited_object(segment, turn);
        waiter->announced.site = turn->site;
        if (op && op->kind != turn->kind)
            waiter->announced.argument = 0;
    }
    const struct segment_object *object =
        segment_object_get(segment, waiter->announced.object);
    bool locks = object && object->kind == OBJECT_MUTEX;
    waiter->woken = locks && ((op && op->kind == OP_KIND_COND_WAIT) ||
                              turn->kind == OP_KIND_COND_WAIT);
    if (waiter->woken)
        waiter->announced.kind = OP_KIND_MUTEX_LOCK;
    if (waiter->announced.kind)
        waiter->op = &waiter->announced;
}

static bool in_cycle(const struct segment_schedule *schedule, uint32_t task)
{
    const size_t room = sizeof(schedule->cycle) / sizeof(schedule->cycle[0]);
    for (size_t i = 0; i < schedule->cycle_count && i < room; i++)
        if (schedule->cycle[i] == task)
            return true;
    return false;
}

void waiters_gather_parked(struct waiters *waiters, const struct judge *judge)
{
    const struct segment *segment = judge->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    waiters_init(waiters, judge);
    waiters->parked = true;
    size_t tasks = segment_task_count(segment);
    for (uint32_t i = 0; i < tasks; i++) {
        uint32_t state = segment->tasks[i].turn.state;
        waiters->total += state > TURN_NONE && state < TURN_DEAD;
        if (schedule->cycle_count ? in_cycle(schedule, i)
                                  : state == TURN_PARKED)
            add_parked(waiters, i);
    }
}

bool waiter_is_running(const struct waiter *waiter)
{
    return waiter->op ? op_kind_class(waiter->op->kind) == OP_TIME
                      : !waiter->snapshot || waiter->snapshot->state == 'R';
}

bool waiters_has_ended(const struct waiters *waiters, int task)
{
    if (waiters->parked)
        return task >= 0 && task < SEGMENT_TASKS &&
               waiters->judge->segment->tasks[task].turn.state == TURN_DEAD;
    return !waiters_find(waiters, task) && waiters->alive == waiters->count;
}

const struct segment_object *waiter_object(const struct waiters *waiters,
                                           const struct waiter *waiter)
{
    return waiter->op
               ? segment_object_get(waiters->judge->segment, waiter->op->object)
               : NULL;
}

/* The thread that the process of TASK knows as pthread_t THREAD. */
static int find_thread(const struct segment *segment, uint32_t task,
                       uint64_t thread)
{
    for (size_t i = segment_task_count(segment); i-- > 0;)
        if (segment->tasks[i].is_thread &&
            segment->tasks[i].pid == segment->tasks[task].pid &&
            segment->tasks[i].turn.thread == thread)
            return (int)i;
    return -1;
}

int waiter_awaited(const struct waiters *waiters, const struct waiter *waiter)
{
    const struct segment *segment = waiters->judge->segment;
    const struct segment_op *op = waiter->op;
    if (!op || waiter->task < 0 ||
        (op->kind != OP_KIND_WAIT && op->kind != OP_KIND_THREAD_JOIN))
        return -1;
    const struct segment_object *object = waiter_object(waiters, waiter);
    if (object && object->kind == OBJECT_TASK)
        return object->backing < segment_task_count(segment)
                   ? (int)object->backing
                   : -1;
    if (op->kind == OP_KIND_THREAD_JOIN)
        return op->argument
                   ? find_thread(segment, (uint32_t)waiter->task, op->argument)
                   : -1;
    int pid = (int)op->argument;
    return pid > 0 ? segment_task_find(segment, pid, pid) : -1;
}

bool waiter_awaits_any(const struct waiters *waiters,
                       const struct waiter *waiter)
{
    return waiter->op && waiter->op->kind == OP_KIND_WAIT &&
           (int)waiter->op->argument <= 0 &&
           waiter_awaited(waiters, waiter) < 0;
}

const struct waiter *waiters_find(const struct waiters *waiters, int task)
{
    for (size_t i = 0; i < waiters->count; i++)
        if (waiters->list[i].task == task)
            return &waiters->list[i];
    return NULL;
}

/* The innermost frame of the program's own code, or NULL. */
static const struct location *user_frame(const struct task_snapshot *snapshot)
{
    for (size_t i = 0; snapshot && i < snapshot->frame_count; i++)
        if (symbols_is_user_code(&snapshot->frames[i]))
            return &snapshot->frames[i];
    return NULL;
}

bool waiter_locate(const struct waiters *waiters, const struct waiter *waiter,
                   struct location *out)
{
    if (waiter->op && judge_locate_op(waiters->judge, waiter->op, out))
        return true;
    const struct location *frame = user_frame(waiter->snapshot);
    if (frame)
        *out = *frame;
    return frame;
}

void waiter_show(struct str *s, const struct waiters *waiters,
                 const struct waiter *waiter)
{
    if (waiter->task >= 0) {
        show_task(s, waiters->judge->segment, (uint32_t)waiter->task);
        return;
    }
    str_addf(s, "process %d (", waiter->snapshot->pid);
    show_bytes(
        s, waiter->snapshot->command,
        strnlen(waiter->snapshot->command, sizeof(waiter->snapshot->command)),
        sizeof(waiter->snapshot->command));
    str_add_char(s, ')');
}

/* "wait(0.1)", "wait(any child)", "thread join(0.1)". */
static void show_wait(struct str *s, const struct waiters *waiters,
                      const struct waiter *waiter)
{
    const struct segment *segment = waiters->judge->segment;
    char path[TASK_PATH_BYTES];
    int pid = (int)waiter->op->argument;
    int task = waiter_awaited(waiters, waiter);
    str_add(s, op_kind_name(waiter->op->kind));
    if (task >= 0)
        str_addf(s, "(%s)", segment_task_path(segment, (uint32_t)task, path));
    else if (waiter->op->kind != OP_KIND_WAIT)
        return;
    else if (pid > 0)
        str_addf(s, "(process %d)", pid);
    else
        str_add(s, "(any child)");
}

/* "mutex lock /ring+0x40": without saying "mutex" again, but "read pipe 0:3".
 */
static void show_op(struct str *s, const struct segment *segment,
                    const struct segment_op *op)
{
    const char *name = op_kind_name(op->kind);
    str_add(s, name);
    const struct segment_object *object =
        segment_object_get(segment, op->object);
    if (!object)
        return;
    str_add_char(s, ' ');
    size_t start = s->len;
    show_object(s, segment, op->object);
    const char *kind = object_kind_name(object->kind);
    size_t word = strcspn(name, " "), length = strlen(kind);
    if (!strncmp(name, kind, word) && s->len > start + length + 1) {
        s->len -= length + 1;
        memmove(s->data + start, s->data + start + length + 1,
                s->len - start + 1);
    }
}

void waiter_show_doing(struct str *s, const struct waiters *waiters,
                       const struct waiter *waiter)
{
    const struct segment *segment = waiters->judge->segment;
    const struct segment_op *op = waiter->op;
    const struct task_snapshot *snapshot = waiter->snapshot;
    if (op && (op->kind == OP_KIND_WAIT || op->kind == OP_KIND_THREAD_JOIN)) {
        show_wait(s, waiters, waiter);
        return;
    }
    if (op) {
        show_op(s, segment, op);
        if (waiter->woken)
            str_add(s, " again, at the end of a cond wait");
        return;
    }
    if (snapshot && snapshot->state != 'R' && *snapshot->syscall) {
        show_bytes(s, snapshot->syscall,
                   strnlen(snapshot->syscall, sizeof(snapshot->syscall)),
                   sizeof(snapshot->syscall));
        return;
    }
    if (snapshot && snapshot->state == 'T') {
        str_add(s, "stopped");
        return;
    }
    str_add(s, "running");
    const struct location *frame = user_frame(snapshot);
    if (frame && frame->function) {
        str_add(s, " in ");
        show_text(s, frame->function);
        str_add(s, "()");
    }
}
