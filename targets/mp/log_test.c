#include "log.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { WORKERS = 3, LINES = 200 };

static char path[] = "/tmp/mp-log-test-XXXXXX";

static void make_file(void)
{
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    close(fd);
}

static void remove_file(void)
{
    unlink(path);
}

TestSuite(log, .init = make_file, .fini = remove_file);

static int write_some(void *context, unsigned index)
{
    for (int i = 0; i < LINES; i++) {
        if (mp_log_write(context, "worker %u line %d", index, i))
            return 1;
    }
    return 0;
}

ParameterizedTestParameters(log, has_every_line_whole_and_once)
{
    static enum mp_backend backends[] = {MP_PROCESS, MP_THREAD};
    return cr_make_param_array(enum mp_backend, backends, 2);
}

ParameterizedTest(enum mp_backend *backend, log, has_every_line_whole_and_once,
                  .timeout = 30)
{
    struct mp_log *log;
    cr_assert_eq(mp_log_open(&log, path, *backend, 8), 0);
    struct mp_team *team;
    cr_assert_eq(
        mp_team_start(&team, *backend, WORKERS, write_some, log, "worker"), 0);
    cr_expect_eq(mp_team_wait(team), 0);
    cr_expect_eq(mp_log_close(log), 0);

    FILE *file = fopen(path, "re");
    cr_assert(file);
    int next[WORKERS] = {0};
    char line[MP_LOG_LINE_MAX + 2];
    int bad = 0;
    while (fgets(line, sizeof(line), file)) {
        unsigned worker;
        int number;
        char end;
        if (sscanf(line, "worker %u line %d%c", &worker, &number, &end) != 3 ||
            end != '\n' || worker >= WORKERS || next[worker]++ != number)
            bad++;
    }
    fclose(file);
    cr_expect_eq(bad, 0);
    for (int i = 0; i < WORKERS; i++)
        cr_expect_eq(next[i], LINES);
}

Test(log, writes_nothing_after_stop, .timeout = 20)
{
    struct mp_log *log;
    cr_assert_eq(mp_log_open(&log, path, MP_PROCESS, 8), 0);
    cr_expect_eq(mp_log_write(log, "before"), 0);
    cr_expect_eq(mp_log_stop(log), 0);
    cr_expect_eq(mp_log_write(log, "after"), 0);
    cr_expect_eq(mp_log_close(log), 0);
    char text[64] = "";
    FILE *file = fopen(path, "re");
    cr_assert(file);
    cr_expect_eq(fread(text, 1, sizeof(text) - 1, file), 7);
    fclose(file);
    cr_expect_str_eq(text, "before\n");
}

Test(log, says_that_a_line_could_not_be_written, .timeout = 20)
{
    struct mp_log *log;
    cr_assert_eq(mp_log_open(&log, "/dev/full", MP_PROCESS, 1), 0);
    for (int i = 0; i < 5; i++)
        cr_expect_eq(mp_log_write(log, "line %d", i), 0);
    cr_expect_eq(mp_log_close(log), -ENOSPC);
}

Test(log, says_that_its_writer_was_killed, .timeout = 20)
{
    struct mp_log *log;
    /* The first line is more than a file may have: SIGXFSZ for the writer. */
    const struct rlimit none = {0, RLIM_INFINITY};
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
    cr_assert_eq(mp_log_open(&log, path, MP_PROCESS, 8), 0);
    cr_expect_eq(mp_log_write(log, "too much"), 0);
    cr_expect_eq(mp_log_close(log), -ECHILD);
}

Test(log, refuses_a_line_that_is_too_long, .timeout = 20)
{
    struct mp_log *log;
    cr_assert_eq(mp_log_open(&log, path, MP_THREAD, 1), 0);
    char line[MP_LOG_LINE_MAX + 1];
    memset(line, 'x', sizeof(line));
    line[MP_LOG_LINE_MAX] = '\0';
    cr_expect_eq(mp_log_write(log, "%s", line), -EMSGSIZE);
    line[MP_LOG_LINE_MAX - 1] = '\0';
    cr_expect_eq(mp_log_write(log, "%s", line), 0);
    cr_expect_eq(mp_log_close(log), 0);
}

Test(log, says_why_the_file_could_not_be_opened)
{
    struct mp_log *log;
    cr_expect_eq(mp_log_open(&log, "/nowhere/log", MP_PROCESS, 1), -ENOENT);
    cr_expect_eq(log, NULL);
    cr_expect_eq(mp_log_close(NULL), 0);
}
