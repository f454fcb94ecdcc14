#include "origin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"

/* The file's text as it was then, written into the workspace under its own
 * name; relative paths in it start where they did. */
static int load_kept_text(struct scenario **out, const struct trace_meta *meta,
                          const char *workspace, struct mps_diag *diag)
{
    char *path = str_format("%s/%s.yml", workspace, meta->scenario_name);
    int err = path ? io_replace_file(path, meta->scenario_text,
                                     strlen(meta->scenario_text))
                   : -ENOMEM;
    if (err)
        diag_set(diag, err, "%s: %s", workspace, strerror(-err));
    else
        err = scenario_load(out, path, diag);
    free(path);
    if (!err)
        (*out)->directory = meta->directory;
    return err;
}

static int load_command(struct scenario **out, const struct trace *trace,
                        struct mps_diag *diag)
{
    const char *const *arguments;
    size_t count = trace_arguments(trace, &arguments);
    const struct trace_meta *meta = trace_meta(trace);
    char **argv = calloc(count + 2, sizeof(*argv));
    if (!argv)
        return diag_set(diag, -ENOMEM, "out of memory");
    int err = 0;
    for (size_t i = 0; i < count; i++)
        argv[i] = strdup(i ? arguments[i] : meta->program);
    if (!count)
        argv[0] = strdup(meta->program);
    err = scenario_from_command(out, argv, diag);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    free(argv);
    return err;
}

static int load_scenario(struct scenario **out, const struct trace *trace,
                         const char *workspace, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(trace);
    int err = *meta->scenario_text ? load_kept_text(out, meta, workspace, diag)
                                   : load_command(out, trace, diag);
    if (!err) {
        (*out)->time_limit_ns = meta->time_limit_ns;
        (*out)->delay_low_ns = meta->delay_low_ns;
        (*out)->delay_high_ns = meta->delay_high_ns;
    }
    return err;
}

/* The recorded value of each parameter. */
static int recorded_values(const struct scenario *scenario,
                           const struct trace *trace, const char **values,
                           struct mps_diag *diag)
{
    const struct trace_param *params;
    size_t count = trace_params(trace, &params);
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        const char *name = scenario->parameters[i].name;
        values[i] = NULL;
        for (size_t p = 0; p < count; p++)
            if (!strcmp(params[p].name, name))
                values[i] = params[p].value;
        if (!values[i])
            return diag_set(diag, -MPS_ECORRUPT,
                            "the trace has no value for the parameter '%s'",
                            name);
    }
    return 0;
}

int origin_load(struct origin *origin, const struct trace *trace,
                char *const *program, const char *workspace,
                struct mps_diag *diag)
{
    *origin = (struct origin){0};
    int err = load_scenario(&origin->scenario, trace, workspace, diag);
    if (err)
        return err;
    origin->values =
        calloc(origin->scenario->parameter_count + 1, sizeof(*origin->values));
    err = origin->values
              ? recorded_values(origin->scenario, trace, origin->values, diag)
              : diag_set(diag, -ENOMEM, "out of memory");
    if (!err && program)
        err = scenario_set_program(origin->scenario, program, diag);
    if (err)
        origin_fini(origin);
    return err;
}

static bool takes(const struct parameter *parameter, const char *value)
{
    for (size_t i = 0; i < parameter->value_count; i++)
        if (!strcmp(parameter->values[i], value))
            return true;
    return false;
}

int origin_use(struct origin *origin, const struct trace *trace,
               struct scenario *scenario, struct mps_diag *diag)
{
    const struct trace_param *params;
    size_t count = scenario->parameter_count;
    *origin = (struct origin){.scenario = scenario, .borrowed = true};
    origin->values = calloc(count + 1, sizeof(*origin->values));
    if (!origin->values)
        return diag_set(diag, -ENOMEM, "out of memory");
    bool same = trace_params(trace, &params) == count &&
                !recorded_values(scenario, trace, origin->values, NULL);
    for (size_t i = 0; same && i < count; i++)
        same = takes(&scenario->parameters[i], origin->values[i]);
    if (same)
        return 0;
    origin_fini(origin);
    return diag_set(diag, -MPS_ENOMATCH, "%s: it had other parameters",
                    trace_meta(trace)->id);
}

void origin_fini(struct origin *origin)
{
    free(origin->values);
    if (!origin->borrowed)
        scenario_free(origin->scenario);
    *origin = (struct origin){0};
}
