/* Handlers that jump, take locks and fork, and signals by the thousand. */
#include "wild.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static sigjmp_buf jump;
static volatile sig_atomic_t seen;

static void jump_out(int signal)
{
    siglongjmp(jump, signal);
}

static int jump_out_of_handler(void)
{
    volatile int times = 0;
    arrange(SIGUSR1, jump_out);
    if (sigsetjmp(jump, 1) && ++times == 5) {
        take_turns(3);
        return 0;
    }
    take_turns(1);
    raise(SIGUSR1);
    return 1;
}

/* The worker waits inside the runtime when its handler jumps out of there. */
static int jump_out_of_wait(void)
{
    sem_t *ready = shared(sizeof(*ready));
    sem_init(ready, 1, 0);
    pid_t pid = fork();
    if (!pid) {
        arrange(SIGUSR1, jump_out);
        if (sigsetjmp(jump, 1)) {
            take_turns(3);
            _exit(0);
        }
        sem_post(ready);
        wait_for_ever(NULL);
        _exit(1);
    }
    sem_wait(ready);
    kill(pid, SIGUSR1);
    return child_result();
}

static void repair(int signal)
{
    siglongjmp(jump, signal);
}

static int survive_segv(void)
{
    for (volatile int i = 0; i < 3; i++) {
        arrange(SIGSEGV, repair);
        if (!sigsetjmp(jump, 1))
            *(volatile int *)8 = 1;
        take_turns(2);
    }
    return 0;
}

static void count(int signal)
{
    (void)signal;
    seen++;
    sem_post(&semaphore);
}

static void take_lock(int signal)
{
    (void)signal;
    take_turns(1);
}

static void note(int signal)
{
    (void)signal;
    seen++;
}

/* A handler that runs as often as the machine can. */
static int timer_storm(void)
{
    arrange(SIGALRM, note);
    struct itimerval often = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &often, NULL);
    take_turns(300);
    while (seen < 20)
        usleep(100);
    setitimer(ITIMER_REAL, &never, NULL);
    return 0;
}

static int posix_timer_storm(void)
{
    timer_t timer;
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
                             .sigev_signo = SIGRTMIN};
    struct itimerspec often = {{0, 100000}, {0, 100000}};
    arrange(SIGRTMIN, note);
    if (timer_create(CLOCK_MONOTONIC, &event, &timer))
        return 1;
    timer_settime(timer, 0, &often, NULL);
    take_turns(300);
    while (seen < 20)
        usleep(100);
    return timer_delete(timer);
}

static int virtual_timer(void)
{
    arrange(SIGVTALRM, note);
    struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_VIRTUAL, &often, NULL);
    while (!seen)
        take_turns(10);
    return 0;
}

/* Two workers shower each other. */
static int signal_storm(void)
{
    pid_t workers[2];
    arrange(SIGUSR1, count);
    for (int i = 0; i < 2; i++) {
        workers[i] = fork();
        if (!workers[i]) {
            for (int j = 0; j < 50; j++) {
                kill(i ? workers[0] : getppid(), SIGUSR1);
                take_turns(1);
            }
            _exit(0);
        }
    }
    for (int i = 0; i < 2; i++)
        while (waitpid(workers[i], NULL, 0) < 0)
            if (errno != EINTR)
                return 1;
    return 0;
}

/* A handler must not take a lock that what it interrupts may hold. */
static int lock_in_handler(void)
{
    arrange(SIGUSR1, take_lock);
    pthread_mutex_lock(&mutex);
    pid_t pid = fork();
    if (!pid) {
        kill(getppid(), SIGUSR1);
        _exit(0);
    }
    int result = child_result();
    pthread_mutex_unlock(&mutex);
    return result;
}

static void fork_here(int signal)
{
    (void)signal;
    if (!fork())
        _exit(0);
}

static int fork_in_handler(void)
{
    arrange(SIGUSR1, fork_here);
    for (int i = 0; i < 3; i++) {
        raise(SIGUSR1);
        if (child_result())
            return 1;
    }
    return 0;
}

const struct variant signal_variants[] = {
    {"jump-out-of-handler", jump_out_of_handler},
    {"jump-out-of-wait", jump_out_of_wait},
    {"survive-segv", survive_segv},
    {"timer-storm", timer_storm},
    {"posix-timer-storm", posix_timer_storm},
    {"virtual-timer", virtual_timer},
    {"signal-storm", signal_storm},
    {"lock-in-handler", lock_in_handler},
    {"fork-in-handler", fork_in_handler},
    {NULL, NULL},
};
