#include <errno.h>
#include <fcntl.h>

#include "base/io.h"
#include "save.h"
#include "sched/strategy.h"

/* The text of the scenario file, "" when there is none or it is gone. */
static void read_scenario(const struct scenario *scenario, struct str *text)
{
    enum { SCENARIO_LIMIT = 1 << 20 };
    if (scenario->path &&
        io_read_file(AT_FDCWD, scenario->path, text, SCENARIO_LIMIT))
        str_clear(text);
}

static const char *strategy_name(const struct outcome *outcome)
{
    if (outcome->tool)
        return outcome->tool;
    if (!outcome->controlled)
        return "stress";
    uint32_t row = outcome->segment->schedule.strategy;
    return row < STRATEGY_COUNT ? sched_strategies[row]->name : "unknown";
}

int save_meta(struct save *save, const struct trace_info *info)
{
    const struct outcome *o = save->outcome;
    const struct scenario *scenario = o->choice->scenario;
    const struct segment_config *config = &o->segment->config;
    const char *path = info->scenario_path ? info->scenario_path
                       : scenario->path    ? scenario->path
                                           : "";
    struct str scenario_text;
    str_init(&scenario_text);
    read_scenario(scenario, &scenario_text);
    const struct save_key rows[] = {
        {"id", info->id, 0},
        {"scenario", scenario->name, 0},
        {"scenario_path", path, 0},
        {"scenario_text", scenario_text.data, 0},
        {"command", info->command, 0},
        {"strategy", info->strategy ? info->strategy : strategy_name(o), 0},
        {"origin", info->origin ? info->origin : "", 0},
        {"program", o->program, 0},
        {"directory", scenario->directory, 0},
        {"version", MPS_VERSION, 0},
        {"base_seed", NULL, info->base_seed},
        {"seed", NULL, o->seed},
        {"iteration", NULL, o->iteration},
        {"wall_ns", NULL, info->wall_ns},
        {"elapsed_ns", NULL, o->elapsed_ns},
        {"delay_low_ns", NULL, config->delay_low_ns},
        {"delay_high_ns", NULL, config->delay_high_ns},
        {"time_limit_ns", NULL, o->time_limit_ns},
        {"status", NULL, (uint32_t)o->status},
        {"timed_out", NULL, o->timed_out},
        {"server_lost", NULL, o->server_lost},
        {"segment_damaged", NULL, o->segment_damaged},
        {"points", NULL, outcome_points(o)},
        {"ops_lost", NULL, segment_ops_lost(o->segment)},
        {"records_lost", NULL, o->segment->control.records_refused},
        {"output_lost", NULL, o->segment->control.output_dropped},
    };
    int err = save_keys(save, "meta", rows, sizeof(rows) / sizeof(*rows));
    if (!str_ok(&scenario_text))
        err = -ENOMEM;
    str_fini(&scenario_text);
    return err ? err : save_control_meta(save);
}
