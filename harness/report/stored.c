/* One stored failure as the report of a run. */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "trace/trace.h"

/* "workers=3 increments=200" */
static char *parameters_of(const struct trace *trace)
{
    const struct trace_param *params;
    size_t count = trace_params(trace, &params);
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < count; i++)
        str_addf(&text, "%s%s=%s", i ? " " : "", params[i].name,
                 params[i].value);
    return str_take(&text);
}

int report_stored_init(struct report_stored *stored, const struct trace *trace,
                       const char *path)
{
    const struct trace_meta *meta = trace_meta(trace);
    const struct finding_list *found = trace_findings(trace);
    *stored = (struct report_stored){
        .parameters = parameters_of(trace),
        .findings = calloc(found->count + 1, sizeof(*stored->findings)),
    };
    if (!stored->parameters || !stored->findings) {
        report_stored_fini(stored);
        return -ENOMEM;
    }
    for (size_t i = 0; i < found->count; i++)
        stored->findings[i] = (struct report_finding){
            .finding = &found->items[i],
            .id = meta->id,
            /* One timeline is enough. */
            .trace = i ? "" : path,
            .times = 1,
            .first_iteration = meta->iteration,
            .first_seed = meta->seed,
            /* Of a schedule that was made exact later, none is known. */
            .strategy =
                strcmp(meta->strategy, "replay") ? meta->strategy : NULL,
            .parameters = stored->parameters,
        };
    stored->scenario = (struct report_scenario){
        .name = meta->scenario_name,
        .about = "",
        .path = meta->scenario_path,
        .verdict = VERDICT_FAIL,
        .reason = "",
        .expected_kind = -1,
        .findings = stored->findings,
        .finding_count = found->count,
        .external_call = meta->external_call,
    };
    stored->run = (struct report_run){
        .version = meta->version,
        .command = meta->command,
        .stored = true,
        .mode = meta->mode,
        .base_seed = meta->base_seed,
        .started_wall_ns = meta->wall_ns,
        .scenarios = &stored->scenario,
        .scenario_count = 1,
    };
    return 0;
}

void report_stored_fini(struct report_stored *stored)
{
    free(stored->findings);
    free(stored->parameters);
    *stored = (struct report_stored){0};
}
