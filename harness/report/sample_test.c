#include "sample_test.h"

#include <stdlib.h>
#include <string.h>

/* Finding's texts are writable for their owner; nobody writes these. */
#define TEXT(literal) ((char[]){literal})

static struct finding_place hang_places[] = {
    {.location = {"main", "targets/locks.c", 141, "/bin/locks", 0x1a20},
     .role = TEXT("wait(any child)"),
     .task = TEXT("0")},
    {.location = {"transfer", "targets/locks.c", 62, "/bin/locks", 0x13f0},
     .role = TEXT("mutex lock mutex /accounts+0x40"),
     .task = TEXT("0.0 (payer)")},
    {.location = {"transfer", "targets/locks.c", 62, "/bin/locks", 0x13f0},
     .role = TEXT("mutex lock mutex /accounts"),
     .task = TEXT("0.1 (payee)")},
};

static const struct finding hang = {
    .kind = FINDING_HANG,
    .what = TEXT("3 of 3 tasks still waiting after 2s: 0 wait(any child), 0.0 "
                 "(payer) mutex lock mutex /accounts+0x40, 0.1 (payee) mutex "
                 "lock mutex /accounts"),
    .detail = TEXT("deadlock: 0.0 (payer) waits for 0.1 (payee) and 0.1 "
                   "(payee) for 0.0 (payer)\n"),
    .places = hang_places,
    .place_count = 3,
    .fingerprint = 0x3f9c1e7a00000001,
};

static struct finding_place lost_places[] = {
    {.location = {"produce", "targets/primes.c", 88, "/bin/primes", 0x11a0},
     .role = TEXT("put it"),
     .task = TEXT("0")},
    {.location = {NULL, NULL, 0, "/lib/libmp.so", 0x4f0},
     .role = TEXT("put it"),
     .task = TEXT("0.2 (worker)")},
};

static const struct finding lost = {
    .kind = FINDING_INVARIANT,
    .invariant = TEXT("exactly_once tasks"),
    .what = TEXT("tasks: of 400 items 2 lost"),
    .detail = TEXT("lost: 17, put 1 times, got 0 times, by 0\n"
                   "lost: 31, put 1 times, got 0 times, by 0.2 (worker)\n"),
    .expected = TEXT("every item once"),
    .actual = TEXT("2 lost"),
    .places = lost_places,
    .place_count = 2,
    .fingerprint = 0xfedcba9876543210,
};

static const struct finding leak = {
    .kind = FINDING_LEAK,
    .invariant = TEXT("no_leaks"),
    .what = TEXT("shared memory left behind: /primes-ring"),
    .fingerprint = 7,
};

static const struct report_finding hang_found[] = {{
    .finding = &hang,
    .id = "locks-mixed-00000001",
    .trace = ".mpstress/failures/locks-mixed-00000001.mpt",
    .times = 1,
    .first_iteration = 17,
    .first_seed = 0x9e3779b97f4a7c15,
    .parameters = "workers=2 transfers=1000",
    .expected = true,
}};

static const struct report_finding lost_found[] = {
    {
        .finding = &leak,
        .id = "primes-sentinels-00000007",
        .trace = ".mpstress/failures/primes-sentinels-00000007.mpt",
        .times = 1,
        .first_iteration = 4012,
        .first_seed = 0x1f,
        .strategy = "stress",
        .parameters = "workers=4",
    },
    {
        .finding = &lost,
        .id = "primes-sentinels-76543210",
        .trace = ".mpstress/failures/primes-sentinels-76543210.mpt",
        .times = 2,
        .first_iteration = 1377,
        .first_seed = UINT64_MAX,
        .strategy = "pct",
        .parameters = "workers=3 items=400",
        .replays = 20,
        .replays_failed = 19,
    },
};

static const struct report_strategy hang_strategies[] = {
    {.name = "stress", .iterations = 10},
    {.name = "pos",
     .controlled = true,
     .iterations = 8,
     .failures = 1,
     .first = 17,
     .decisions_min = 4,
     .decisions_max = 9,
     .decisions_sum = 52,
     .distinct = 7},
};

