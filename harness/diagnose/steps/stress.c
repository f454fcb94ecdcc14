/* Stress: how often it fails by itself, running freely on the cores, by worker
 * count and delay. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/parse.h"
#include "base/rng.h"
#include "diagnose/steps.h"
#include "report/rate.h"
#include "report/words.h"

enum {
    RUNS = 20, /* of each cell */
    VALUES = 3,
    BAR = 20,
    MS = 1000000
};

/* So that a target that sleeps, or hangs, does not take all day. */
static const uint64_t cell_ns = UINT64_C(150) * MS;
static const uint64_t limit_ns = UINT64_C(200) * MS;

struct delay {
    uint64_t low_ns, high_ns;
};

struct cell {
    const char *workers; /* or NULL */
    struct delay delay;
    uint64_t runs, failed;
};

static int run_cell(struct lab *lab, struct cell *cell, uint64_t limit,
                    unsigned number)
{
    uint64_t start = clock_now_ns();
    for (unsigned i = 0; i < RUNS && !lab_stopped(lab); i++) {
        struct outcome outcome;
        struct finding_list findings = {0};
        uint64_t seed =
            rng_mix(lab->seed, RNG_ITERATION, 1000 + number * RUNS + i);
        int err = rerun_freely(lab->rerun, seed, cell->delay.low_ns,
                               cell->delay.high_ns, limit, &outcome, &findings,
                               lab->diag);
        cell->runs += !err;
        cell->failed += !err && findings.count;
        finding_list_clear(&findings);
        if (err)
            return err;
        if (clock_now_ns() - start > cell_ns)
            break;
    }
    return 0;
}

/* The time limit of an iteration: the scenario's own, but where it fails by
 * waiting for ever, some times of what one takes that does not. */
static int find_limit(struct lab *lab, uint64_t *out)
{
    enum { TRIES = 4, TIMES = 30 };
    const unsigned waits =
        1u << FINDING_DEADLOCK | 1u << FINDING_HANG | 1u << FINDING_LIVELOCK;
    *out = rerun_scenario(lab->rerun)->time_limit_ns;
    if (!(lab->facts.kinds & waits) || *out <= limit_ns)
        return 0;
    for (unsigned i = 0; i < TRIES; i++) {
        struct outcome outcome;
        struct finding_list findings = {0};
        int err = rerun_freely(lab->rerun, lab->seed + i, 0, 0, *out, &outcome,
                               &findings, lab->diag);
        bool passed = !err && !findings.count;
        finding_list_clear(&findings);
        if (err)
            return err;
        uint64_t times = passed ? TIMES * outcome.elapsed_ns : limit_ns;
        if (times < *out)
            *out = times > limit_ns ? times : limit_ns;
        if (passed)
            break;
    }
    return 0;
}

static void show_cell(struct diagnose_step *out, const struct cell *cell)
{
    char delay[2][32], bar[BAR + 1], low[32], high[32], percent[32], range[72];
    struct rate rate = rate_of(cell->failed, cell->runs ? cell->runs : 1);
    int decimals = words_decimals(rate.value);
    unsigned length = (unsigned)(rate.value * BAR + 0.5);
    if (cell->failed && !length)
        length = 1;
    memset(bar, '#', length);
    bar[length] = '\0';
    parse_show_duration(cell->delay.low_ns, delay[0], sizeof(delay[0]));
    parse_show_duration(cell->delay.high_ns, delay[1], sizeof(delay[1]));
    snprintf(range, sizeof(range), "%s..%s", delay[0], delay[1]);
    step_show(out,
              "%7s  %-10s  %2" PRIu64 " of %-2" PRIu64
              "  %5s%%  %4s - %-4s%%  %s",
              cell->workers ? cell->workers : "-",
              cell->delay.high_ns ? range : "none", cell->failed, cell->runs,
              words_percent(rate.value, decimals, percent, sizeof(percent)),
              words_percent(rate.low, 0, low, sizeof(low)),
              words_percent(rate.high, 0, high, sizeof(high)), bar);
}

/* The least, the recorded and the greatest number of workers. */
static size_t choose_workers(const struct lab *lab, const char **values)
{
    int number = lab_param(lab, "workers");
    if (number < 0) {
        values[0] = NULL;
        return 1;
    }
    const struct parameter *workers =
        &rerun_scenario(lab->rerun)->parameters[number];
    size_t last = workers->value_count - 1;
    size_t count = last < VALUES ? last + 1 : VALUES;
    for (size_t i = 0; i < count; i++)
        values[i] = workers->values[count > 1 ? i * last / (count - 1) : 0];
    return count;
}

static size_t choose_delays(const struct lab *lab, struct delay *delays)
{
    const struct trace_meta *meta = trace_meta(lab->trace);
    delays[0] = (struct delay){0, 0};
    if (!meta->delay_high_ns)
        return 1;
    delays[1] = (struct delay){meta->delay_low_ns, meta->delay_high_ns};
    delays[2] = (struct delay){meta->delay_low_ns, meta->delay_high_ns * 10};
    return 3;
}

static void conclude(struct diagnose_step *out, uint64_t failed, uint64_t runs)
{
    char text[128];
    report_rate(failed, runs, text, sizeof(text));
    step_say(out, failed ? "fails" : "hidden",
             failed ? "left to itself it fails in %s"
                    : "left to itself it never failed, in %s",
             text);
}

int step_stress(struct lab *lab, struct diagnose_step *out)
{
    const char *workers[VALUES];
    struct delay delays[3];
    const struct trace_param *params;
    size_t count = trace_params(lab->trace, &params);
    int number = lab_param(lab, "workers");
    uint64_t limit, failed = 0, runs = 0;
    rerun_set_params(lab->rerun, params, count);
    size_t worker_count = choose_workers(lab, workers);
    size_t delay_count = choose_delays(lab, delays);
    int err = find_limit(lab, &limit);
    step_show(out, "workers  delay         failed     rate  95%% interval");
    for (size_t i = 0; i < worker_count * delay_count && !err; i++) {
        struct cell cell = {
            .workers = workers[i / delay_count],
            .delay = delays[i % delay_count],
        };
        if (cell.workers)
            rerun_values(lab->rerun)[number] = cell.workers;
        err = run_cell(lab, &cell, limit, (unsigned)i);
        if (!err && cell.runs)
            show_cell(out, &cell);
        failed += cell.failed;
        runs += cell.runs;
    }
    if (lab->why)
        rerun_set_params(lab->rerun, lab->why->params, lab->why->param_count);
    if (!err)
        conclude(out, failed, runs);
    return err;
}
