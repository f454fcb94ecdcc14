/* trivial: fork workers that end at once and wait for them. Nothing can go
 * wrong in it: it is what the cost of an iteration is measured on. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"

static int end_at_once(void *context, unsigned index)
{
    (void)context;
    (void)index;
    return 0;
}

static int run_threads(const struct program_settings *settings)
{
    struct mp_team *team;
    int err = mp_team_start(&team, MP_THREAD, settings->workers, end_at_once,
                            NULL, "worker");
    return err ? program_fail("starting the workers", err) : program_wait(team);
}

/* By hand and not by mp_team_start(), so that there is nothing but the calls
 * themselves. */
static int run_processes(const struct program_settings *settings)
{
    unsigned started = 0;
    int status = EXIT_SUCCESS;
    for (; started < settings->workers; started++) {
        pid_t pid = fork();
        if (!pid)
            _exit(0);
        if (pid < 0) {
            status = program_fail("fork", -errno);
            break;
        }
    }
    while (started) {
        if (wait(NULL) >= 0)
            started--;
        else if (errno != EINTR)
            return program_fail("wait", -errno);
    }
    return status;
}

static int run(const void *context)
{
    const struct program_settings *settings = context;
    int status = settings->backend == MP_THREAD ? run_threads(settings)
                                                : run_processes(settings);
    if (!status)
        printf("trivial: %u workers ended\n", settings->workers);
    return status;
}

static const struct program_variant variants[] = {
    {"fork", "right: start the workers, wait for them.", run},
    {NULL, NULL, NULL},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Forks workers that end at once, and waits for them.",
        .variants = variants,
    };
    struct program_settings settings = {0};
    return program_main(&program, &settings, argc, argv);
}
