/* Signals. A handler only sets a variable or calls what it may. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/primitives.h"

static volatile sig_atomic_t seen;

static void see(int signal)
{
    (void)signal;
    seen++;
}

static void handle(int signal, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    need(!sigemptyset(&action.sa_mask), "sigemptyset");
    need(!sigaction(signal, &action, NULL), "sigaction");
}

/* Block SIGNAL. The mask to wait with, in which it is not blocked. */
static sigset_t block(int signal)
{
    sigset_t one, before;
    need(!sigemptyset(&one) && !sigaddset(&one, signal), "sigaddset");
    need(!sigprocmask(SIG_BLOCK, &one, &before), "sigprocmask");
    need(!sigdelset(&before, signal), "sigdelset");
    return before;
}

static void send_to(pid_t pid, int signal)
{
    need(!kill(pid, signal), "kill");
}

static void send_parent(void *signal)
{
    send_to(getppid(), *(int *)signal);
}

/* -- Waiting for a handler --------------------------------------------------
 */

/* Blocked except while it is waited for, so it cannot come too early. */
static int run_suspend(const void *settings)
{
    (void)settings;
    int signal = SIGUSR1;
    handle(signal, see);
    sigset_t mask = block(signal);
    pid_t child = child_start(send_parent, &signal);
    while (!seen)
        need(sigsuspend(&mask) && errno == EINTR, "sigsuspend");
    child_end(child);
    return report(seen, 1);
}

struct call {
    sem_t ready;
    atomic_bool heard;
};

static void pause_until_seen(void *context)
{
    struct call *call = context;
    handle(SIGUSR1, see);
    need(!sem_post(&call->ready), "sem_post");
    while (!seen)
        need(pause() && errno == EINTR, "pause");
    call->heard = true;
}

/* The child may have looked and not paused yet when the signal comes; so it is
 * sent until the child has heard it. */
static int run_pause(const void *settings)
{
    (void)settings;
    struct call *call = shared_new(sizeof(*call));
    need(!sem_init(&call->ready, 1, 0), "sem_init");
    pid_t child = child_start(pause_until_seen, call);
    sem_take(&call->ready);
    while (!call->heard) {
        send_to(child, SIGUSR1);
        sched_yield();
    }
    child_end(child);
    return report(call->heard, true);
}

/* -- Without a handler ------------------------------------------------------
 */

static int run_sigwait(const void *settings)
{
    (void)settings;
    sigset_t set;
    int signal = SIGUSR2, got;
    block(signal);
    need(!sigemptyset(&set) && !sigaddset(&set, signal), "sigaddset");
    pid_t child = child_start(send_parent, &signal);
    need(!sigwait(&set, &got), "sigwait");
    child_end(child);
    return report(got, signal);
}

/* In vain while there is nobody to send it, then until it comes. */
static int run_timed(const void *settings)
{
    (void)settings;
    sigset_t set;
    siginfo_t info;
    struct timespec limit = {.tv_nsec = 10000000};
    int signal = SIGUSR2;
    block(signal);
    need(!sigemptyset(&set) && !sigaddset(&set, signal), "sigaddset");
    need(sigtimedwait(&set, &info, &limit) < 0 && errno == EAGAIN,
         "sigtimedwait in vain");
    pid_t child = child_start(send_parent, &signal);
    int got;
    while ((got = sigtimedwait(&set, &info, &limit)) < 0)
        need(errno == EAGAIN, "sigtimedwait");
    need(info.si_pid == child, "sender");
    child_end(child);
    return report(got, signal);
}

/* -- Children ---------------------------------------------------------------
 */

enum { CHILDREN = 2 };

/* Two deaths may come as one signal. */
static void reap(int signal)
{
    int saved = errno;
    (void)signal;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        seen++;
    errno = saved;
}

static void end(void *unused)
{
    (void)unused;
}

static int run_child(const void *settings)
{
    (void)settings;
    handle(SIGCHLD, reap);
    sigset_t mask = block(SIGCHLD);
    for (int i = 0; i < CHILDREN; i++)
        child_start(end, NULL);
    while (seen < CHILDREN)
        need(sigsuspend(&mask) && errno == EINTR, "sigsuspend");
    return report(seen, CHILDREN);
}

static void wait_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        pause();
}

static int run_terminate(const void *settings)
{
    (void)settings;
    int status;
    pid_t child = child_start(wait_for_ever, NULL);
    send_to(child, SIGTERM);
    need(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "waitpid");
    return report(WTERMSIG(status), SIGTERM);
}

/* Stopped, seen to be, continued, and ended. */
static int run_stop(const void *settings)
{
    (void)settings;
    int status;
    pid_t child = child_start(wait_for_ever, NULL);
    send_to(child, SIGSTOP);
    need(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status),
         "stopped");
    send_to(child, SIGCONT);
    need(waitpid(child, &status, WCONTINUED) == child && WIFCONTINUED(status),
         "continued");
    send_to(child, SIGKILL);
    need(waitpid(child, &status, 0) == child && WIFSIGNALED(status), "waitpid");
    return report(WTERMSIG(status), SIGKILL);
}

/* -- Time -------------------------------------------------------------------
 */

/* Read from a pipe that nothing is written to until a signal interrupts it.
 * The signal may come before the read: it comes again. */
static int read_interrupted(void (*disarm)(void))
{
    int ends[2];
    char byte;
    need(!pipe(ends), "pipe");
    ssize_t got = read(ends[0], &byte, 1);
    int err = errno;
    disarm();
    need(got < 0 && seen, "interrupted");
    need(!close(ends[0]) && !close(ends[1]), "close");
    return report(err, EINTR);
}

static void alarm_again(int signal)
{
    see(signal);
    alarm(1);
}

static void alarm_off(void)
{
    alarm(0);
}

static int run_alarm(const void *settings)
{
    (void)settings;
    handle(SIGALRM, alarm_again);
    alarm(1);
    return read_interrupted(alarm_off);
}

static void set_timer(long interval_us)
{
    struct itimerval timer = {{0, interval_us}, {0, interval_us}};
    need(!setitimer(ITIMER_REAL, &timer, NULL), "setitimer");
}

static void timer_off(void)
{
    set_timer(0);
}

static int run_timer(const void *settings)
{
    (void)settings;
    handle(SIGALRM, see);
    set_timer(20000);
    return read_interrupted(timer_off);
}

const struct program_variant signal_variants[] = {
    {"sigsuspend", "right: waits for a handler.", run_suspend},
    {"pause", "right: waits for a handler, and is called until it answers.",
     run_pause},
    {"sigwait", "right: takes a signal without a handler.", run_sigwait},
    {"sigtimedwait", "right: in vain, then until it comes.", run_timed},
    {"sigchld", "right: a handler waits for the children.", run_child},
    {"sigterm", "right: ends a child.", run_terminate},
    {"sigstop", "right: stops a child and lets it go on.", run_stop},
    {"alarm", "right: an alarm interrupts a read.", run_alarm},
    {"itimer", "right: a timer interrupts a read.", run_timer},
    {NULL, NULL, NULL},
};
