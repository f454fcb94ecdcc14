#include "tools.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/str.h"
#include "check/check.h"
#include "check/suppress.h"
#include "keep.h"
#include "plan.h"
#include "valgrind/findings.h"
#include "valgrind/run.h"

enum {
    RUNS = 3,    /* of a scenario under a tool */
    TRIES = 1000 /* iterations looked at for other parameters */
};

static const struct tool_row {
    enum detector bit;
    enum valgrind_tool tool;
} rows[] = {
    {DETECTOR_HELGRIND, VALGRIND_HELGRIND},
    {DETECTOR_DRD, VALGRIND_DRD},
};

bool tools_leave_iterations(const struct campaign_options *options)
{
    return !(options->detectors & DETECTORS_VALGRIND) ||
           (options->detectors & ~(unsigned)DETECTORS_VALGRIND);
}

/* -- Which iterations -------------------------------------------------------*/

struct picked {
    uint64_t iterations[RUNS];
    size_t count;
};

static uint64_t seed_of(const struct campaign_options *options,
                        const struct scenario *scenario, uint64_t iteration)
{
    return plan_seed(options->base_seed, scenario->name, iteration);
}

/* Whether the parameters of ITERATION are those of one that was picked. Two
 * choices of one scenario point to the same texts. */
static bool is_known(const struct campaign_options *options,
                     const struct scenario *scenario,
                     const struct picked *picked, uint64_t iteration,
                     const char **values, const char **others)
{
    struct choice choice = {scenario, values}, other = {scenario, others};
    size_t size = scenario->parameter_count * sizeof(*values);
    scenario_choose(scenario, seed_of(options, scenario, iteration), &choice);
    for (size_t i = 0; i < picked->count; i++) {
        scenario_choose(scenario,
                        seed_of(options, scenario, picked->iterations[i]),
                        &other);
        if (!memcmp(values, others, size))
            return true;
    }
    return false;
}

static int pick(const struct campaign_options *options,
                const struct scenario *scenario, struct picked *picked)
{
    *picked = (struct picked){.count = 0};
    if (options->has_only) {
        picked->iterations[picked->count++] = options->only;
        return 0;
    }
    size_t room = scenario->parameter_count + 1;
    const char **values = calloc(2 * room, sizeof(*values));
    if (!values)
        return -ENOMEM;
    uint64_t shards = options->shards > 1 ? options->shards : 1;
    uint64_t first = options->shards > 1 ? options->shard - 1 : 0;
    size_t most = options->has_iterations && options->iterations &&
                          options->iterations < RUNS
                      ? (size_t)options->iterations
                      : RUNS;
    for (uint64_t n = 0; n < TRIES && picked->count < most; n++) {
        uint64_t iteration = first + n * shards;
        if (!is_known(options, scenario, picked, iteration, values,
                      values + room))
            picked->iterations[picked->count++] = iteration;
    }
    free(values);
    return 0;
}

static size_t tool_count(const struct campaign_options *options)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        count += (options->detectors & rows[i].bit) != 0;
    return count;
}

uint64_t tools_planned(const struct campaign_options *options,
                       const struct scenario *scenario)
{
    struct picked picked;
    if (!tool_count(options) || pick(options, scenario, &picked))
        return 0;
    return picked.count * tool_count(options);
}

/* -- Running ----------------------------------------------------------------*/

struct session {
    const struct campaign_options *options;
    const struct scenario *scenario;
    struct tally *tally;
    struct valgrind *valgrind;
    enum valgrind_tool tool;
    const char **values;
    uint64_t failures; /* runs under this tool with a new finding */
};

static void tick(void *context)
{
    const struct session *session = context;
    progress_update(session->options->progress, session->tally->iterations,
                    session->tally->failures);
}

static bool has_new(const struct tally *tally,
                    const struct finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (!tally_known(tally, &findings->items[i]))
            return true;
    return false;
}

