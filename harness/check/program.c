#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

static int add_actions(posix_spawn_file_actions_t *actions,
                       const struct program *program, int output)
{
    int err =
        posix_spawn_file_actions_adddup2(actions, program->input, STDIN_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    if (!err && program->directory >= 0)
        err =
            posix_spawn_file_actions_addfchdir_np(actions, program->directory);
    return -err;
}

/* A group of its own to be killed by; no signal blocked, handled or ignored
 * just because the harness does so. */
static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int err = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP |
                                                       POSIX_SPAWN_SETSIGMASK |
                                                       POSIX_SPAWN_SETSIGDEF);
    if (!err)
        err = posix_spawnattr_setpgroup(attributes, 0);
    if (!err)
        err = posix_spawnattr_setsigmask(attributes, &none);
    if (!err)
        err = posix_spawnattr_setsigdefault(attributes, &all);
    return -err;
}

static int start(const struct program *program, int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int err = -posix_spawn_file_actions_init(&actions);
    if (err)
        return err;
    err = -posix_spawnattr_init(&attributes);
    if (err)
        goto destroy_actions;
    err = add_actions(&actions, program, output);
    if (!err)
        err = set_attributes(&attributes);
    if (!err)
        err = -posix_spawnp(pid, program->argv[0], &actions, &attributes,
                            program->argv, environ);
    posix_spawnattr_destroy(&attributes);
destroy_actions:
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

/* Take what FD (non-blocking) has, keeping the start. False at its end. */
static bool drain(int fd, struct program_result *result)
{
    for (;;) {
        char scratch[4096];
        size_t room = sizeof(result->output) - result->output_size;
        char *to = room ? result->output + result->output_size : scratch;
        ssize_t n = read(fd, to, room ? room : sizeof(scratch));
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        if (!n)
            return false;
        if (room)
            result->output_size += (size_t)n;
        else
            return true; /* a flood: look at the time in between */
    }
}

/* Until the process behind PIDFD ends or the time is up. */
static int await(int pidfd, int output, uint64_t limit_ns,
                 struct program_result *result)
{
    uint64_t deadline = clock_now_ns() + limit_ns;
    struct pollfd polled[] = {
        {.fd = pidfd, .events = POLLIN},
        {.fd = output, .events = POLLIN},
    };
    while (!polled[0].revents) {
        uint64_t now = clock_now_ns();
        if (now >= deadline) {
            result->timed_out = true;
            return 0;
        }
        int ms = (int)((deadline - now) / 1000000) + 1;
        if (poll(polled, 2, ms) < 0 && errno != EINTR)
            return -errno;
        if (polled[1].revents && !drain(output, result))
            polled[1].fd = -1;
        polled[1].revents = 0;
    }
    if (polled[1].fd >= 0)
        drain(output, result);
    return 0;
}

static int reap(pid_t pid, int *status)
{
    /* The dead leader still keeps the group's number. */
    kill(-pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0)
        if (errno != EINTR)
            return -errno;
    return 0;
}

int program_run(const struct program *program, struct program_result *result)
{
    result->timed_out = false;
    result->output_size = 0;
    int output[2];
    if (pipe2(output, O_CLOEXEC))
        return -errno;
    pid_t pid;
    int err = 0;
    if (fcntl(output[0], F_SETFL, O_NONBLOCK) < 0)
        err = -errno;
    if (!err)
        err = start(program, output[1], &pid);
    close(output[1]);
    if (err)
        goto close_output;
    int pidfd = pidfd_open(pid, 0);
    err =
        pidfd < 0 ? -errno : await(pidfd, output[0], program->limit_ns, result);
    int reaped = reap(pid, &result->status);
    if (!err)
        err = reaped;
    if (pidfd >= 0)
        close(pidfd);
close_output:
    close(output[0]);
    return err;
}