static const struct report_strategy lost_strategies[] = {
    {.name = "stress", .iterations = 4100, .failures = 1, .first = 4012},
    {.name = "pct",
     .controlled = true,
     .iterations = 3200,
     .failures = 2,
     .first = 1377,
     .decisions_min = 97,
     .decisions_max = 2120,
     .decisions_sum = 3200 * 1310,
     .steps_sum = 3200 * 2100,
     .switches_sum = 3200 * 41,
     .distinct = 3101,
     .distinct_full = true,
     .partly = 12,
     .bounded = 3},
    {.name = "pos",
     .controlled = true,
     .iterations = 2700,
     .decisions_min = 110,
     .decisions_max = 110,
     .decisions_sum = 2700 * 110,
     .distinct = 2690},
};

static const char *const states[] = {"queue full", "worker starved"};
static const char *const repaired[] = {"counter-atomic-0badf00d"};
static const char *const notes[] = {
    "no namespaces here: process ids vary (see `mpstress doctor`)"};

static const struct report_known not_seen[] = {
    {"counter-atomic-0badf00d", "ticket #8: rough on purpose"}};

static const struct report_scenario scenarios[SAMPLES] = {
    [SAMPLE_PASS] = {.name = "counter-atomic",
                     .about = "Shared total, atomic additions",
                     .path = "scenarios/counter-atomic.yml",
                     .verdict = VERDICT_PASS,
                     .reason = "",
                     .expected_kind = -1,
                     .planned = 10000,
                     .iterations = 10000,
                     .elapsed_ns = 9500000000,
                     .fixed = repaired,
                     .fixed_count = 1},
    [SAMPLE_CAUGHT] = {.name = "locks-mixed",
                       .about = "Two locks in two orders",
                       .path = "scenarios/locks-mixed.yml",
                       .verdict = VERDICT_PASS,
                       .reason = "",
                       .expect_fail = true,
                       .expected_kind = FINDING_HANG,
                       .planned = 10000,
                       .iterations = 18,
                       .failures = 1,
                       .elapsed_ns = 2100000000,
                       .findings = hang_found,
                       .finding_count = 1,
                       .strategies = hang_strategies,
                       .strategy_count = 2},
    [SAMPLE_FAIL] = {.name = "primes-sentinels",
                     .about = "Producer, queue, workers",
                     .path = "scenarios/primes-sentinels.yml",
                     .verdict = VERDICT_FAIL,
                     .reason = "3 of 10000 iterations failed",
                     .expected_kind = -1,
                     .planned = 10000,
                     .iterations = 10000,
                     .failures = 3,
                     .elapsed_ns = 11234000000,
                     .findings = lost_found,
                     .finding_count = 2,
                     .strategies = lost_strategies,
                     .strategy_count = 3,
                     .external_call = "io_uring_enter"},
    [SAMPLE_MISSED] = {.name = "counter-plain",
                       .about = "",
                       .path = "scenarios/counter-plain.yml",
                       .verdict = VERDICT_FAIL,
                       .reason = "the expected invariant did not turn up in "
                                 "10000 iterations",
                       .expect_fail = true,
                       .expected_kind = FINDING_INVARIANT,
                       .planned = 10000,
                       .iterations = 10000,
                       .elapsed_ns = 8000000000,
                       .unseen = not_seen,
                       .unseen_count = 1},
    [SAMPLE_INCONCLUSIVE] = {.name = "image-rows",
                             .about = "",
                             .path = "scenarios/image-rows.yml",
                             .verdict = VERDICT_INCONCLUSIVE,
                             .reason = "ended after 421 of 10000 iterations",
                             .expected_kind = -1,
                             .planned = 10000,
                             .iterations = 421,
                             .elapsed_ns = 60000000000,
                             .never_reached = states,
                             .never_reached_count = 2},
    [SAMPLE_ERROR] = {.name = "matrix-slices-of-a-very-long-name-nobody-reads",
                      .about = "",
                      .path = "",
                      .verdict = VERDICT_ERROR,
                      .reason = "matrix: no such program in targets or PATH",
                      .expected_kind = -1,
                      .planned = 10000},
};

