/* Make it loud: the whole run, an operation a line, each with task, process
 * and source line. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/io.h"
#include "diagnose/steps.h"
#include "explain/explain.h"
#include "report/words.h"

enum { LAST = 6 /* shown here */ };

static const char *base_of(const char *place)
{
    const char *slash = strrchr(place, '/');
    return slash ? slash + 1 : place;
}

/* One line of the log; BRIEF: as it is shown here. */
static void add_op(struct str *s, const struct explain_result *result,
                   const struct segment *segment, const struct explain_op *op,
                   bool brief)
{
    char path[TASK_PATH_BYTES];
    struct timeline_step step = {.kind = op_kind_name(op->kind),
                                 .object = op->object,
                                 .result = op->result,
                                 .argument = op->argument,
                                 .completed = op->completed};
    const char *name = result->names[op->task];
    struct str task, what, line;
    str_init(&task);
    str_init(&what);
    str_init(&line);
    str_addf(&task, "%s%s%s%s", segment_task_path(segment, op->task, path),
             *name ? " (" : "", name, *name ? ")" : "");
    timeline_add_op(&what, step.kind, step.object);
    str_add(&what, "  ");
    timeline_add_value(&what, &step);
    if (!op->completed && timeline_returns(step.kind))
        str_add(&what, "no return");
    if (!brief)
        str_addf(&line, "%6" PRIu64 "  ", op->end ? op->end : op->begin);
    str_addf(&line, "%-*s  pid %-3d  %-*s  %s", brief ? 14 : 20, task.data,
             (int)segment->tasks[op->task].pid, brief ? 30 : 48, what.data,
             brief ? base_of(op->place) : op->place);
    while (line.len && line.data[line.len - 1] == ' ')
        line.data[--line.len] = '\0';
    words_clean(s, line.data);
    str_add_char(s, '\n');
    str_fini(&task);
    str_fini(&what);
    str_fini(&line);
}

static int write_log(struct lab *lab, const struct explain_result *result,
                     const struct outcome *outcome, struct diagnose_step *out)
{
    struct str log;
    str_init(&log);
    for (size_t i = 0; i < result->op_count; i++)
        add_op(&log, result, outcome->segment, &result->ops[i], false);
    int err = str_ok(&log) ? 0 : -ENOMEM;
    char *path = lab->options->log
                     ? strdup(lab->options->log)
                     : str_format("%.*s.log",
                                  (int)strlen(lab->path) -
                                      (strlen(lab->path) > 4 ? 4 : 0),
                                  lab->path);
    if (!path)
        err = -ENOMEM;
    int written = err ? err : io_replace_file(path, log.data, log.len);
    if (!err && written)
        step_show(out, "%s: not written: %s", path, strerror(-written));
    if (!err && !written) {
        lab->out->log = path;
        path = NULL;
    }
    free(path);
    str_fini(&log);
    return err;
}

int step_loud(struct lab *lab, struct diagnose_step *out)
{
    struct lab_way way = {
        .strategy = STRATEGY_REPLAY, .plan = &lab->plan, .seed = lab->seed};
    struct lab_result ended;
    struct outcome outcome;
    struct explain_result result = {.verdict = EXPLAIN_PASSED};
    if (!lab->exact) {
        step_say(out, "none",
                 "no schedule shows it exactly; see `mpstress "
                 "show` for what was recorded");
        return 0;
    }
    int err = lab_run(lab, &way, &ended, &outcome, NULL);
    if (!err)
        err = explain_take(&result, &outcome, true);
    if (!err)
        err = write_log(lab, &result, &outcome, out);
    if (!err) {
        size_t from = result.op_count > LAST ? result.op_count - LAST : 0;
        for (size_t i = from; i < result.op_count; i++)
            add_op(&out->evidence, &result, outcome.segment, &result.ops[i],
                   true);
        step_say(out, "logged", "%zu operations%s%s%s", result.op_count,
                 from ? ", the last ones below" : "",
                 lab->out->log ? "; all of them in " : "",
                 lab->out->log ? lab->out->log : "");
    }
    explain_result_fini(&result);
    return err;
}
