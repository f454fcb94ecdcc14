#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/io.h"
#include "base/rng.h"
#include "base/str.h"
#include "fixture_test.h"

static struct fixture f;

static void begin(void)
{
    fixture_init(&f);
}

static void end(void)
{
    fixture_fini(&f);
}

TestSuite(store_history, .init = begin, .fini = end, .timeout = 60);

#define NAMES(part) cr_assert(strstr(f.diag.text, part), "%s", f.diag.text)

Test(store_history, gives_back_every_column_of_a_result)
{
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    cr_assert_eq(fixture_add_run(&f, 1, &run), 0, "%s", f.diag.text);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 1);
    const struct store_result *row = &rows.items[0];
    cr_assert_str_eq(row->run, run.id);
    cr_assert_str_eq(row->command, "mpstress run");
    cr_assert_str_eq(row->commit, "c0ffee");
    cr_assert_str_eq(row->scenario, "s0");
    cr_assert_str_eq(row->verdict, "fail");
    cr_assert_gt(row->started_ns, UINT64_C(1500000000000000000));
    cr_assert_eq(row->seed, 0xfedcba9876543210u);
    cr_assert_eq(row->iterations, 100);
    cr_assert_eq(row->failures, 2);
    cr_assert_eq(row->elapsed_ns, 5000);
    cr_assert(row->ended);
    cr_assert_eq(row->exit_code, 1);
    store_history_free(&rows);
    cr_assert_eq(rows.count, 0);
    store_history_free(&rows);
}

Test(store_history, lists_the_newest_run_first_and_no_more_than_asked)
{
    struct store_run runs[3];
    cr_assert_eq(fixture_open(&f, true), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(fixture_add_run(&f, 2, &runs[i]), 0, "%s", f.diag.text);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 6);
    cr_assert_str_eq(rows.items[0].run, runs[2].id);
    cr_assert_str_eq(rows.items[0].scenario, "s0");
    cr_assert_str_eq(rows.items[1].scenario, "s1");
    cr_assert_str_eq(rows.items[5].run, runs[0].id);
    store_history_free(&rows);
    cr_assert_eq(store_history(f.store, "s1", 2, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 2);
    cr_assert_str_eq(rows.items[1].run, runs[1].id);
    cr_assert_str_eq(rows.items[1].scenario, "s1");
    store_history_free(&rows);
    cr_assert_eq(store_history(f.store, "unheard-of", 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 0);
}

Test(store_history, tells_a_run_that_was_killed)
{
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(store_run_begin(f.store, "c", NULL, 1, &run, &f.diag), 0);
    cr_assert_eq(strlen(run.id), STORE_RUN_BYTES - 1);
    cr_assert_eq(
        store_scenario_result(f.store, &run, "s", "pass", 1, 0, 1, &f.diag), 0);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 1);
    cr_assert_not(rows.items[0].ended);
    cr_assert_str_eq(rows.items[0].commit, "");
    store_history_free(&rows);
}

Test(store_history, keeps_the_last_word_of_a_run_about_a_scenario)
{
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(store_run_begin(f.store, "c", NULL, 1, &run, &f.diag), 0);
    for (uint64_t n = 1; n <= 2; n++)
        cr_assert_eq(store_scenario_result(f.store, &run, "s",
                                           n == 1 ? "pass" : "fail", n * 10, n,
                                           n, &f.diag),
                     0);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 1);
    cr_assert_eq(rows.items[0].iterations, 20);
    cr_assert_str_eq(rows.items[0].verdict, "fail");
    store_history_free(&rows);
}

Test(store_history, survives_numbers_and_texts_beyond_all_measure)
{
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(store_run_begin(f.store, "'; DROP TABLE runs; --", "\xff\"",
                                 UINT64_MAX, &run, &f.diag),
                 0, "%s", f.diag.text);
    cr_assert_eq(store_scenario_result(f.store, &run, "s", "v", UINT64_MAX,
                                       UINT64_MAX, UINT64_MAX, &f.diag),
                 0);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, 1);
    cr_assert_eq(rows.items[0].iterations, (uint64_t)INT64_MAX);
    cr_assert_eq(rows.items[0].seed, UINT64_MAX);
    cr_assert_str_eq(rows.items[0].command, "'; DROP TABLE runs; --");
    store_history_free(&rows);
}

/* -- Opening ----------------------------------------------------------------*/

Test(store_history, says_when_there_is_no_store)
{
    cr_assert_eq(fixture_open(&f, false), -MPS_ENOMATCH);
    cr_assert_null(f.store);
    NAMES("no store here");
    fixture_write(&f, "history.db", "", 0);
    cr_assert_eq(fixture_open(&f, false), -MPS_ENOMATCH);
    NAMES("history.db");
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
}

Test(store_history, makes_missing_directories)
{
    snprintf(f.store_directory, sizeof(f.store_directory), "%s/a/b/c",
             f.directory);
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    cr_assert_str_eq(store_directory(f.store), f.store_directory);
    char path[256];
    struct stat st;
    cr_assert_eq(stat(fixture_path(&f, "failures", path), &st), 0);
}

Test(store_history, refuses_a_file_in_place_of_the_directory)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/store", f.directory);
    cr_assert_eq(io_replace_file(path, "x", 1), 0);
    cr_assert_eq(fixture_open(&f, true), -ENOTDIR);
    NAMES("/store");
    cr_assert_eq(fixture_open(&f, false), -MPS_ENOMATCH);
}

Test(store_history, refuses_what_is_no_database)
{
    char text[5000];
    memset(text, 'x', sizeof(text));
    fixture_write(&f, "history.db", text, sizeof(text));
    cr_assert_eq(fixture_open(&f, true), -MPS_ECORRUPT);
    NAMES("history.db");
    NAMES("move this file away");
    cr_assert_eq(fixture_open(&f, false), -MPS_ECORRUPT);
}

