#include "program.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static int run(const char *script, uint64_t limit_ns,
               struct program_result *result)
{
    char shell[] = "sh", option[] = "-c", text[256];
    strncpy(text, script, sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    char *const argv[] = {shell, option, text, NULL};
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    cr_assert(input >= 0);
    const struct program program = {
        .argv = argv, .directory = -1, .input = input, .limit_ns = limit_ns};
    int err = program_run(&program, result);
    close(input);
    return err;
}

Test(program, kills_the_whole_group_when_the_time_is_up, .timeout = 20)
{
    struct program_result result;
    uint64_t start = clock_now_ns();
    /* Both hold the pipe that the output comes through. */
    cr_assert(!run("echo begun; sleep 1000 & sleep 1000", 200000000, &result));
    cr_expect(result.timed_out);
    cr_expect(WIFSIGNALED(result.status) && WTERMSIG(result.status) == SIGKILL);
    cr_expect_eq(result.output_size, 6);
    cr_expect_lt(clock_now_ns() - start, 10000000000u);
}

Test(program, waits_for_one_that_closes_its_output_first, .timeout = 20)
{
    struct program_result result;
    cr_assert(!run("exec >&- 2>&-; sleep 0.1; exit 5", 10000000000, &result));
    cr_expect_not(result.timed_out);
    cr_expect(WIFEXITED(result.status) && WEXITSTATUS(result.status) == 5);
}

Test(program, hands_on_no_descriptor_and_no_ignored_signal, .timeout = 20)
{
    struct program_result result;
    /* Those of the test itself: the harness has every one closed on exec. */
    cr_assert(!close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
    signal(SIGPIPE, SIG_IGN);
    /* ls has one more open, for the directory that it reads. */
    cr_assert(
        !run("ls /proc/self/fd | wc -l; yes | head -1", 10000000000, &result));
    signal(SIGPIPE, SIG_DFL);
    cr_expect_eq(result.output_size, 4);
    cr_expect(!memcmp(result.output, "4\ny\n", 4), "%.*s",
              (int)result.output_size, result.output);
}
