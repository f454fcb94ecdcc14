/* Signals: what was done before they are sent, the handler sees. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "edges.h"

static volatile sig_atomic_t came;
static struct scene *of_handler;

static void handle(int signal)
{
    (void)signal;
    came = 1;
}

/* Reads there and then. */
static void handle_reading(int signal)
{
    (void)signal;
    edges_read(of_handler);
    came = 1;
}

static void arrange(struct scene *scene, int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    of_handler = scene;
    MUST(!sigaction(signal, &action, NULL));
}

static sigset_t only(int signal)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    return set;
}

static void block(int signal)
{
    sigset_t set = only(signal);
    MUST(!pthread_sigmask(SIG_BLOCK, &set, NULL));
}

/* -- Sent -------------------------------------------------------------------*/

static void prepare(struct scene *scene)
{
    arrange(scene, SIGUSR1, handle);
    block(SIGUSR1);
}

static void prepare_reading(struct scene *scene)
{
    arrange(scene, SIGUSR1, handle_reading);
    block(SIGUSR1);
}

static void await(struct scene *scene)
{
    sigset_t none;
    (void)scene;
    sigemptyset(&none);
    while (!came)
        sigsuspend(&none);
}

FUNCTION(give_kill, !kill(scene->taker, SIGUSR1))
FUNCTION(give_group, !kill(0, SIGUSR1))
FUNCTION(give_thread, !pthread_kill(scene->taking, SIGUSR1))

static void give_queued(struct scene *scene)
{
    union sigval value = {.sival_int = 1};
    MUST(!sigqueue(scene->taker, SIGUSR1, value));
}

static void give_pidfd(struct scene *scene)
{
    int fd = (int)syscall(SYS_pidfd_open, scene->taker, 0);
    MUST(fd >= 0);
    MUST(!syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0));
}

static void take_sigwait(struct scene *scene)
{
    sigset_t set = only(SIGUSR1);
    int signal = 0;
    (void)scene;
    MUST(!sigwait(&set, &signal));
    MUST(signal == SIGUSR1);
}

/* Of several threads, to one. */
static void *take_in_thread(void *argument)
{
    take_sigwait(argument);
    edges_read(argument);
    return NULL;
}

static void signal_thread(struct scene *scene)
{
    pthread_t thread;
    block(SIGUSR1);
    MUST(!pthread_create(&thread, NULL, take_in_thread, scene));
    edges_early(scene);
    MUST(!pthread_kill(thread, SIGUSR1));
    edges_late(scene);
    MUST(!pthread_join(thread, NULL));
}

static void fd_prepare(struct scene *scene)
{
    sigset_t set = only(SIGUSR1);
    prepare(scene);
    MUST((scene->fds[0] = signalfd(-1, &set, 0)) >= 0);
}

static void take_fd(struct scene *scene)
{
    struct signalfd_siginfo info;
    MUST(read(scene->fds[0], &info, sizeof(info)) == sizeof(info));
}

static void take_fd_polled(struct scene *scene)
{
    struct pollfd fd = {.fd = scene->fds[0], .events = POLLIN};
    MUST(poll(&fd, 1, -1) == 1);
}

/* Sent by the kernel, because of a message. */
static void notified_prepare(struct scene *scene)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 1};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGUSR1};
    prepare(scene);
    scene->fds[0] = mq_open("/notify", O_CREAT | O_RDWR, 0600, &attributes);
    MUST(scene->fds[0] >= 0);
    MUST(!mq_notify(scene->fds[0], &event));
}

FUNCTION(notified_give, !mq_send(scene->fds[0], "x", 1, 0))

/* -- Stopped ----------------------------------------------------------------*/

/* The giver lets the other go on, who stopped itself. */
static void stop_and_go(struct scene *scene)
{
    int status;
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        raise(SIGSTOP);
        edges_read(scene);
        _exit(0);
    }
    MUST(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status));
    edges_early(scene);
    MUST(!kill(pid, SIGCONT));
    edges_late(scene);
    MUST(waitpid(pid, &status, 0) == pid);
    edges_must(WIFEXITED(status) && !WEXITSTATUS(status), "stopped");
}

/* -- The end of a child -----------------------------------------------------*/

/* The wrong twin reads without having waited for that end. */
static pid_t make_child(struct scene *scene)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        *scene->data = 1;
        _exit(0);
    }
    return pid;
}

static void child_handler(struct scene *scene)
{
    sigset_t none;
    arrange(scene, SIGCHLD, scene->wrong ? handle : handle_reading);
    block(SIGCHLD);
    pid_t pid = make_child(scene);
    if (scene->wrong)
        edges_read(scene);
    sigemptyset(&none);
    while (!came)
        sigsuspend(&none);
    MUST(waitpid(pid, NULL, 0) == pid);
}

static void child_sigwait(struct scene *scene)
{
    sigset_t set = only(SIGCHLD);
    int signal;
    block(SIGCHLD);
    pid_t pid = make_child(scene);
    if (scene->wrong)
        edges_read(scene);
    MUST(!sigwait(&set, &signal));
    if (!scene->wrong)
        edges_read(scene);
    MUST(waitpid(pid, NULL, 0) == pid);
}

const struct edge edges_signals[] = {
    {"kill", prepare, give_kill, await, EDGE_PROCESSES},
    {"kill-reading", prepare_reading, give_kill, await, EDGE_PROCESSES},
    {"kill-group", prepare, give_group, await, EDGE_PROCESSES},
    {"sigqueue", prepare, give_queued, await, EDGE_PROCESSES},
    {"pidfd-signal", prepare, give_pidfd, await, EDGE_PROCESSES},
    {"pthread-kill", prepare, give_thread, await, EDGE_THREADS},
    {"pthread-kill-other", NULL, signal_thread, NULL, EDGE_ALONE_THREADS},
    {"mq-notify", notified_prepare, notified_give, await, EDGE_PROCESSES},
    {"sigwait", prepare, give_kill, take_sigwait, EDGE_PROCESSES},
    {"signalfd", fd_prepare, give_kill, take_fd, EDGE_PROCESSES},
    {"signalfd-poll", fd_prepare, give_kill, take_fd_polled, EDGE_PROCESSES},
    {"continue", NULL, stop_and_go, NULL, EDGE_ALONE_PROCESSES},
    {"sigchld", NULL, child_handler, NULL, EDGE_ALONE_PROCESSES},
    {"sigchld-wait", NULL, child_sigwait, NULL, EDGE_ALONE_PROCESSES},
    {0},
};