Test(store_history, refuses_a_directory_in_place_of_the_history)
{
    fixture_write(&f, "history.db/x", "x", 1);
    int err = fixture_open(&f, true);
    cr_assert_lt(err, 0);
    NAMES("history.db");
    cr_assert_lt(fixture_open(&f, false), 0);
}

Test(store_history, refuses_the_database_of_somebody_else)
{
    fixture_write(&f, "history.db", "", 0);
    fixture_sql(&f, "CREATE TABLE bookmarks(url)");
    cr_assert_eq(fixture_open(&f, true), -MPS_EINPUT);
    NAMES("not one that mpstress made");
    cr_assert_eq(fixture_open(&f, false), -MPS_EINPUT);
}

Test(store_history, refuses_a_newer_format)
{
    cr_assert_eq(fixture_open(&f, true), 0);
    fixture_close(&f);
    fixture_sql(&f, "PRAGMA user_version = 3");
    cr_assert_eq(fixture_open(&f, true), -MPS_EVERSION);
    NAMES("newer mpstress");
}

Test(store_history, refuses_a_history_without_its_tables)
{
    cr_assert_eq(fixture_open(&f, true), 0);
    fixture_close(&f);
    fixture_sql(&f, "DROP TABLE fixed; CREATE VIEW fixed AS SELECT 1 AS id,"
                    " 2 AS marked_ns");
    cr_assert_eq(fixture_open(&f, false), -MPS_ECORRUPT);
    NAMES("fixed is missing or changed");
}

Test(store_history, refuses_tables_that_compute)
{
    cr_assert_eq(fixture_open(&f, true), 0);
    fixture_close(&f);
    fixture_sql(&f, "DROP TABLE fixed; CREATE TABLE fixed(id TEXT,"
                    " marked_ns AS (length(zeroblob(1000000000))))");
    cr_assert_eq(fixture_open(&f, true), -MPS_ECORRUPT);
    NAMES("fixed is missing or changed");
}

Test(store_history, takes_what_a_user_adds_to_look_at_it)
{
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(fixture_add_run(&f, 1, &run), 0);
    fixture_close(&f);
    fixture_sql(&f, "CREATE VIEW bad AS SELECT * FROM results; ANALYZE");
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    cr_assert_eq(fixture_add_run(&f, 1, &run), 0);
}

static void read_whole_history(struct str *out)
{
    struct store_run run;
    char path[256];
    cr_assert_eq(fixture_open(&f, true), 0);
    for (int i = 0; i < 4; i++)
        cr_assert_eq(fixture_add_run(&f, 20, &run), 0);
    fixture_close(&f);
    str_init(out);
    cr_assert_eq(io_read_file(AT_FDCWD, fixture_path(&f, "history.db", path),
                              out, 1 << 24),
                 0);
}

Test(store_history, says_what_is_damaged_in_one_line)
{
    struct str whole;
    read_whole_history(&whole);
    /* The kind of the second page. */
    whole.data[4096] = 0x7f;
    fixture_write(&f, "history.db", whole.data, whole.len);
    str_fini(&whole);
    cr_assert_eq(fixture_open(&f, false), -MPS_ECORRUPT);
    NAMES("the history is damaged (Page 2: ");
    cr_expect_null(strchr(f.diag.text, '\n'), "%s", f.diag.text);
}

Test(store_history, does_not_let_names_of_strangers_reach_the_terminal)
{
    cr_assert_eq(fixture_open(&f, true), 0);
    fixture_close(&f);
    fixture_sql(&f, "CREATE TABLE \"\x1b[2J\xc2\x9b\"(a CHECK (a > 0));"
                    "PRAGMA ignore_check_constraints = 1;"
                    "INSERT INTO \"\x1b[2J\xc2\x9b\" VALUES(0)");
    cr_assert_eq(fixture_open(&f, false), -MPS_ECORRUPT, "%s", f.diag.text);
    NAMES("CHECK constraint failed in ?[2J??");
}

/* Opens what may be damaged and reads all of it: errors must be explained. */
static void read_damaged(const char *how, size_t where)
{
    int err = fixture_open(&f, false);
    if (!err) {
        struct store_history rows;
        err = store_history(f.store, NULL, 0, &rows, &f.diag);
        if (!err)
            store_history_free(&rows);
    }
    if (!err) {
        struct store_failures failures;
        err = store_failures(f.store, NULL, &failures, &f.diag);
        if (!err)
            store_failures_free(&failures);
    }
    cr_assert_leq(err, 0);
    cr_assert(!err || strstr(f.diag.text, "history.db"), "%s at %zu: %s", how,
              where, f.diag.text);
    fixture_close(&f);
}

Test(store_history, survives_being_cut_anywhere)
{
    struct str whole;
    read_whole_history(&whole);
    for (size_t size = 0; size < whole.len; size += 701) {
        fixture_write(&f, "history.db", whole.data, size);
        read_damaged("cut", size);
        /* All of it is needed. */
        cr_assert_neq(fixture_open(&f, false), 0, "cut at %zu", size);
    }
    str_fini(&whole);
}

Test(store_history, survives_flipped_bits)
{
    struct str whole;
    read_whole_history(&whole);
    struct rng rng;
    rng_seed(&rng, 12345);
    for (int i = 0; i < 300; i++) {
        size_t at = rng_below(&rng, whole.len);
        char bit = (char)(1 << rng_below(&rng, 8));
        whole.data[at] ^= bit;
        fixture_write(&f, "history.db", whole.data, whole.len);
        read_damaged("flip", at);
        whole.data[at] ^= bit;
    }
    str_fini(&whole);
}