static int run_once(struct session *session, struct symbols *symbols,
                    uint64_t iteration, struct mps_diag *diag)
{
    struct tally *tally = session->tally;
    uint64_t seed = seed_of(session->options, session->scenario, iteration);
    struct choice choice = {session->scenario, session->values};
    struct outcome outcome;
    scenario_choose(session->scenario, seed, &choice);
    int err = valgrind_iterate(session->valgrind, &choice, iteration, seed,
                               &outcome, diag);
    if (err)
        return err;
    struct finding_list findings = {0};
    struct valgrind_remarks *remarks = &tally->remarks[session->tool];
    err = check_iteration(&outcome, NULL, &findings, diag);
    size_t count;
    const struct valgrind_report *reports =
        valgrind_reports(session->valgrind, &count);
    struct valgrind_remarks now = {0};
    if (!err && valgrind_judge(reports, count, symbols, &findings, &now))
        err = diag_set(diag, -ENOMEM, "out of memory");
    suppressions_filter(session->options->suppressions, &findings);
    remarks->remarks += now.remarks;
    if (now.processes > remarks->processes)
        remarks->processes = now.processes;
    int way = WAY_TOOL + (int)session->tool;
    tally_count(tally, way, &outcome, &findings);
    session->failures += has_new(tally, &findings);
    if (findings.count)
        keep_failure(session->options, tally, way, &outcome, &findings);
    finding_list_clear(&findings);
    return err;
}

/* Whether enough has been seen under this tool; the other one may see more. */
static bool is_done(const struct session *session, uint64_t deadline_ns)
{
    const struct campaign_options *options = session->options;
    return *options->stop || (deadline_ns && clock_now_ns() >= deadline_ns) ||
           (options->max_failures &&
            session->failures >= options->max_failures);
}

static int run_tool(struct session *session, const char *program,
                    struct symbols *symbols, struct mps_diag *diag)
{
    const struct campaign_options *options = session->options;
    struct picked picked;
    const char *suppressions[] = {options->tool_suppressions, NULL};
    struct valgrind_options valgrind_options = {
        .tool = session->tool,
        .suppressions = suppressions,
        .program = program,
        .isolation = options->isolation,
        .symbols = symbols,
        .stop = options->stop,
        .tick = tick,
        .context = session,
    };
    char *directory = str_format("%s/valgrind", options->workspace);
    int err = directory ? pick(options, session->scenario, &picked) : -ENOMEM;
    if (err)
        diag_set(diag, err, "out of memory");
    if (!err && mkdir(directory, 0755) && errno != EEXIST)
        err = diag_set(diag, -errno, "%s: %s", directory, strerror(errno));
    valgrind_options.directory = directory;
    if (!err)
        err = valgrind_open(&session->valgrind, &valgrind_options, diag);
    uint64_t deadline_ns =
        options->duration_ns ? clock_now_ns() + options->duration_ns : 0;
    for (size_t i = 0; !err && i < picked.count; i++) {
        if (i && is_done(session, deadline_ns))
            break;
        err = run_once(session, symbols, picked.iterations[i], diag);
    }
    valgrind_close(session->valgrind);
    if (directory)
        rmdir(directory);
    free(directory);
    return err;
}

int tools_run(const struct campaign_options *options,
              const struct scenario *scenario, struct symbols *symbols,
              struct tally *tally, struct mps_diag *diag)
{
    if (!tool_count(options))
        return 0;
    uint64_t start = clock_now_ns();
    if (tally->planned || !tools_leave_iterations(options))
        tally->planned += tools_planned(options, scenario);
    char *program;
    int err =
        scenario_program(scenario, options->toolchain->targets, &program, diag);
    if (err)
        return err;
    const char **values =
        calloc(scenario->parameter_count + 1, sizeof(*values));
    if (!values)
        err = diag_set(diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
        struct session session = {
            .options = options,
            .scenario = scenario,
            .tally = tally,
            .tool = rows[i].tool,
            .values = values,
        };
        if (options->detectors & rows[i].bit && !*options->stop)
            err = run_tool(&session, program, symbols, diag);
    }
    free(values);
    free(program);
    tally->elapsed_ns += clock_now_ns() - start;
    return err;
}
