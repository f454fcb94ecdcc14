#include "history/record.h"

#include "git.h"
#include "report/report.h"
#include "store/store.h"

static int record_scenario(struct store *store, const struct store_run *run,
                           const struct report_scenario *scenario,
                           struct mps_diag *diag)
{
    /* To have been caught is to pass. */
    const char *verdict = scenario->expect_fail
                              ? verdict_name(scenario->verdict)
                              : report_verdict(scenario);
    int err = store_scenario_result(store, run, scenario->name, verdict,
                                    scenario->iterations, scenario->failures,
                                    scenario->elapsed_ns, diag);
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
    for (size_t i = 0; !err && i < scenario->fixed_count; i++)
        err = store_mark_fixed(store, scenario->fixed[i], diag);
    return err;
}

int history_open_run(struct store *store, const char *command, uint64_t seed,
                     struct store_run *run, struct mps_diag *diag)
{
    char commit[GIT_COMMIT_BYTES];
    if (!store)
        return 0;
    git_current_commit(commit);
    return store_run_begin(store, command, commit, seed, run, diag);
}

int history_close_run(struct store *store, const struct store_run *run,
                      const struct report_run *report, struct mps_diag *diag)
{
    if (!store)
        return 0;
    int err = 0;
    for (size_t i = 0; !err && i < report->scenario_count; i++)
        err = record_scenario(store, run, &report->scenarios[i], diag);
    return err ? err : store_run_end(store, run, report->exit_code, diag);
}
