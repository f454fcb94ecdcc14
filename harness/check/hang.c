/* The time limit passed: who waits where for what, from two sources. The
 * segment says which op each task was in and who holds its object; the
 * snapshots, taken before anything was killed, say who was alive and where in
 * the code. */
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "always.h"
#include "base/parse.h"
#include "show.h"

enum {
    HEADLINE_TASKS = 4,
    DETAIL_TASKS = 40,
    PLACES = 16,
    CYCLE = 16,
    ALIVE = 256 /* looked at; the rest is only counted */
};

/* A task that had not ended. */
struct waiter {
    int task; /* number, or -1: a process mpstress does not know */
    const struct task_snapshot *snapshot; /* or NULL */
    const struct segment_op *op;          /* it is inside, or NULL */
};

struct hang {
    struct judge *judge;
    struct waiter waiters[ALIVE];
    size_t count; /* alive; may exceed the array */
    size_t total; /* tasks that were made */
};

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

static void add_waiter(struct hang *hang, int task,
                       const struct task_snapshot *snapshot)
{
    if (hang->count < ALIVE)
        hang->waiters[hang->count] = (struct waiter){
            .task = task,
            .snapshot = snapshot,
            .op = task < 0 ? NULL
                           : op_inside(hang->judge->segment, (uint32_t)task),
        };
    hang->count++;
}

static void gather(struct hang *hang)
{
    const struct outcome *outcome = hang->judge->outcome;
    const struct segment *segment = hang->judge->segment;
    size_t tasks = segment_task_count(segment);
    for (size_t i = 0; i < tasks; i++)
        hang->total += segment->tasks[i].state != TASK_FREE;
    for (size_t i = 0; i < outcome->snapshot_count; i++) {
        const struct task_snapshot *snapshot = &outcome->snapshots[i];
        int task = snapshot->task;
        if (task < -1 || task >= (int)tasks)
            task = -1;
        hang->total += task < 0;
        if (snapshot->state != 'Z' && snapshot->state != 'X')
            add_waiter(hang, task, snapshot);
    }
    if (outcome->snapshot_count)
        return;
    /* No one could look: the segment alone has to tell. */
    for (size_t i = 0; i < tasks; i++)
        if (was_killed(segment, (uint32_t)i))
            add_waiter(hang, (int)i, NULL);
}

static size_t known(const struct hang *hang)
{
    return hang->count < ALIVE ? hang->count : ALIVE;
}

static void show_waiter(struct str *s, const struct hang *hang,
                        const struct waiter *waiter)
{
    if (waiter->task >= 0) {
        show_task(s, hang->judge->segment, (uint32_t)waiter->task);
        return;
    }
    str_addf(s, "process %d (", waiter->snapshot->pid);
    show_bytes(
        s, waiter->snapshot->command,
        strnlen(waiter->snapshot->command, sizeof(waiter->snapshot->command)),
        sizeof(waiter->snapshot->command));
    str_add_char(s, ')');
}

