#include <signal.h>
#include <sys/wait.h>

#include "always.h"
#include "show.h"

enum { NOBODY = -1, SOMEBODY = -2 };

/* Signals that only arrive because somebody sends them. */
static bool is_request(int signal)
{
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT ||
           signal == SIGHUP || signal == SIGQUIT || signal == SIGUSR1 ||
           signal == SIGUSR2;
}

static bool is_process(const struct segment_task *task)
{
    return task->state != TASK_FREE && !task->is_thread;
}

/* The task that sent SIGNAL to task VICTIM, the last one if several did;
 * NOBODY, or SOMEBODY when the op ring no longer reaches back that far. */
static int find_sender(const struct segment *segment, uint32_t victim,
                       int signal)
{
    int sender = NOBODY;
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at))) {
        /* A task that kills itself never sees the call come back. */
        bool delivered = !op->end || op->result == 0;
        if (op->kind != OP_KIND_KILL || !delivered ||
            op->argument != (uint64_t)signal || op->task >= SEGMENT_TASKS)
            continue;
        const struct segment_object *object =
            segment_object_get(segment, op->object);
        /* Sent to a process group, or through a pidfd: to whom is not known.*/
        if (!object || object->kind != OBJECT_TASK || object->backing == victim)
            sender = (int)op->task;
    }
    if (sender == NOBODY && is_request(signal) && segment_ops_lost(segment))
        return SOMEBODY;
    return sender;
}

static bool same_process(const struct segment *segment, uint32_t a, uint32_t b)
{
    return a == b || (segment->tasks[a].pid == segment->tasks[b].pid &&
                      segment->tasks[a].pid);
}

static bool was_alive_at_limit(const struct outcome *outcome, uint32_t task)
{
    for (size_t i = 0; i < outcome->snapshot_count; i++)
        if (outcome->snapshots[i].task == (int)task)
            return true;
    return false;
}

/* Whether mpstress killed TASK when the iteration was over. */
static bool was_cleaned_up(const struct outcome *outcome, uint32_t number,
                           int signal)
{
    const struct segment_task *root = &outcome->segment->tasks[0];
    const struct segment_task *task = &outcome->segment->tasks[number];
    if (outcome->timed_out && was_alive_at_limit(outcome, number))
        return true;
    return signal == SIGKILL &&
           (outcome->timed_out ||
            (root->ended_at && task->ended_at &&
             task->ended_at > root->ended_at) ||
            (outcome->segment->control.orphans && !task->ended_at));
}

/* Append ", which 0.1 (killer) sent". */
static void show_sender(struct str *s, const struct segment *segment,
                        uint32_t victim, int sender)
{
    if (sender < 0)
        return;
    if (same_process(segment, victim, (uint32_t)sender)) {
        str_add(s, ", which it sent itself");
        return;
    }
    str_add(s, ", sent by ");
    show_task(s, segment, (uint32_t)sender);
}

static struct finding *report(struct judge *judge, uint32_t task, int signal,
                              int sender)
{
    const struct segment *segment = judge->segment;
    struct str s;
    str_init(&s);
    str_add(&s, task ? "task " : "the target, task ");
    show_task(&s, segment, task);
    str_add(&s, task ? " was killed by " : ", was killed by ");
    show_signal(&s, signal);
    show_sender(&s, segment, task, sender);
    struct finding *finding =
        judge_find(judge, FINDING_CRASH, NULL, "%s", s.data);
    str_fini(&s);

    const struct segment_op *op = segment_op_current(segment, task);
    if (op)
        judge_place(judge, finding, op->site, task, "its last operation: %s",
                    op_kind_name(op->kind));
    if (sender >= 0 && !same_process(segment, task, (uint32_t)sender)) {
        const struct segment_op *kill =
            segment_op_current(segment, (uint32_t)sender);
        if (kill && kill->kind == OP_KIND_KILL)
            judge_place(judge, finding, kill->site, (uint32_t)sender,
                        "sent the signal");
    }
    return finding;
}

static bool judge_root(struct judge *judge)
{
    const struct outcome *outcome = judge->outcome;
    if (outcome->timed_out || !WIFSIGNALED(outcome->status))
        return false;
    int signal = WTERMSIG(outcome->status);
    report(judge, 0, signal, find_sender(judge->segment, 0, signal));
    return true;
}

/* The signal that TASK crashed by and who sent it, or 0. */
static int crash_of(const struct outcome *outcome, uint32_t number, int *sender)
{
    const struct segment *segment = outcome->segment;
    const struct segment_task *task = &segment->tasks[number];
    if (!is_process(task) || !task->status_known ||
        !WIFSIGNALED(task->exit_status))
        return 0;
    int signal = WTERMSIG(task->exit_status);
    *sender = find_sender(segment, number, signal);
    if (*sender == SOMEBODY)
        return 0;
    if (*sender >= 0 && !same_process(segment, number, (uint32_t)*sender))
        return 0;
    if (*sender == NOBODY && was_cleaned_up(outcome, number, signal))
        return 0;
    return signal;
}

/* The first of the others to crash is the finding, the rest its detail. */
static bool judge_others(struct judge *judge)
{
    const struct segment *segment = judge->segment;
    size_t count = segment_task_count(segment);
    uint32_t first = 0;
    int first_signal = 0, first_sender = NOBODY;
    struct str more;
    str_init(&more);
    for (uint32_t i = 1; i < count; i++) {
        int sender;
        int signal = crash_of(judge->outcome, i, &sender);
        if (!signal)
            continue;
        if (!first_signal ||
            segment->tasks[i].ended_at < segment->tasks[first].ended_at) {
            first = i;
            first_signal = signal;
            first_sender = sender;
        }
        str_add(&more, "task ");
        show_task(&more, segment, i);
        str_add(&more, " was killed by ");
        show_signal(&more, signal);
        str_add_char(&more, '\n');
    }
    if (first_signal)
        judge_detail(judge, report(judge, first, first_signal, first_sender),
                     &more);
    str_fini(&more);
    return first_signal;
}

struct crashes always_crash(struct judge *judge)
{
    return (struct crashes){
        .root = judge_root(judge),
        .other = judge_others(judge),
    };
}
