#include "stored/debug.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "trace/explanation.h"
#include "trace/plan.h"

struct stop {
    struct rerun *rerun;
    const char *task; /* path */
    uint64_t nth;     /* op of the task, from 0 */
    bool came;
    int err; /* of starting gdb */
};

/* gdb stops the whole process; only then does the task itself go on, so that
 * `continue` takes it out of its wait for the debugger. */
static void run_gdb(void *context, pid_t pid, pid_t tid)
{
    struct stop *stop = context;
    char number[16], thread[64];
    stop->came = true;
    printf("task %s stands before its operation %" PRIu64
           "; process %d, thread %d. The other tasks stand still. `up` leads "
           "out of mpstress's own frames, `continue` goes on.\n",
           stop->task, stop->nth, (int)pid, (int)tid);
    fflush(stdout);
    snprintf(number, sizeof(number), "%d", (int)pid);
    snprintf(thread, sizeof(thread), "thread find %d", (int)tid);
    int go[2];
    if (pipe(go)) {
        stop->err = -errno;
        return;
    }
    pid_t child = fork();
    if (!child) {
        /* "shell" runs when gdb has attached and stopped the process. */
        char ready[64];
        snprintf(ready, sizeof(ready), "shell echo >&%d", go[1]);
        /* Its thread library takes ids from inside the namespace for ones
         * outside, and gdb 13 dies of that at `continue`. */
        execlp("gdb", "gdb", "-q", "-iex", "set auto-load libthread-db off",
               "-p", number, "-ex", ready, "-ex", thread, "-ex", "backtrace",
               NULL);
        _exit(127);
    }
    close(go[1]);
    char byte;
    if (child > 0 && read(go[0], &byte, 1) == 1)
        rerun_resume(stop->rerun);
    close(go[0]);
    int status = 0;
    if (child < 0)
        stop->err = -errno;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    if (child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127)
        stop->err = -ENOENT;
}

/* The second op of the pair that decides; without one, the last op of the task
 * that did the last op of all. */
static int choose(const struct trace *trace, struct stop *stop)
{
    const struct trace_explanation *why = trace_explanation(trace);
    if (why && why->has_pair) {
        uint64_t done = 0;
        for (size_t i = 0; i < why->op_count; i++)
            done +=
                why->ops[i].completed && why->ops[i].task == why->pair[1].task;
        stop->task = why->tasks[why->pair[1].task].path;
        /* An op that the failing run never gets done is its last one. */
        stop->nth = why->pair[1].nth < done ? why->pair[1].nth : done;
        return 0;
    }
    const struct trace_op *ops;
    size_t count = trace_ops(trace, &ops);
    if (!count || trace_meta(trace)->ops_lost)
        return -MPS_ENOMATCH;
    stop->task = ops[count - 1].task;
    for (size_t i = 0; i + 1 < count; i++)
        stop->nth += ops[i].completed && !strcmp(ops[i].task, stop->task);
    return 0;
}

int debug_run(const struct trace *trace, struct rerun *rerun,
              struct mps_diag *diag)
{
    struct stop stop = {.rerun = rerun};
    struct schedule_plan plan = {0};
    const struct trace_explanation *why = trace_explanation(trace);
    uint64_t seed = trace_meta(trace)->seed;
    int err = choose(trace, &stop);
    if (err)
        return diag_set(diag, err, "no operation to stop before");
    if (why && why->has_pair) {
        err = trace_minimal_plan(why, &plan);
        seed = why->seed;
        rerun_set_params(rerun, why->params, why->param_count);
    } else {
        err = trace_plan(trace, &plan);
    }
    uint32_t number = 0;
    struct control control;
    rerun_control(trace, &control);
    if (!err)
        err = trace_plan_add(&plan, stop.task, &number);
    control.plan = &plan;
    control.stop_task = number + 1;
    control.stop_op = stop.nth;
    control.at_stop = run_gdb;
    control.context = &stop;
    struct outcome outcome;
    struct finding_list findings = {0};
    if (!err)
        err = rerun_once(rerun, seed, &control, &outcome, &findings, diag);
    plan_fini(&plan);
    finding_list_clear(&findings);
    if (!err && stop.err)
        err = diag_set(diag, stop.err, "gdb: %s", strerror(-stop.err));
    if (!err && !stop.came)
        err = diag_set(diag, -MPS_ENOMATCH,
                       "the replay never came to operation %" PRIu64
                       " of task %s",
                       stop.nth, stop.task);
    return err;
}
