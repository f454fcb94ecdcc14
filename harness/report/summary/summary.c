/* The end of a run: a table with one row per scenario, what needs to be said
 * about some of them, and the command that repeats the failure. */
#include "summary/summary.h"

#include <inttypes.h>

#include "finding/block.h"
#include "finding/reproduce.h"
#include "rate.h"
#include "words.h"

enum { FINDINGS_SHOWN = 10 };

/* Verdicts, and behind them what a scenario may make of one. */
enum { CAUGHT = VERDICT_ERROR + 1, KNOWN, FLAKY, STANDINGS };

static const struct {
    const char *name, *shown;
    enum style style;
} verdicts[STANDINGS] = {
    [VERDICT_PASS] = {"pass", "pass", STYLE_GOOD},
    [VERDICT_FAIL] = {"fail", "FAIL", STYLE_BAD},
    [VERDICT_INCONCLUSIVE] = {"inconclusive", "inconclusive", STYLE_WARNING},
    [VERDICT_ERROR] = {"error", "ERROR", STYLE_BAD},
    [CAUGHT] = {"caught", "caught", STYLE_GOOD},
    [KNOWN] = {"known", "known", STYLE_WARNING},
    [FLAKY] = {"flaky", "FLAKY", STYLE_BAD},
};

static int standing(const struct report_scenario *scenario)
{
    return block_is_caught(scenario)  ? CAUGHT
           : block_is_known(scenario) ? KNOWN
           : scenario->flaky          ? FLAKY
                                      : (int)scenario->verdict;
}

const char *verdict_name(enum verdict verdict)
{
    return verdicts[verdict].name;
}

const char *report_verdict(const struct report_scenario *scenario)
{
    return verdicts[standing(scenario)].name;
}

const char *verdict_shown(const struct report_scenario *scenario)
{
    return verdicts[standing(scenario)].shown;
}

enum style verdict_style(const struct report_scenario *scenario)
{
    return verdicts[standing(scenario)].style;
}

/* -- Remarks about single scenarios -----------------------------------------*/

/* "iteration 1377  invariant  2 times  primes-sentinels-76543210", and on a
 * second line "replays 2/2 fail". */
static void add_found(struct str *s, const struct report_finding *finding)
{
    char number[WORDS_NUMBER_BYTES], times[48];
    snprintf(times, sizeof(times), "%s", finding->times ? "once" : "stored");
    if (finding->times > 1)
        snprintf(times, sizeof(times), "%s times",
                 words_number(finding->times, number, sizeof(number)));
    str_addf(s, "  iteration %-6" PRIu64 "  %-10s  %-8s  ",
             finding->first_iteration,
             finding_kind_name(finding->finding->kind), times);
    words_clean(s, finding->id && *finding->id ? finding->id : "not kept");
    str_add_char(s, '\n');
    if (finding->replays)
        str_addf(s, "%*sreplays %" PRIu32 "/%" PRIu32 " fail\n", 20, "",
                 finding->replays_failed, finding->replays);
    if (finding->stored)
        str_addf(s, "%*sof an earlier run, replayed first\n", 20, "");
    if (finding->known) {
        str_addf(s, "%*sknown: ", 20, "");
        words_clean(s, finding->known);
        str_add_char(s, '\n');
    }
}

static void add_failed(struct str *s, const struct report_scenario *scenario)
{
    char rate[160];
    if (scenario->iterations)
        str_addf(s, "  failed: %s\n",
                 report_rate(scenario->failures, scenario->iterations, rate,
                             sizeof(rate)));
    for (size_t i = 0; i < scenario->finding_count && i < FINDINGS_SHOWN; i++)
        add_found(s, block_nth_finding(scenario, i));
    if (scenario->finding_count > FINDINGS_SHOWN)
        str_addf(s, "  and %zu more\n",
                 scenario->finding_count - FINDINGS_SHOWN);
}

static void add_names(struct str *s, const char *label,
                      const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        str_add(s, i ? ", " : label);
        words_clean(s, names[i]);
    }
    if (count)
        str_add_char(s, '\n');
}

static void add_unseen(struct str *s, const struct report_scenario *scenario)
{
    for (size_t i = 0; i < scenario->unseen_count; i++) {
        str_add(s, "  known finding not seen: ");
        words_clean(s, scenario->unseen[i].id);
        str_add(s, " (");
        words_clean(s, scenario->unseen[i].reason);
        str_add(s, ")\n");
    }
}

/* Nothing for a scenario of which the table says all. */
static void add_remarks(struct str *s, bool color,
                        const struct report_scenario *scenario)
{
    bool good = scenario->verdict == VERDICT_PASS && !block_is_known(scenario);
    if (good && !scenario->never_reached_count && !scenario->fixed_count &&
        !scenario->unseen_count)
        return;
    bool counted =
        scenario->verdict == VERDICT_FAIL || block_is_known(scenario);
    const char *reason = scenario->reason ? scenario->reason : "";
    str_add_char(s, '\n');
    paint(s, color, verdict_style(scenario), verdict_shown(scenario));
    str_add_char(s, ' ');
    style_begin(s, color, STYLE_BOLD);
    words_clean(s, scenario->name);
    style_end(s, color, STYLE_BOLD);
    str_add_char(s, '\n');
    /* Of a plain failure the counts say it, and more exactly. */
    bool plain = counted && scenario->failures && !scenario->expect_fail;
    if (*reason && !plain)
        add_names(s, "  ", &reason, 1);
    if (counted)
        add_failed(s, scenario);
    add_names(s, "  never reached: ", scenario->never_reached,
              scenario->never_reached_count);
    add_names(s, "  fixed, passes now: ", scenario->fixed,
              scenario->fixed_count);
    add_unseen(s, scenario);
}

