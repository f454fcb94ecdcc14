#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "child.h"
#include "io.h"
#include "str.h"

TestSuite(child, .timeout = 60);

static int run(const char *script, const char *directory, const bool *stop,
               struct str *said, int *status)
{
    char *text = strdup(script);
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, text, NULL};
    int out = memfd_create("out", MFD_CLOEXEC);
    cr_assert(text && out >= 0);
    struct child_options options = {
        .directory = directory, .out = out, .err = out, .stop = stop};
    int err = child_run(argv, &options, status);
    str_init(said);
    cr_assert_eq(lseek(out, 0, SEEK_SET), 0);
    cr_assert_eq(io_read_fd(out, said, 4096), 0);
    close(out);
    free(text);
    return err;
}

Test(child, gives_its_output_and_status)
{
    struct str said;
    int status;
    cr_assert_eq(
        run("pwd; cat; echo no >&2; exit 7", "/usr/bin", NULL, &said, &status),
        0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    cr_expect_str_eq(said.data, "/usr/bin\nno\n");
    str_fini(&said);
}

Test(child, tells_what_killed_it)
{
    struct str said;
    int status;
    cr_assert_eq(run("kill -KILL $$", NULL, NULL, &said, &status), 0);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    str_fini(&said);
}

Test(child, does_not_pass_on_that_signals_are_ignored)
{
    struct str said;
    int status;
    signal(SIGPIPE, SIG_IGN);
    cr_assert_eq(run("kill -PIPE $$; echo alive", NULL, NULL, &said, &status),
                 0);
    cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
    str_fini(&said);
}

Test(child, says_127_for_no_program_and_no_directory)
{
    char *missing[] = {(char[]){"/nonexistent/x"}, NULL};
    char *here[] = {(char[]){"true"}, NULL};
    struct child_options options = {.out = 1, .err = 2};
    int status;
    cr_assert_eq(child_run(missing, &options, &status), 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 127);
    options.directory = "/nonexistent";
    cr_assert_eq(child_run(here, &options, &status), 0);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 127);
}

/* Becomes true once the child has said that it is there. */
struct stopper {
    int from;
    bool stop;
};

static void *stop_later(void *context)
{
    struct stopper *stopper = context;
    char byte;
    if (read(stopper->from, &byte, 1) == 1)
        __atomic_store_n(&stopper->stop, true, __ATOMIC_RELAXED);
    return NULL;
}

Test(child, ends_with_its_group_when_it_is_to_stop)
{
    int ready[2];
    char script[128];
    struct str said;
    int status;
    pthread_t thread;
    cr_assert_eq(pipe(ready), 0);
    struct stopper stopper = {ready[0], false};
    cr_assert_eq(pthread_create(&thread, NULL, stop_later, &stopper), 0);
    snprintf(script, sizeof(script),
             "trap 'echo bye; exit 3' TERM; sleep 1000 & echo $!; echo "
             ">/proc/self/fd/%d; "
             "wait",
             ready[1]);
    cr_assert_eq(run(script, NULL, &stopper.stop, &said, &status), -EINTR);
    pthread_join(thread, NULL);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    cr_expect(strstr(said.data, "bye"), "%s", said.data);
    str_fini(&said);
}

/* The shell is gone at once, what it ran needs a moment. */
Test(child, lets_its_group_end_in_order)
{
    int ready[2];
    char script[160];
    struct str said;
    int status;
    pthread_t thread;
    cr_assert_eq(pipe(ready), 0);
    struct stopper stopper = {ready[0], false};
    cr_assert_eq(pthread_create(&thread, NULL, stop_later, &stopper), 0);
    snprintf(script, sizeof(script),
             "(trap 'sleep 0.1; echo removed; exit' TERM; echo "
             ">/proc/self/fd/%d; while :; do sleep 0.01; done) & wait",
             ready[1]);
    cr_assert_eq(run(script, NULL, &stopper.stop, &said, &status), -EINTR);
    pthread_join(thread, NULL);
    cr_expect(strstr(said.data, "removed"), "%s", said.data);
    str_fini(&said);
}

/* A process that runs SCRIPT as its child, whose output is OUT. */
static pid_t start_runner(char *script, int out)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    char *argv[] = {(char[]){"sh"}, (char[]){"-c"}, script, NULL};
    struct child_options options = {.out = out, .err = out};
    int status;
    child_run(argv, &options, &status);
    _exit(0);
}

Test(child, does_not_outlive_who_runs_it)
{
    int said[2];
    char byte;
    cr_assert_eq(pipe(said), 0);
    pid_t pid = start_runner((char[]){"echo; exec sleep 1000"}, said[1]);
    cr_assert_gt(pid, 0);
    close(said[1]);
    cr_assert_eq(read(said[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    /* Until nobody holds the other end. */
    cr_expect_eq(read(said[0], &byte, 1), 0);
    close(said[0]);
}