const struct report_run sample_run = {
    .version = "0.1.0",
    .command = "mpstress run --iterations 10000",
    .store = ".mpstress",
    .base_seed = 0x5eed2a915eed2a91,
    .jobs = 2,
    .started_wall_ns = 1714566600123000000,
    .elapsed_ns = 91500000000,
    .mode = "auto",
    .scenarios = scenarios,
    .scenario_count = SAMPLES,
    .notes = notes,
    .note_count = 1,
    .exit_code = 1,
};

/* -- Known findings
 * ---------------------------------------------------------*/

static const struct report_finding known_found[] = {
    {
        .finding = &leak,
        .id = "primes-sentinels-00000007",
        .trace = ".mpstress/failures/primes-sentinels-00000007.mpt",
        .times = 12,
        .first_iteration = 4,
        .first_seed = 0x1f,
        .strategy = "stress",
        .parameters = "workers=4",
        .known = "ticket #7: the ring stays, <b>",
    },
    {
        .finding = &lost,
        .id = "primes-sentinels-76543210",
        .trace = ".mpstress/failures/primes-sentinels-76543210.mpt",
        .times = 1,
        .first_iteration = 1377,
        .first_seed = UINT64_MAX,
        .strategy = "pct",
        .parameters = "workers=3 items=400",
    },
};

static const struct report_scenario known_scenarios[] = {
    [KNOWN_ALONE] = {.name = "primes-alone",
                     .about = "",
                     .path = "scenarios/primes-alone.yml",
                     .verdict = VERDICT_PASS,
                     .reason = "",
                     .must_be_clean = true,
                     .confident = true,
                     .expected_kind = -1,
                     .planned = 1000,
                     .iterations = 1000,
                     .failures = 12,
                     .known_failures = 12,
                     .elapsed_ns = 1000000000,
                     .findings = known_found,
                     .finding_count = 1},
    [KNOWN_AND_NEW] = {.name = "primes-sentinels",
                       .about = "",
                       .path = "scenarios/primes-sentinels.yml",
                       .verdict = VERDICT_FAIL,
                       .flaky = true,
                       .must_be_clean = true,
                       .reason = "13 of 2000 iterations failed",
                       .expected_kind = -1,
                       .planned = 2000,
                       .iterations = 2000,
                       .failures = 13,
                       .known_failures = 12,
                       .elapsed_ns = 1000000000,
                       .findings = known_found,
                       .finding_count = 2},
    [KNOWN_UNSEEN] = {.name = "counter-atomic",
                      .about = "",
                      .path = "scenarios/counter-atomic.yml",
                      .verdict = VERDICT_PASS,
                      .reason = "",
                      .must_be_clean = true,
                      .confident = true,
                      .expected_kind = -1,
                      .planned = 1000,
                      .iterations = 1000,
                      .elapsed_ns = 1000000000,
                      .unseen = not_seen,
                      .unseen_count = 1},
};

const struct report_run sample_known = {
    .version = "0.1.0",
    .command = "mpstress run --known known.txt",
    .store = ".mpstress",
    .base_seed = 0x5eed,
    .jobs = 2,
    .elapsed_ns = 3000000000,
    .mode = "auto",
    .clean_needed = 919,
    .confidence = .99,
    .max_rate = .005,
    .scenarios = known_scenarios,
    .scenario_count = KNOWN_SAMPLES,
    .exit_code = 1,
};

/* -- Hostile texts
 * -----------------------------------------------------------*/

