#include "run.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"

/* A shell, with one script, in a run of its own. */
struct fixture {
    struct scenario *scenario;
    struct choice choice;
    struct symbols *symbols;
    struct valgrind_options options;
    struct valgrind *valgrind;
    struct outcome outcome;
    struct mps_diag diag;
    bool stop;
    char directory[64];
};

static bool is_installed(void)
{
    char *path = NULL;
    struct mps_diag diag;
    bool found = !valgrind_find(&path, &diag);
    free(path);
    return found;
}

static bool can(enum isolation isolation)
{
    const char *why;
    return isolation == ISOLATION_NONE || isolation_probe(&why) == isolation;
}

static struct fixture *begin(enum isolation isolation, const char *script)
{
    struct fixture *f = calloc(1, sizeof(*f));
    cr_assert(f);
    char *text = strdup(script), shell[] = "/bin/sh", option[] = "-c";
    char *argv[] = {shell, option, text, NULL};
    cr_assert_eq(scenario_from_command(&f->scenario, argv, &f->diag), 0);
    free(text);
    f->scenario->private_directory = true;
    f->choice.scenario = f->scenario;
    strcpy(f->directory, "/tmp/valgrind-test-XXXXXX");
    cr_assert(mkdtemp(f->directory));
    cr_assert_eq(symbols_open(&f->symbols, NULL), 0);
    f->options = (struct valgrind_options){
        .tool = VALGRIND_HELGRIND,
        .directory = f->directory,
        .isolation = isolation,
        .symbols = f->symbols,
        .stop = &f->stop,
    };
    f->options.program = "/bin/sh";
    int err = valgrind_open(&f->valgrind, &f->options, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return f;
}

static int iterate(struct fixture *f)
{
    return valgrind_iterate(f->valgrind, &f->choice, 7, 11, &f->outcome,
                            &f->diag);
}

static void end(struct fixture *f)
{
    valgrind_close(f->valgrind);
    symbols_close(f->symbols);
    scenario_free(f->scenario);
    cr_expect_eq(rmdir(f->directory), 0, "%s is not empty", f->directory);
    free(f);
}

static void expect_text(int dir, const char *path, const char *text)
{
    struct str s;
    str_init(&s);
    cr_expect_eq(io_read_file(dir, path, &s, 1000), 0);
    cr_expect_str_eq(s.data, text);
    str_fini(&s);
}

static void expect_output(int fd, const char *text)
{
    char path[32];
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    expect_text(AT_FDCWD, path, text);
}

#define FOR_EACH_ISOLATION(i)                                         \
    for (enum isolation i = ISOLATION_NONE; i <= ISOLATION_FULL; i++) \
        if (can(i) && is_installed())

Test(run, leaves_what_an_iteration_leaves, .timeout = 300)
{
    FOR_EACH_ISOLATION(isolation)
    {
        struct fixture *f = begin(
            isolation, "echo said; echo warned >&2; echo kept >file; exit 3");
        /* Twice: nothing of the first one is in the second. */
        for (int i = 0; i < 2; i++) {
            int err = iterate(f);
            cr_assert_eq(err, 0, "%s", f->diag.text);
            const struct outcome *o = &f->outcome;
            cr_expect(WIFEXITED(o->status));
            cr_expect_eq(WEXITSTATUS(o->status), 3);
            cr_expect_str_eq(o->tool, "helgrind");
            cr_expect_eq(o->iteration, 7);
            cr_expect_eq(o->seed, 11);
            cr_expect_not(o->timed_out);
            expect_output(o->stdout_fd, "said\n");
            expect_output(o->stderr_fd, "warned\n");
            expect_text(o->directory_fd, "file", "kept\n");
            size_t count;
            const struct valgrind_report *reports =
                valgrind_reports(f->valgrind, &count);
            cr_assert_eq(count, 1);
            cr_expect_str_eq(reports[0].tool, "helgrind");
            cr_expect(reports[0].finished);
        }
        end(f);
    }
}

/* Whether a process runs sleep for SECONDS; the brackets keep the shell that
 * asks from counting. */
static bool sleeps(const char *seconds)
{
    char *command = str_format("pgrep -f 'slee[p] %s' >/dev/null", seconds);
    int status = system(command);
    free(command);
    return !status;
}

struct watch {
    const char *seconds;
    bool seen;
};

static void look(void *context)
{
    struct watch *watch = context;
    watch->seen = watch->seen || sleeps(watch->seconds);
}

Test(run, nothing_outlives_it, .timeout = 300)
{
    FOR_EACH_ISOLATION(isolation)
    {
        char *seconds = str_format("98%d%d", (int)getpid(), (int)isolation);
        char *script =
            str_format("setsid sleep %s & sleep 0.1; exit 0", seconds);
        struct fixture *f = begin(isolation, script);
        struct watch watch = {.seconds = seconds};
        f->options.tick = look;
        f->options.context = &watch;
        cr_expect_eq(iterate(f), 0);
        cr_expect(watch.seen, "or the test sees nothing");
        cr_expect_not(f->outcome.timed_out, "the root has ended");
        cr_expect_eq(f->outcome.status, 0);
        cr_expect_not(sleeps(seconds));
        end(f);
        free(script);
        free(seconds);
    }
}

Test(run, ends_at_its_time_limit, .timeout = 300)
{
    FOR_EACH_ISOLATION(isolation)
    {
        char *seconds = str_format("97%d%d", (int)getpid(), (int)isolation);
        char *script = str_format("echo begun; sleep %s; exit 0", seconds);
        struct fixture *f = begin(isolation, script);
        f->scenario->time_limit_ns = 100000000;
        cr_expect_eq(iterate(f), 0);
        cr_expect(f->outcome.timed_out);
        cr_expect_geq(f->outcome.elapsed_ns, valgrind_limit_ns(f->scenario));
        cr_expect_not(sleeps(seconds));
        end(f);
        free(script);
        free(seconds);
    }
}

static void stop_now(void *context)
{
    *(bool *)context = true;
}

Test(run, stops_when_the_user_wants_it, .timeout = 300)
{
    FOR_EACH_ISOLATION(isolation)
    {
        char *seconds = str_format("96%d%d", (int)getpid(), (int)isolation);
        char *script = str_format("sleep %s; exit 0", seconds);
        struct fixture *f = begin(isolation, script);
        f->options.tick = stop_now;
        f->options.context = &f->stop;
        cr_expect_eq(iterate(f), -EINTR);
        cr_expect_not(sleeps(seconds));
        end(f);
        free(script);
        free(seconds);
    }
}

Test(run, gives_time_in_proportion_within_bounds)
{
    struct scenario scenario = {.time_limit_ns = 100000000};
    cr_expect_eq(valgrind_limit_ns(&scenario), UINT64_C(5000000000));
    scenario.time_limit_ns = UINT64_C(10000000000);
    cr_expect_eq(valgrind_limit_ns(&scenario), UINT64_C(120000000000));
    /* Never less than without. */
    scenario.time_limit_ns = UINT64_C(600000000000);
    cr_expect_eq(valgrind_limit_ns(&scenario), UINT64_C(600000000000));
}

Test(run, says_what_valgrind_said_when_it_could_not_run, .timeout = 300)
{
    if (!is_installed())
        return;
    struct fixture *f = begin(ISOLATION_NONE, "exit 0");
    f->options.program = "/nonexistent/program";
    cr_expect_eq(iterate(f), -MPS_ESTART);
    cr_expect(strstr(f->diag.text, "/nonexistent/program: valgrind gave up: "),
              "%s", f->diag.text);
    cr_expect(strstr(f->diag.text, "No such file"), "%s", f->diag.text);
    end(f);
}
