#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"
#include "runner/inspect.h"
#include "runner/launch.h"

/* After the fork there are system calls only: another thread may have held
 * any lock at that moment. */

static void say(int fd, int error, int status, const char *step)
{
    struct keeper_word word = {.error = error, .status = status};
    strncpy(word.step, step, sizeof(word.step) - 1);
    io_write_all(fd, &word, sizeof(word));
}

_Noreturn static void run_program(const struct keeper *keeper, int word)
{
    static const int numbers[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO,
                                  KEEPER_XML, KEEPER_LOG};
    /* A group of its own: what the program sends to its group stays there. */
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fds[] = {null,        keeper->output, keeper->errors,
                 keeper->xml, keeper->log,    word};
    /* First out of the way of those numbers. */
    for (int i = 0; i < 6; i++) {
        fds[i] =
            fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, KEEPER_XML + 1);
        if (fds[i] < 0) {
            say(word, errno, 0, "descriptors");
            _exit(126);
        }
    }
    word = fds[5];
    for (int i = 0; i < 5; i++)
        if (dup2(fds[i], numbers[i]) < 0) {
            say(word, errno, 0, "descriptors");
            _exit(126);
        }
    execve(keeper->argv[0], keeper->argv, keeper->environment);
    say(word, errno, 0, keeper->argv[0]);
    _exit(126);
}

/* Until nobody is left. */
static void take_all(pid_t program, int word)
{
    int status;
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR)
            return;
        if (pid == program)
            say(word, 0, status, "");
    }
}

_Noreturn static void keep(const struct keeper *keeper, int word)
{
    const char *step = "";
    int err = 0;
    if (keeper->isolation == ISOLATION_FULL)
        err = isolation_mount(keeper->directory, &step);
    if (!err && chdir(keeper->work)) {
        err = -errno;
        step = keeper->work;
    }
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    launch_reset_signals();
    /* Not fork(): it takes libc's locks. */
    pid_t program = err ? -1 : (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (!program)
        run_program(keeper, word);
    if (program > 0)
        take_all(program, word);
    else
        say(word, err ? -err : errno, 0, err ? step : "fork");
    close(word);
    /* With it the mounts go, which somebody wants to look into. */
    for (;;)
        pause();
}

pid_t keeper_start(const struct keeper *keeper, int *word,
                   struct mps_diag *diag)
{
    int pair[2];
    if (pipe2(pair, O_CLOEXEC))
        return diag_set(diag, -errno, "pipe: %s", strerror(errno));
    if (fcntl(pair[0], F_SETFL, O_NONBLOCK)) {
        int err = -errno;
        close(pair[0]);
        close(pair[1]);
        return diag_set(diag, err, "pipe: %s", strerror(-err));
    }
    pid_t pid = isolation_fork(keeper->isolation, diag);
    if (!pid)
        keep(keeper, pair[1]);
    close(pair[1]);
    if (pid < 0)
        close(pair[0]);
    else
        *word = pair[0];
    return pid;
}

void keeper_end(pid_t pid)
{
    static const struct timespec pause = {.tv_nsec = 2000000};
    enum { ROUNDS = 1000 };
    /* As long as it lives the orphans come to it and can be found; in a
     * namespace of its own all end with it. */
    for (int i = 0; i < ROUNDS && inspect_kill(pid); i++)
        nanosleep(&pause, NULL);
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
