#include "stored/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "command.h"
#include "history/past.h"

/* "workers=3 increments=200" */
static char *parameters(const struct trace *trace)
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

static int write_run(const char *html, const char *directory,
                     const struct report_run *run, struct mps_diag *diag)
{
    size_t count;
    const struct report_format *format = report_formats(&count);
    while (count && strcmp(format->name, "html") != 0)
        format++, count--;
    struct mps_diag unread;
    struct store *store = NULL;
    struct past past;
    if (store_open(&store, directory ? directory : STORE_DEFAULT_DIRECTORY,
                   false, &unread))
        store = NULL;
    int err = past_init(&past, run, store);
    if (err)
        diag_set(diag, err, "out of memory");
    else
        err = report_write(format, html, &past.run, diag);
    past_fini(&past);
    store_close(store);
    return err;
}

int show_html(const char *html, const char *directory, const char *path,
              const struct trace *trace, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(trace);
    const struct finding_list *found = trace_findings(trace);
    char *params = parameters(trace);
    struct report_finding *findings =
        calloc(found->count + 1, sizeof(*findings));
    int err = params && findings ? 0 : -ENOMEM;
    for (size_t i = 0; i < found->count && !err; i++)
        findings[i] = (struct report_finding){
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
            .parameters = params,
        };
    const struct report_scenario scenario = {
        .name = meta->scenario_name,
        .about = "",
        .path = meta->scenario_path,
        .verdict = VERDICT_FAIL,
        .reason = "",
        .expected_kind = -1,
        .findings = findings,
        .finding_count = found->count,
    };
    const struct report_run run = {
        .version = meta->version,
        .command = meta->command,
        .store = directory,
        .stored = true,
        .base_seed = meta->base_seed,
        .started_wall_ns = meta->wall_ns,
        .scenarios = &scenario,
        .scenario_count = 1,
    };
    if (err)
        diag_set(diag, err, "out of memory");
    else
        err = write_run(html, directory, &run, diag);
    free(findings);
    free(params);
    return err;
}
