#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
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

TestSuite(store_sharing, .init = begin, .fini = end, .timeout = 60);

static int use_unwritable(struct fixture *child)
{
    if (fixture_open(child, true) != -EACCES)
        return 1;
    if (!strstr(child->diag.text, child->store_directory))
        return 2;
    if (fixture_open(child, false))
        return 3;
    struct store_history rows;
    if (store_history(child->store, NULL, 0, &rows, &child->diag) ||
        rows.count != 2)
        return 4;
    store_history_free(&rows);
    struct store_run run;
    if (store_run_begin(child->store, "c", NULL, 1, &run, &child->diag) !=
        -MPS_ESTORE)
        return 5;
    if (store_mark_fixed(child->store, "s0-00000000", &child->diag) !=
            -MPS_ESTORE ||
        store_set_latest(child->store, "s0-00000000", &child->diag) !=
            -MPS_ESTORE)
        return 6;
    fixture_close(child);
    return 0;
}

Test(store_sharing, is_read_where_it_cannot_be_written)
{
    struct store_run run;
    char path[256];
    cr_assert_eq(fixture_open(&f, true), 0);
    cr_assert_eq(fixture_add_run(&f, 2, &run), 0);
    fixture_close(&f);
    cr_assert_eq(chmod(fixture_path(&f, "history.db", path), 0444), 0);
    cr_assert_eq(chmod(fixture_path(&f, "failures", path), 0555), 0);
    cr_assert_eq(chmod(f.store_directory, 0555), 0);
    int status = fixture_in_child(&f, true, use_unwritable);
    cr_assert_eq(chmod(f.store_directory, 0755), 0);
    cr_assert_eq(chmod(fixture_path(&f, "failures", path), 0755), 0);
    cr_assert_eq(status, 0, "step %d", status);
}

static int make_forbidden(struct fixture *child)
{
    return fixture_open(child, true) == -EACCES &&
                   strstr(child->diag.text, "--store DIR")
               ? 0
               : 1;
}

Test(store_sharing, explains_where_no_store_can_be_made)
{
    cr_assert_eq(chmod(f.directory, 0555), 0);
    int status = fixture_in_child(&f, true, make_forbidden);
    cr_assert_eq(chmod(f.directory, 0755), 0);
    cr_assert_eq(status, 0);
}

/* Returns the number of runs that were told to be stored. */
static int fill_up(struct fixture *child)
{
    struct rlimit limit = {1000000, 1000000};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit))
        return 201;
    if (fixture_open(child, true))
        return 202;
    int done = 0;
    int err;
    struct store_run run;
    while (!(err = fixture_add_run(child, 5, &run)) && done < 200)
        done++;
    if (err != -EFBIG && err != -ENOSPC)
        return 203;
    return strstr(child->diag.text, "history.db: ") ? done : 204;
}

Test(store_sharing, loses_nothing_when_there_is_no_more_room)
{
    int runs = fixture_in_child(&f, false, fill_up);
    cr_assert_gt(runs, 3);
    cr_assert_lt(runs, 200);
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    size_t ended = 0;
    for (size_t i = 0; i < rows.count; i++)
        ended += rows.items[i].ended;
    store_history_free(&rows);
    cr_assert_eq(ended, (size_t)runs * 5);
    struct store_run run;
    cr_assert_eq(fixture_add_run(&f, 5, &run), 0, "%s", f.diag.text);
}

static void *note_results(void *scenario)
{
    struct store_run run;
    struct mps_diag diag;
    int err = store_run_begin(f.store, "c", NULL, 1, &run, &diag);
    for (uint64_t i = 0; i < 50 && !err; i++) {
        struct store_finding finding = {
            .scenario = scenario,
            .kind = "crash",
            .what = "w",
            .id = "x-00000001",
            .times = i + 1,
        };
        err = store_finding(f.store, &run, &finding, &diag);
        if (!err)
            err = store_scenario_result(f.store, &run, scenario, "fail", i + 1,
                                        i + 1, 1, &diag);
    }
    return err ? NULL : scenario;
}