/* -- The run ---------------------------------------------------------------*/

/* "rate < 0.1% with 99% confidence": what was asked for, of those that came to
 * it. */
static void add_confidence(struct str *s, const struct report_run *run)
{
    size_t confident = 0, known = 0;
    char number[WORDS_NUMBER_BYTES];
    for (size_t i = 0; i < run->scenario_count; i++) {
        confident += run->scenarios[i].confident;
        known +=
            run->scenarios[i].confident && run->scenarios[i].known_failures;
    }
    if (!confident)
        return;
    str_addf(
        s,
        "no %sfailure in %zu scenario%s, %s iterations%s: rate < %g%% with "
        "%g%% confidence\n",
        known ? "new " : "", confident, confident == 1 ? "" : "s",
        words_number(run->clean_needed, number, sizeof(number)),
        confident == 1 ? "" : " each", run->max_rate * 100,
        run->confidence * 100);
}

/* One bound for all that passed without a failure: that of the shortest. Of
 * iterations that were cut off nobody knows whether they would have failed. */
static void add_bound(struct str *s, const struct report_run *run)
{
    uint64_t fewest = UINT64_MAX;
    size_t clean = 0;
    if (run->clean_needed) {
        add_confidence(s, run);
        return;
    }
    for (size_t i = 0; i < run->scenario_count; i++) {
        const struct report_scenario *scenario = &run->scenarios[i];
        uint64_t cut_off = strategies_controlled(scenario).bounded;
        uint64_t judged = scenario->iterations - cut_off;
        if (scenario->verdict != VERDICT_PASS || scenario->failures ||
            judged <= 3)
            continue;
        clean++;
        if (judged < fewest)
            fewest = judged;
    }
    if (!clean)
        return;
    char number[WORDS_NUMBER_BYTES], percent[32];
    double high = rate_of(0, fewest).high;
    str_addf(
        s, "no failure in %zu scenario%s: rate < 3/%s = %s%% (95%%)%s\n", clean,
        clean == 1 ? "" : "s", words_number(fewest, number, sizeof(number)),
        words_percent(high, words_decimals(high), percent, sizeof(percent)),
        clean == 1 ? "" : " each");
}

void counts_add(struct str *s, bool color, const struct report_run *run)
{
    static const struct {
        int of;
        const char *text;
        enum style style;
    } parts[] = {
        {VERDICT_FAIL, "failed", STYLE_BAD},
        {FLAKY, "flaky", STYLE_BAD},
        {VERDICT_ERROR, "could not run", STYLE_BAD},
        {VERDICT_INCONCLUSIVE, "inconclusive", STYLE_WARNING},
        {VERDICT_PASS, "passed", STYLE_GOOD},
        {CAUGHT, "caught", STYLE_GOOD},
        {KNOWN, "known", STYLE_WARNING},
    };
    size_t counts[STANDINGS] = {0};
    for (size_t i = 0; i < run->scenario_count; i++)
        counts[standing(&run->scenarios[i])]++;
    str_addf(s, "%zu scenario%s", run->scenario_count,
             run->scenario_count == 1 ? "" : "s");
    const char *separator = ": ";
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t count = counts[parts[i].of];
        if (!count)
            continue;
        str_add(s, separator);
        style_begin(s, color, parts[i].style);
        str_addf(s, "%zu %s", count, parts[i].text);
        style_end(s, color, parts[i].style);
        separator = ", ";
    }
}

static void add_totals(struct str *s, bool color, const struct report_run *run)
{
    char span[32];
    if (run->interrupted)
        paint(s, color, STYLE_WARNING, "interrupted after ");
    counts_add(s, color, run);
    str_addf(s, "\ntook %s with %u job%s, seed 0x%" PRIx64 "\n",
             words_span(run->elapsed_ns, span, sizeof(span)), run->jobs,
             run->jobs == 1 ? "" : "s", run->base_seed);
}

static void add_reproduce(struct str *s, bool color,
                          const struct report_run *run)
{
    const struct report_scenario *scenario;
    const struct report_finding *finding = reproduce_pick(run, &scenario);
    if (!finding)
        return;
    str_add(s, "reproduce: ");
    style_begin(s, color, STYLE_BOLD);
    reproduce_add(s, run, scenario, finding);
    style_end(s, color, STYLE_BOLD);
    str_add_char(s, '\n');
}

void report_summary(FILE *out, bool color, const struct report_run *run)
{
    struct str s;
    str_init(&s);
    if (run->scenario_count)
        table_add(&s, color, run);
    strategies_add(&s, color, run);
    for (size_t i = 0; i < run->scenario_count; i++)
        add_remarks(&s, color, &run->scenarios[i]);
    str_add_char(&s, '\n');
    notes_add(&s, run);
    add_bound(&s, run);
    add_totals(&s, color, run);
    add_reproduce(&s, color, run);
    fwrite(s.data, 1, s.len, out);
    str_fini(&s);
}
