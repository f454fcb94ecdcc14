#include "history.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"
#include "report/report.h"
#include "store/store.h"

/* The commit checked out here, "" outside a git repository. */
static void current_commit(char commit[static 64])
{
    commit[0] = '\0';
    FILE *git = popen("git rev-parse --short=12 HEAD 2>/dev/null", "r");
    if (!git)
        return;
    if (!fgets(commit, 64, git))
        commit[0] = '\0';
    commit[strcspn(commit, "\n")] = '\0';
    pclose(git);
}

static int record_scenario(struct store *store, const struct store_run *run,
                           const struct report_scenario *scenario,
                           struct mps_diag *diag)
{
    int err = store_scenario_result(
        store, run, scenario->name, verdict_name(scenario->verdict),
        scenario->iterations, scenario->failures, scenario->elapsed_ns, diag);
    for (size_t i = 0; !err && i < scenario->finding_count; i++) {
        const struct report_finding *entry = &scenario->findings[i];
        struct store_finding finding = {
            .scenario = scenario->name,
            .fingerprint = entry->finding->fingerprint,
            .kind = finding_kind_name(entry->finding->kind),
            .what = entry->finding->what,
            .first_iteration = entry->first_iteration,
            .seed = entry->first_seed,
            .id = entry->id,
            .times = entry->times,
        };
        err = store_finding(store, run, &finding, diag);
    }
    return err;
}

int history_record(struct store *store, const struct report_run *report,
                   struct mps_diag *diag)
{
    if (!store)
        return 0;
    char commit[64];
    current_commit(commit);
    struct store_run run;
    int err = store_run_begin(store, report->command, commit, report->base_seed,
                              &run, diag);
    for (size_t i = 0; !err && i < report->scenario_count; i++)
        err = record_scenario(store, &run, &report->scenarios[i], diag);
    if (!err)
        err = store_run_end(store, &run, report->exit_code, diag);
    return err;
}
