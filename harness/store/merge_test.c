#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "fixture_test.h"

/* HERE takes in THERE. */
static struct fixture here, there;

static void begin(void)
{
    fixture_init(&here);
    fixture_init(&there);
    cr_assert_eq(fixture_open(&here, true), 0);
    cr_assert_eq(fixture_open(&there, true), 0);
}

static void end(void)
{
    fixture_fini(&here);
    fixture_fini(&there);
}

TestSuite(store_merge, .init = begin, .fini = end, .timeout = 60);

static struct store_merged merge(void)
{
    struct store_merged merged;
    cr_assert_eq(
        store_merge(here.store, there.store_directory, &merged, &here.diag), 0,
        "%s", here.diag.text);
    return merged;
}

static size_t count_results(struct fixture *f)
{
    struct store_history rows;
    cr_assert_eq(store_history(f->store, NULL, 0, &rows, &f->diag), 0);
    size_t count = rows.count;
    store_history_free(&rows);
    return count;
}

Test(store_merge, adds_runs_and_failures_once)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&here, 2, &run), 0);
    cr_assert_eq(fixture_add_run(&there, 5, &run), 0);
    cr_assert_eq(fixture_add_run(&there, 3, &run), 0);
    struct store_merged merged = merge();
    cr_assert_eq(merged.runs, 2);
    cr_assert_eq(merged.failures, 3);
    cr_assert_eq(count_results(&here), 10);
    merged = merge();
    cr_assert_eq(merged.runs, 0);
    cr_assert_eq(merged.failures, 0);
    cr_assert_eq(count_results(&here), 10);
    struct store_failures all;
    cr_assert_eq(store_failures(here.store, "s0", &all, &here.diag), 0);
    cr_assert_eq(all.count, 1);
    cr_assert_eq(all.items[0].times, 6);
    cr_assert_eq(all.items[0].runs, 3);
    store_failures_free(&all);
    cr_assert_eq(count_results(&there), 8);
}

Test(store_merge, copies_traces_that_are_missing)
{
    fixture_add_trace(&there, "a-1", "of there");
    fixture_add_trace(&there, "b-2", "of there");
    fixture_add_trace(&here, "b-2", "of here");
    merge();
    char path[256];
    struct str content;
    str_init(&content);
    cr_assert_eq(io_read_file(AT_FDCWD,
                              fixture_path(&here, "failures/a-1.mpt", path),
                              &content, 100),
                 0);
    cr_assert_str_eq(content.data, "of there");
    str_clear(&content);
    cr_assert_eq(io_read_file(AT_FDCWD,
                              fixture_path(&here, "failures/b-2.mpt", path),
                              &content, 100),
                 0);
    cr_assert_str_eq(content.data, "of here");
    str_fini(&content);
}

Test(store_merge, copies_no_links_and_no_special_files)
{
    char path[256];
    fixture_path(&there, "failures/link-1.mpt", path);
    cr_assert_eq(symlink("/etc/passwd", path), 0);
    fixture_path(&there, "failures/fifo-1.mpt", path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    fixture_path(&there, "failures/.hidden.mpt", path);
    cr_assert_eq(io_replace_file(path, "x", 1), 0);
    merge();
    cr_assert_neq(
        access(fixture_path(&here, "failures/link-1.mpt", path), F_OK), 0);
    cr_assert_neq(
        access(fixture_path(&here, "failures/fifo-1.mpt", path), F_OK), 0);
    cr_assert_neq(
        access(fixture_path(&here, "failures/.hidden.mpt", path), F_OK), 0);
}

Test(store_merge, learns_how_an_unfinished_run_ended)
{
    struct store_run run;
    cr_assert_eq(store_run_begin(there.store, "c", NULL, 1, &run, &there.diag),
                 0);
    cr_assert_eq(store_scenario_result(there.store, &run, "s", "pass", 10, 0, 1,
                                       &there.diag),
                 0);
    cr_assert_eq(merge().runs, 1);
    cr_assert_eq(store_scenario_result(there.store, &run, "s", "fail", 20, 1, 2,
                                       &there.diag),
                 0);
    cr_assert_eq(store_run_end(there.store, &run, 1, &there.diag), 0);
    cr_assert_eq(merge().runs, 0);
    struct store_history rows;
    cr_assert_eq(store_history(here.store, NULL, 0, &rows, &here.diag), 0);
    cr_assert_eq(rows.count, 1);
    cr_assert(rows.items[0].ended);
    cr_assert_eq(rows.items[0].exit_code, 1);
    cr_assert_eq(rows.items[0].iterations, 20);
    cr_assert_str_eq(rows.items[0].verdict, "fail");
    store_history_free(&rows);
}

Test(store_merge, with_itself_changes_nothing)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&here, 2, &run), 0);
    struct store_merged merged;
    cr_assert_eq(
        store_merge(here.store, here.store_directory, &merged, &here.diag), 0,
        "%s", here.diag.text);
    cr_assert_eq(merged.runs, 0);
    cr_assert_eq(count_results(&here), 2);
}

Test(store_merge, refuses_what_is_no_store_and_stays_as_it_was)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&here, 2, &run), 0);
    struct store_merged merged;
    cr_assert_eq(store_merge(here.store, "/nowhere", &merged, &here.diag),
                 -MPS_ENOMATCH);
    cr_assert(strstr(here.diag.text, "/nowhere"), "%s", here.diag.text);
    fixture_close(&there);
    fixture_write(&there, "history.db", "rubbish", 7);
    cr_assert_eq(
        store_merge(here.store, there.store_directory, &merged, &here.diag),
        -MPS_ECORRUPT);
    cr_assert_eq(count_results(&here), 2);
}

Test(store_merge, undoes_the_history_when_a_trace_cannot_be_copied)
{
    struct store_run run;
    char path[256];
    cr_assert_eq(fixture_add_run(&there, 2, &run), 0);
    fixture_add_trace(&there, "a-1", "x");
    cr_assert_eq(fs_remove_tree(fixture_path(&here, "failures", path)), 0);
    struct store_merged merged;
    cr_assert_eq(
        store_merge(here.store, there.store_directory, &merged, &here.diag),
        -ENOENT);
    cr_assert(strstr(here.diag.text, "a-1.mpt"), "%s", here.diag.text);
    cr_assert_eq(count_results(&here), 0);
}