#define HOSTILE                                                              \
    "\033[31mred\r\n]]><!-- & \"'\t\x01\x7f\xff\xc0\x80\xed\xa0\x80\xef\xbf" \
    "\xbe\xc2\x9b\xe2\x80\xae \xc3\xa9 \xf0\x9f\x90\x9b"
#define TEN(text) text text text text text text text text text text
static const char hostile[] = HOSTILE;
static const char endless[] =
    TEN(TEN("0123456789012345678901234567890123")) HOSTILE;

static struct finding_place hostile_places[] = {
    {.location = {hostile, hostile, 3, hostile, 1},
     .role = TEXT(HOSTILE),
     .task = TEXT(HOSTILE)},
    {.location = {endless, endless, 3, endless, 1}, .role = NULL},
    {.location = {NULL, NULL, 0, NULL, 0}},
};

static const struct finding hostile_finding = {
    .kind = FINDING_INVARIANT,
    .invariant = TEXT(HOSTILE),
    .what = TEXT(TEN(TEN("0123456789012345678901234567890123")) HOSTILE),
    .detail = TEXT(HOSTILE "\n" HOSTILE),
    .expected = TEXT(HOSTILE),
    .actual = TEXT(HOSTILE "!"),
    .places = hostile_places,
    .place_count = 3,
};

static const struct report_finding hostile_found[] = {{
    .finding = &hostile_finding,
    .id = hostile,
    .trace = hostile,
    .times = 1,
    .strategy = hostile,
    .parameters = hostile,
}};

static const struct report_known hostile_unseen[] = {{hostile, endless}};

static const struct report_strategy hostile_strategies[] = {
    {.name = hostile,
     .controlled = true,
     .iterations = UINT64_MAX,
     .failures = UINT64_MAX,
     .partly = 1,
     .bounded = 1},
};

static const char *const hostile_list[] = {hostile, endless};

static const struct report_scenario hostile_scenarios[] = {
    {
        .name = hostile,
        .about = hostile,
        .path = hostile,
        .verdict = VERDICT_FAIL,
        .reason = hostile,
        .expected_kind = -1,
        .iterations = 1,
        .failures = 1,
        .findings = hostile_found,
        .finding_count = 1,
        .strategies = hostile_strategies,
        .strategy_count = 1,
        .external_call = hostile,
        .never_reached = hostile_list,
        .never_reached_count = 2,
        .fixed = hostile_list,
        .fixed_count = 2,
        .unseen = hostile_unseen,
        .unseen_count = 1,
    },
    {.name = endless,
     .about = "",
     .path = "",
     .verdict = VERDICT_ERROR,
     .reason = endless,
     .expected_kind = -1},
};

const struct report_run sample_hostile = {
    .version = hostile,
    .command = endless,
    .store = hostile,
    .base_seed = UINT64_MAX,
    .jobs = 1,
    .mode = "stress",
    .scenarios = hostile_scenarios,
    .scenario_count = 2,
    .notes = hostile_list,
    .note_count = 2,
    .exit_code = 1,
};

/* -- Writing into memory
 * -----------------------------------------------------*/

char *sample_summary(const struct report_run *run, bool color)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    report_summary(out, color, run);
    cr_assert(!fclose(out));
    return text;
}

char *sample_block(const struct report_run *run, size_t scenario,
                   size_t finding)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    const struct report_scenario *of = &run->scenarios[scenario];
    report_finding_text(out, false, of, &of->findings[finding]);
    cr_assert(!fclose(out));
    /* Without the empty line, which only separates blocks. */
    cr_assert(size > 2 && !strcmp(text + size - 2, "\n\n"), "%s", text);
    text[size - 1] = '\0';
    return text;
}

char *sample_format(const char *name, const struct report_run *run)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    while (count && strcmp(formats->name, name))
        formats++, count--;
    cr_assert(count, "no format %s", name);
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    cr_assert_eq(formats->write(out, run), 0);
    cr_assert(!fclose(out));
    cr_assert_eq(strlen(text), size);
    return text;
}