/* The innermost frame of the program's own code, or NULL. */
static const struct location *user_frame(const struct task_snapshot *snapshot)
{
    for (size_t i = 0; snapshot && i < snapshot->frame_count; i++)
        if (symbols_is_user_code(&snapshot->frames[i]))
            return &snapshot->frames[i];
    return NULL;
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

/* "read pipe 0:3", "wait(0.1)", "futex", "running in spin()". */
static void show_doing(struct str *s, const struct hang *hang,
                       const struct waiter *waiter)
{
    const struct segment *segment = hang->judge->segment;
    const struct segment_op *op = waiter->op;
    const struct task_snapshot *snapshot = waiter->snapshot;
    if (op && op->kind == OP_KIND_WAIT) {
        show_wait(s, segment, op);
        return;
    }
    if (op) {
        str_add(s, op_kind_name(op->kind));
        if (op->object) {
            str_add_char(s, ' ');
            show_object(s, segment, op->object);
        }
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

static bool is_running(const struct waiter *waiter)
{
    return waiter->op ? op_kind_class(waiter->op->kind) == OP_TIME
                      : !waiter->snapshot || waiter->snapshot->state == 'R';
}

/* The task that holds what WAITER waits for, or -1. */
static int holder_of(const struct hang *hang, const struct waiter *waiter)
{
    const struct segment *segment = hang->judge->segment;
    const struct segment_object *object =
        waiter->op ? segment_object_get(segment, waiter->op->object) : NULL;
    if (!object || op_kind_class(waiter->op->kind) != OP_ACQUIRE)
        return -1;
    uint32_t holder = object->holder;
    return holder && holder <= segment_task_count(segment) ? (int)holder - 1
                                                           : -1;
}

static void show_location(struct str *s, const struct location *location)
{
    if (location->function) {
        show_text(s, location->function);
        str_add(s, "()");
    } else if (location->module) {
        const char *slash = strrchr(location->module, '/');
        show_text(s, slash ? slash + 1 : location->module);
        str_addf(s, "+0x%" PRIx64, location->offset);
    } else {
        str_add(s, "?");
    }
    if (!location->file)
        return;
    str_add_char(s, ' ');
    show_text(s, location->file);
    if (location->line)
        str_addf(s, ":%d", location->line);
}

static const struct waiter *waiter_of(const struct hang *hang, int task)
{
    for (size_t i = 0; i < known(hang); i++)
        if (hang->waiters[i].task == task)
            return &hang->waiters[i];
    return NULL;
}

static void show_holder(struct str *s, const struct hang *hang,
                        const struct waiter *waiter, int holder)
{
    const struct segment *segment = hang->judge->segment;
    const struct segment_object *object =
        segment_object_get(segment, waiter->op->object);
    str_add(s, "    held by ");
    show_task(s, segment, (uint32_t)holder);
    if (holder == waiter->task)
        str_add(s, " itself");
    else if (!waiter_of(hang, holder) && hang->count <= ALIVE)
        str_add(s, ", which has ended");
    struct location location;
    if (judge_locate(hang->judge, object->holder_site, &location)) {
        str_add(s, ", taken in ");
        show_location(s, &location);
    }
    str_add_char(s, '\n');
}

static void show_state(struct str *s, const struct hang *hang,
                       const struct waiter *waiter)
{
    show_waiter(s, hang, waiter);
    str_add(s, ": ");
    show_doing(s, hang, waiter);
    struct location location;
    if (waiter->op && judge_locate(hang->judge, waiter->op->site, &location)) {
        str_add(s, " in ");
        show_location(s, &location);
    }
    str_add_char(s, '\n');
    int holder = holder_of(hang, waiter);
    if (holder >= 0)
        show_holder(s, hang, waiter, holder);
    const struct task_snapshot *snapshot = waiter->snapshot;
    for (size_t i = 0; snapshot && i < snapshot->frame_count; i++) {
        str_addf(s, "    #%zu ", i);
        show_location(s, &snapshot->frames[i]);
        str_add_char(s, '\n');
    }
}

/* Follow who holds what the next one waits for, starting at START: if that
 * leads back to START, say so. */
static bool show_cycle(struct str *s, const struct hang *hang,
                       const struct waiter *start)
{
    int chain[CYCLE];
    size_t length = 0;
    const struct waiter *w = start;
    while (w && length < CYCLE) {
        chain[length++] = w->task;
        int holder = holder_of(hang, w);
        if (holder < 0)
            return false;
        if (holder == start->task)
            break;
        w = waiter_of(hang, holder);
        /* A cycle further on is found from a task that is in it. */
        for (size_t i = 0; w && i < length; i++)
            if (chain[i] == w->task)
                return false;
    }
    if (!w || holder_of(hang, w) != start->task)
        return false;
    for (size_t i = 0; i < length; i++) {
        w = waiter_of(hang, chain[i]);
        str_add(s, i ? ", and " : "deadlock: ");
        show_waiter(s, hang, w);
        str_add(s, " waits for ");
        show_object(s, hang->judge->segment, w->op->object);
        str_add(s, ", held by ");
        show_task(s, hang->judge->segment, (uint32_t)chain[(i + 1) % length]);
    }
    str_add_char(s, '\n');
    return true;
}

static void add_places(struct hang *hang, struct finding *finding)
{
    struct judge *judge = hang->judge;
    for (size_t i = 0; i < known(hang) && i < PLACES; i++) {
        const struct waiter *w = &hang->waiters[i];
        uint32_t task = w->task < 0 ? NO_TASK : (uint32_t)w->task;
        struct str doing;
        str_init(&doing);
        show_doing(&doing, hang, w);
        struct location location;
        const struct location *frame = user_frame(w->snapshot);
        if (w->op && judge_locate(judge, w->op->site, &location))
            judge_location(judge, finding, &location, task, doing.data);
        else if (frame)
            judge_location(judge, finding, frame, task, doing.data);
        int holder = holder_of(hang, w);
        if (holder >= 0) {
            str_clear(&doing);
            show_object(&doing, judge->segment, w->op->object);
            judge_place(
                judge, finding,
                segment_object_get(judge->segment, w->op->object)->holder_site,
                (uint32_t)holder, "took %s", doing.data);
        }
        str_fini(&doing);
    }
}

static struct finding *headline(struct hang *hang)
{
    char limit[32];
    parse_show_duration(hang->judge->outcome->time_limit_ns, limit,
                        sizeof(limit));
    bool waiting = true;
    for (size_t i = 0; i < known(hang); i++)
        waiting &= !is_running(&hang->waiters[i]);
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < known(hang) && i < HEADLINE_TASKS; i++) {
        str_add(&s, i ? ", " : ": ");
        show_waiter(&s, hang, &hang->waiters[i]);
        str_add_char(&s, ' ');
        show_doing(&s, hang, &hang->waiters[i]);
    }
    if (hang->count > HEADLINE_TASKS)
        str_addf(&s, ", and %zu more", hang->count - HEADLINE_TASKS);
    struct finding *finding =
        judge_find(hang->judge, FINDING_HANG, NULL,
                   "%zu of %zu tasks still %s after %s%s", hang->count,
                   hang->total, waiting ? "waiting" : "at work", limit, s.data);
    str_fini(&s);
    return finding;
}

bool always_hang(struct judge *judge)
{
    if (!judge->outcome->timed_out)
        return false;
    struct hang hang = {.judge = judge};
    gather(&hang);
    struct finding *finding = headline(&hang);
    struct str detail;
    str_init(&detail);
    for (size_t i = 0; i < known(&hang); i++)
        if (show_cycle(&detail, &hang, &hang.waiters[i]))
            break;
    for (size_t i = 0; i < known(&hang) && i < DETAIL_TASKS; i++)
        show_state(&detail, &hang, &hang.waiters[i]);
    if (hang.count > DETAIL_TASKS)
        str_addf(&detail, "and %zu more\n", hang.count - DETAIL_TASKS);
    judge_detail(judge, finding, &detail);
    add_places(&hang, finding);
    return true;
}
