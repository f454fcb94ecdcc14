#include "waiters.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "show.h"

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
    waiters->judge = judge;
    waiters->count = waiters->alive = waiters->total = 0;
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

bool waiter_is_running(const struct waiter *waiter)
{
    return waiter->op ? op_kind_class(waiter->op->kind) == OP_TIME
                      : !waiter->snapshot || waiter->snapshot->state == 'R';
}

int waiter_holder(const struct waiters *waiters, const struct waiter *waiter)
{
    const struct segment *segment = waiters->judge->segment;
    const struct segment_object *object =
        waiter->op ? segment_object_get(segment, waiter->op->object) : NULL;
    if (!object)
        return -1;
    enum op_class class = op_kind_class(waiter->op->kind);
    if (class != OP_ACQUIRE && class != OP_BOTH)
        return -1;
    uint32_t holder = object->holder;
    return holder && holder <= segment_task_count(segment) ? (int)holder - 1
                                                           : -1;
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

/* "wait(0.1)", "wait(any child)". */
static void show_wait(struct str *s, const struct segment *segment,
                      const struct segment_op *op)
{
    char path[TASK_PATH_BYTES];
    int pid = (int)op->argument;
    int task = pid > 0 ? segment_task_find(segment, pid, pid) : -1;
    if (task >= 0)
        str_addf(s, "wait(%s)",
                 segment_task_path(segment, (uint32_t)task, path));
    else if (pid > 0)
        str_addf(s, "wait(process %d)", pid);
    else
        str_add(s, "wait(any child)");
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
    if (op && op->kind == OP_KIND_WAIT) {
        show_wait(s, segment, op);
        return;
    }
    if (op) {
        show_op(s, segment, op);
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
