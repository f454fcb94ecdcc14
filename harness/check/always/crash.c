#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "always.h"
#include "check/show.h"

/* How a task died. */
struct death {
    int signal; /* 0: not by a signal */
    /* The kill() that sent it, NULL when none is known. */
    const struct segment_op *kill;
    bool forgotten; /* the op ring does not reach back far enough to tell */
};

/* Signals that only arrive because somebody sends them. */
static bool is_request(int signal)
{
    return signal == SIGKILL || signal == SIGTERM || signal == SIGINT ||
           signal == SIGHUP || signal == SIGQUIT || signal == SIGUSR1 ||
           signal == SIGUSR2;
}

/* What a handler sends its own process once it has cleaned up, so that the
 * parent sees by what it ended: shells, git and Perl do it. */
static bool is_passed_on(int signal)
{
    return signal == SIGPIPE || signal == SIGTERM || signal == SIGINT ||
           signal == SIGHUP;
}

static bool is_process(const struct segment_task *task)
{
    return task->state != TASK_FREE && !task->is_thread;
}

/* Find the kill() that sent DEATH->signal to task VICTIM: the last one if
 * there were several. */
static void find_kill(const struct segment *segment, uint32_t victim,
                      struct death *death)
{
    uint64_t at = 0;
    const struct segment_op *op;
    while ((op = segment_op_next(segment, &at))) {
        /* A task that kills itself never sees the call come back. */
        bool delivered = !op->end || op->result == 0;
        if (op->kind != OP_KIND_KILL || !delivered ||
            op->argument != (uint64_t)death->signal ||
            op->task >= SEGMENT_TASKS)
            continue;
        const struct segment_object *object =
            segment_object_get(segment, op->object);
        /* Sent to a process group, or through a pidfd: to whom is not known.*/
        if (!object || object->kind != OBJECT_TASK || object->backing == victim)
            death->kill = op;
    }
    death->forgotten =
        !death->kill && is_request(death->signal) && segment_ops_lost(segment);
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

/* Whether TASK ended in good order: killed by mpstress, by the kernel on its
 * parent's behalf (PR_SET_PDEATHSIG) when the iteration was over, or by writing
 * to a reader who wants no more, which is how `seq 9 | head -1` ends. */
static bool was_cleaned_up(const struct outcome *outcome, uint32_t number,
                           int signal)
{
    const struct segment *segment = outcome->segment;
    const struct segment_task *root = &segment->tasks[0];
    const struct segment_task *task = &segment->tasks[number];
    if (outcome->timed_out &&
        (signal == SIGKILL || was_alive_at_limit(outcome, number)))
        return true;
    if (judge_was_cut_down(outcome, number, signal == SIGKILL))
        return true;
    if (signal == SIGPIPE)
        return true;
    if (!root->ended_at)
        return false;
    return is_request(signal) &&
           (!task->ended_at || task->ended_at > root->ended_at);
}

static bool by_itself(const struct segment *segment, uint32_t task,
                      const struct death *death)
{
    return death->kill && same_process(segment, task, death->kill->task);
}

static struct finding *report(struct judge *judge, uint32_t task,
                              const struct death *death)
{
    const struct segment *segment = judge->segment;
    bool itself = by_itself(segment, task, death);
    struct str s;
    str_init(&s);
    str_add(&s, task ? "task " : "the target, task ");
    show_task(&s, segment, task);
    str_add(&s, task ? " was killed by " : ", was killed by ");
    show_signal(&s, death->signal);
    if (itself) {
        str_add(&s, ", which it sent itself");
    } else if (death->kill) {
        str_add(&s, ", sent by ");
        show_task(&s, segment, death->kill->task);
    }
    struct finding *finding =
        judge_find(judge, FINDING_CRASH, NULL, "%s", s.data);
    str_fini(&s);

    struct location location;
    const struct segment_op *op = segment_op_current(segment, task);
    if (op && judge_locate_op(judge, op, &location)) {
        char role[64];
        snprintf(role, sizeof(role), "its last operation: %s",
                 op_kind_name(op->kind));
        judge_location(judge, finding, &location, task, role);
    }
    if (death->kill && !itself)
        judge_place(judge, finding, death->kill->site, death->kill->task,
                    "sent the signal");
    return finding;
}

static bool judge_root(struct judge *judge)
{
    const struct outcome *outcome = judge->outcome;
    if (outcome->timed_out || !WIFSIGNALED(outcome->status))
        return false;
    struct death death = {.signal = WTERMSIG(outcome->status)};
    find_kill(judge->segment, 0, &death);
    if (judge_was_cut_down(outcome, 0, death.signal == SIGKILL && !death.kill))
        return false;
    report(judge, 0, &death);
    return true;
}

/* Whether TASK, not the root, crashed, and how. */
static bool find_crash(const struct outcome *outcome, uint32_t number,
                       struct death *death)
{
    const struct segment *segment = outcome->segment;
    const struct segment_task *task = &segment->tasks[number];
    if (!is_process(task) || !task->status_known ||
        !WIFSIGNALED(task->exit_status))
        return false;
    *death = (struct death){.signal = WTERMSIG(task->exit_status)};
    find_kill(segment, number, death);
    if (death->kill)
        return by_itself(segment, number, death) &&
               !is_passed_on(death->signal);
    return !death->forgotten && !was_cleaned_up(outcome, number, death->signal);
}

/* The first of the others to crash is the finding, the rest its detail. */
static bool judge_others(struct judge *judge)
{
    const struct segment *segment = judge->segment;
    size_t count = segment_task_count(segment);
    uint32_t first = 0;
    struct death first_death = {0};
    size_t crashed = 0;
    struct str all;
    str_init(&all);
    for (uint32_t i = 1; i < count; i++) {
        struct death death;
        if (!find_crash(judge->outcome, i, &death))
            continue;
        if (!first ||
            segment->tasks[i].ended_at < segment->tasks[first].ended_at) {
            first = i;
            first_death = death;
        }
        crashed++;
        str_add(&all, "task ");
        show_task(&all, segment, i);
        str_add(&all, " was killed by ");
        show_signal(&all, death.signal);
        str_add_char(&all, '\n');
    }
    struct finding *finding =
        crashed ? report(judge, first, &first_death) : NULL;
    if (crashed > 1)
        judge_detail(judge, finding, &all);
    str_fini(&all);
    return crashed;
}

struct crashes always_crash(struct judge *judge)
{
    return (struct crashes){
        .root = judge_root(judge),
        .other = judge_others(judge),
    };
}
