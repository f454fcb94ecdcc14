#include "compare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* One op of the new run, in the trace's words. */
struct told {
    char task[TASK_PATH_BYTES];
    char object[256];
    const char *kind;
    struct location place;
};

static void tell(const struct outcome *outcome, const struct segment_op *op,
                 struct told *out)
{
    const struct segment *segment = outcome->segment;
    segment_task_path(segment, op->task, out->task);
    out->object[0] = '\0';
    if (op->object)
        segment_object_text(segment, op->object, out->object,
                            sizeof(out->object));
    out->kind = op_kind_name(op->kind);
    out->place = (struct location){0};
    const struct segment_module *module = segment_module_of(segment, op->site);
    if (module)
        symbols_find(outcome->symbols, module->path,
                     segment_site_offset(op->site), true, &out->place);
}

static bool same(const struct trace_op *recorded, const struct told *got)
{
    return !strcmp(recorded->task, got->task) &&
           !strcmp(recorded->kind, got->kind) &&
           !strcmp(recorded->object, got->object);
}

static char *show_recorded(const struct trace_op *op)
{
    return str_format("%s %s %s  %s", op->task, op->kind, op->object,
                      op->place);
}

static char *show_got(const struct told *op)
{
    const struct location *place = &op->place;
    if (!place->file)
        return str_format("%s %s %s  %s%s", op->task, op->kind, op->object,
                          place->function ? place->function : "",
                          place->function ? "()" : "");
    return str_format("%s %s %s  %s()  %s:%d", op->task, op->kind, op->object,
                      place->function ? place->function : "?", place->file,
                      place->line);
}

int compare_run(struct divergence *out, const struct trace *trace,
                const struct outcome *outcome)
{
    const struct trace_op *recorded;
    size_t count = trace_ops(trace, &recorded);
    const struct trace_meta *meta = trace_meta(trace);
    uint64_t at = 0;
    size_t i = 0;
    *out = (struct divergence){.diverged = false};
    for (;; i++) {
        const struct segment_op *op = segment_op_next(outcome->segment, &at);
        struct told got;
        if (op)
            tell(outcome, op, &got);
        if (!op && i >= count)
            return 0;
        if (op && i < count && same(&recorded[i], &got))
            continue;
        out->diverged = true;
        out->step = meta->ops_lost + i;
        out->recorded =
            i < count ? show_recorded(&recorded[i]) : strdup("nothing");
        out->got = op ? show_got(&got) : strdup("nothing");
        return out->recorded && out->got ? 0 : -ENOMEM;
    }
}

void divergence_fini(struct divergence *divergence)
{
    free(divergence->recorded);
    free(divergence->got);
    *divergence = (struct divergence){.diverged = false};
}