Test(store_sharing, takes_threads_at_once)
{
    static char names[][2] = {"a", "b", "c"};
    pthread_t threads[3];
    cr_assert_eq(fixture_open(&f, true), 0);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, note_results, names[i]),
                     0);
    for (int i = 0; i < 3; i++) {
        void *result;
        cr_assert_eq(pthread_join(threads[i], &result), 0);
        cr_assert_eq(result, (void *)names[i]);
    }
    struct store_failures failures;
    cr_assert_eq(store_failures(f.store, NULL, &failures, &f.diag), 0);
    cr_assert_eq(failures.count, 1);
    cr_assert_eq(failures.items[0].times, 150);
    cr_assert_eq(failures.items[0].runs, 3);
    store_failures_free(&failures);
}

/* Writes until it is killed; a byte into the pipe for every run stored. */
static void write_for_ever(int told)
{
    struct store_run run;
    if (fixture_open(&f, true))
        _exit(1);
    while (!fixture_add_run(&f, 2, &run))
        if (write(told, "x", 1) != 1)
            _exit(2);
    _exit(3);
}

static int read_after_death(struct fixture *child)
{
    struct store_history rows;
    if (fixture_open(child, false) ||
        store_history(child->store, NULL, 0, &rows, &child->diag))
        return 0;
    int count = rows.count < 250 ? (int)rows.count : 250;
    store_history_free(&rows);
    return count;
}

Test(store_sharing, keeps_what_a_killed_writer_had_stored)
{
    int told[2];
    cr_assert_eq(pipe(told), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (!pid)
        write_for_ever(told[1]);
    char bytes[5];
    cr_assert_eq(io_read_all(told[0], bytes, sizeof(bytes)), 5);
    cr_assert_eq(kill(pid, SIGKILL), 0);
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFSIGNALED(status));
    /* First by one who can only read, with the log still lying there. */
    cr_assert_eq(chmod(f.store_directory, 0555), 0);
    int seen = fixture_in_child(&f, true, read_after_death);
    cr_assert_eq(chmod(f.store_directory, 0755), 0);
    cr_assert_geq(seen, 10, "%d", seen);
    seen = fixture_in_child(&f, false, read_after_death);
    cr_assert_geq(seen, 10, "%d", seen);
    struct store_run run;
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    cr_assert_eq(fixture_add_run(&f, 1, &run), 0, "%s", f.diag.text);
    close(told[0]);
    close(told[1]);
}

static int write_along(struct fixture *child)
{
    if (fixture_open(child, true))
        return 1;
    for (int i = 0; i < 20; i++) {
        struct store_run run;
        if (fixture_add_run(child, 5, &run))
            return 2;
    }
    fixture_close(child);
    return 0;
}

Test(store_sharing, takes_writers_at_once)
{
    enum { WRITERS = 3 };
    /* The children start when the pipe closes, also with making the store. */
    int gate[2];
    cr_assert_eq(pipe(gate), 0);
    pid_t pids[WRITERS];
    fflush(NULL);
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        if (!pids[i]) {
            char byte;
            close(gate[1]);
            if (read(gate[0], &byte, 1))
                _exit(100);
            _exit(write_along(&f));
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < WRITERS; i++) {
        int status;
        cr_assert_eq(waitpid(pids[i], &status, 0), pids[i]);
        cr_assert_eq(status, 0, "child %d: %d", i, status);
    }
    cr_assert_eq(fixture_open(&f, false), 0);
    struct store_history rows;
    cr_assert_eq(store_history(f.store, NULL, 0, &rows, &f.diag), 0);
    cr_assert_eq(rows.count, WRITERS * 20 * 5);
    for (size_t i = 0; i < rows.count; i++)
        cr_assert(rows.items[i].ended);
    store_history_free(&rows);
    struct store_failures failures;
    cr_assert_eq(store_failures(f.store, NULL, &failures, &f.diag), 0);
    cr_assert_eq(failures.count, 5);
    cr_assert_eq(failures.items[0].runs, WRITERS * 20);
    cr_assert_eq(failures.items[0].times, WRITERS * 20 * 2);
    store_failures_free(&failures);
}
