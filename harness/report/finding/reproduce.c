#include "finding/reproduce.h"

#include <inttypes.h>
#include <string.h>

#include "finding/block.h"
#include "words.h"

static const char default_store[] = ".mpstress";

static void add_replay(struct str *s, const struct report_run *run,
                       const struct report_finding *finding)
{
    str_add(s, "mpstress replay ");
    if (run->store && *run->store && strcmp(run->store, default_store)) {
        str_add(s, "--store ");
        words_shell(s, run->store);
        str_add_char(s, ' ');
    }
    words_shell(s, finding->id);
}

void reproduce_add(struct str *s, const struct report_run *run,
                   const struct report_scenario *scenario,
                   const struct report_finding *finding)
{
    if (finding->id && *finding->id && finding->trace && *finding->trace) {
        add_replay(s, run, finding);
        return;
    }
    str_addf(s, "mpstress run --seed 0x%" PRIx64 " --only %" PRIu64 " ",
             run->base_seed, finding->first_iteration);
    for (size_t i = 0; i < run->setting_count; i++) {
        words_shell(s, run->settings[i]);
        str_add_char(s, ' ');
    }
    const char *program = run->command ? strstr(run->command, " -- ") : NULL;
    if (scenario->path && *scenario->path)
        words_shell(s, scenario->path);
    else if (program)
        words_clean(s, program + 1); /* words of a shell already */
    else
        words_shell(s, scenario->name);
}

const struct report_finding *
reproduce_pick(const struct report_run *run,
               const struct report_scenario **scenario)
{
    for (size_t i = 0; i < run->scenario_count; i++) {
        *scenario = &run->scenarios[i];
        if ((*scenario)->verdict != VERDICT_FAIL)
            continue;
        const struct report_finding *finding = block_main_finding(*scenario);
        if (finding)
            return finding;
    }
    return NULL;
}
