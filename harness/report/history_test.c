/* Earlier runs, as a table and as JSON. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "words.h"

static const struct report_point points[] = {
    {0, 10}, {5, 100}, {40, 100}, {0, 0}, {0, 500}};

static const struct report_trail trails[] = {
    {.id = "jobs-00000001",
     .scenario = "jobs",
     .kind = "deadlock",
     .what = "a waits for b",
     .first_ns = 1714566600000000000,
     .last_ns = 1714653000000000000,
     .first_commit = "0123456789ab",
     .last_commit = "0123456789ab-dirty",
     .runs = 2,
     .times = 45,
     .iterations = 200,
     .state = TRAIL_GONE,
     .clean = 500,
     .needed = 26,
     .gone_ns = 1714739400000000000,
     .gone_commit = "ba9876543210",
     .points = points,
     .point_count = 5},
    {.id = "jobs-00000002",
     .scenario = "jobs",
     .kind = "race",
     .what = "",
     .first_ns = 1,
     .last_ns = 1,
     .first_commit = "",
     .last_commit = "\x1b[2J",
     .runs = 1,
     .state = TRAIL_QUIET,
     .clean = 3,
     .needed = 20,
     .gone_commit = "",
     .points = points,
     .point_count = 1},
};

static const struct report_past runs[] = {
    {1714739400000000000, "ba9876543210", "pass", 500, 0, "jobs"},
    {1714739400000000000, "ba9876543210", "pass", 5, 0, "locks"},
    {1714653000000000000, "0123456789ab-dirty", "fail", 100, 40, "jobs"},
    {1714566600000000000, "", "fail", 1000, 5, "jobs"},
};

static const struct report_history history = {runs, 4, trails, 2, 2, false};

static char *write_with(int (*write)(FILE *, const struct report_history *),
                        const struct report_history *what)
{
    char *text = NULL;
    size_t size;
    setenv("TZ", "UTC", 1);
    FILE *out = open_memstream(&text, &size);
    cr_assert_eq(write(out, what), 0);
    cr_assert_eq(fclose(out), 0);
    return text;
}

Test(history, is_a_table_for_each_scenario)
{
    char *text = write_with(report_history, &history);
    cr_expect_str_eq(
        text,
        "jobs\n"
        "  FAILURE                        FIRST SEEN          LAST SEEN"
        "           RATE\n"
        "  jobs-00000001                  2024-05-01 12:30    2024-05-02 12:30"
        "    22.5%\n"
        "    deadlock                     0123456789ab        "
        "0123456789ab-dirty\n"
        "    .18..  gone 2024-05-03 12:30  ba9876543210\n"
        "    not in 500 iterations since; 26 would have shown it\n"
        "  jobs-00000002                  1970-01-01 00:00    1970-01-01 00:00"
        "    -\n"
        "    race                         -                   \\x1b[2J\n"
        "    .  not in 3 iterations since; gone after 20\n"
        "  STARTED           COMMIT              VERDICT       FAILED\n"
        "  2024-05-03 12:30  ba9876543210        pass          0 of 500\n"
        "  2024-05-02 12:30  0123456789ab-dirty  fail          40 of 100 "
        "(40.0%)\n"
        "  and 1 older: mpstress history jobs\n"
        "\n"
        "locks\n"
        "  STARTED           COMMIT              VERDICT       FAILED\n"
        "  2024-05-03 12:30  ba9876543210        pass          0 of 5\n"
        "\n"
        "A digit is a run with the failure, 8 at its highest rate; a dot one "
        "without.\n");
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));)
        cr_expect_leq(words_columns(line), 80, "%s", line);
    free(text);
}

Test(history, tells_good_from_bad_by_colour)
{
    struct report_history colored = history;
    colored.color = true;
    char *text = write_with(report_history, &colored);
    cr_expect(strstr(text, "\033[1mjobs\033[0m\n"), "%s", text);
    cr_expect(strstr(text, "\033[32mjobs-00000001\033[0m  "), "%s", text);
    cr_expect(strstr(text, "\033[33mjobs-00000002\033[0m  "), "%s", text);
    cr_expect(strstr(text, "\033[32mpass\033[0m          0 of"), "%s", text);
    cr_expect(strstr(text, "\033[1;31mfail\033[0m          40"), "%s", text);
    free(text);
}

Test(history, says_when_there_is_none)
{
    const struct report_history none = {0};
    char *text = write_with(report_history, &none);
    cr_expect_str_eq(text, "no run recorded\n");
    free(text);
}

Test(history, is_json_with_every_run)
{
    char *text = write_with(report_history_json, &history);
    json_t *o = json_loads(text, 0, NULL);
    const char *id, *state, *commit;
    json_int_t needed, schema;
    json_t *gone, *rates;
    cr_assert(o, "%s", text);
    cr_expect_eq(json_array_size(json_object_get(o, "runs")), 4);
    cr_expect_eq(json_array_size(json_object_get(o, "failures")), 2);
    cr_assert_eq(
        json_unpack(o, "{s:I, s:[{s:s, s:s, s:{s:s}, s:I, s:o}, {s:o}]}",
                    "schema", &schema, "failures", "id", &id, "state", &state,
                    "gone", "commit", &commit, "iterations_needed", &needed,
                    "rates", &rates, "gone", &gone),
        0);
    cr_expect_eq(schema, 1);
    cr_expect_str_eq(id, "jobs-00000001");
    cr_expect_str_eq(state, "gone");
    cr_expect_str_eq(commit, "ba9876543210");
    cr_expect_eq(needed, 26);
    cr_expect_eq(json_array_size(rates), 5);
    cr_expect(json_is_null(gone));
    json_decref(o);
    free(text);
}
