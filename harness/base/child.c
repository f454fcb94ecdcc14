#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"

enum { LOOK_MS = 50, SHORT_MS = 5 };
#define GRACE_NS UINT64_C(2000000000)

/* Only what is safe after fork() in a process with threads. */
static _Noreturn void become(char *const *argv,
                             const struct child_options *options)
{
    static const int handled[] = {SIGINT, SIGTERM, SIGPIPE,
                                  SIGHUP, SIGQUIT, SIGXFSZ};
    for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
        signal(handled[i], SIG_DFL);
    setpgid(0, 0);
    /* Should mpstress be killed, a build is not to go on alone. */
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    int nothing = open("/dev/null", O_RDONLY);
    if (nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
        dup2(options->out, STDOUT_FILENO) >= 0 &&
        dup2(options->err, STDERR_FILENO) >= 0 &&
        (!options->directory || !chdir(options->directory)))
        execvp(argv[0], argv);
    _exit(127);
}

static int pidfd_of(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* Until it ends, or STOP. Without pidfds (before Linux 5.3) it is looked for
 * at short intervals. */
static bool ended(pid_t pid, int pidfd, int *status)
{
    struct pollfd wait = {.fd = pidfd, .events = POLLIN};
    poll(&wait, 1, LOOK_MS);
    return waitpid(pid, status, WNOHANG) == pid;
}

static void end(pid_t pid, int pidfd, int *status)
{
    uint64_t deadline_ns = clock_now_ns() + GRACE_NS;
    kill(-pid, SIGTERM);
    bool over = ended(pid, pidfd, status);
    while (!over && clock_now_ns() < deadline_ns)
        over = ended(pid, pidfd, status);
    /* What its end has left of the group has the same time: a shell is gone at
     * once, while the compiler it ran still removes its files. */
    while (over && clock_now_ns() < deadline_ns && !kill(-pid, 0))
        poll(NULL, 0, SHORT_MS);
    kill(-pid, SIGKILL);
    while (!over)
        over = ended(pid, pidfd, status);
}

int child_run(char *const *argv, const struct child_options *options,
              int *status)
{
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (!pid)
        become(argv, options);
    /* Whichever of the two comes first. */
    setpgid(pid, pid);
    int pidfd = pidfd_of(pid);
    int err = 0;
    while (!ended(pid, pidfd, status))
        if (options->stop && __atomic_load_n(options->stop, __ATOMIC_RELAXED)) {
            end(pid, pidfd, status);
            err = -EINTR;
            break;
        }
    if (pidfd >= 0)
        close(pidfd);
    return err;
}
