/* Tasks that stop, and threads that end, vanish or take others along. */
#include "wild.h"

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

_Noreturn static int stop_itself(void)
{
    raise(SIGSTOP);
    for (;;)
        pause();
}

/* A worker stops in the middle of its work; the root goes on with its own. */
static int worker_stops(void)
{
    pid_t pid = fork();
    if (!pid) {
        take_turns(3);
        raise(SIGSTOP);
        take_turns(3);
        _exit(0);
    }
    int status = 0;
    if (waitpid(pid, &status, WUNTRACED) != pid || !WIFSTOPPED(status))
        return 1;
    take_turns(3);
    kill(pid, SIGCONT);
    return child_result();
}

static int main_thread_ends(void)
{
    start(work);
    start(work);
    pthread_exit(NULL);
    return 1;
}

static int main_thread_ends_others_wait(void)
{
    start(wait_for_ever);
    start(wait_for_ever);
    pthread_exit(NULL);
    return 1;
}

static void *end_process(void *unused)
{
    take_turns(2);
    _exit(0);
    return unused;
}

static int thread_ends_process(void)
{
    start(wait_for_ever);
    start(end_process);
    wait_for_ever(NULL);
    return 1;
}

static void *exec_fine(void *unused)
{
    static char name[] = "broken", variant[] = "fine";
    char *const clean[] = {name, variant, NULL};
    take_turns(2);
    execv("/proc/self/exe", clean);
    return unused;
}

static int thread_execs(void)
{
    start(wait_for_ever);
    start(exec_fine);
    wait_for_ever(NULL);
    return 1;
}

static void *crash(void *unused)
{
    take_turns(2);
    *(volatile int *)8 = 1;
    return unused;
}

static int thread_crashes(void)
{
    start(wait_for_ever);
    start(crash);
    wait_for_ever(NULL);
    return 1;
}

/* Without telling the thread library. */
static void *vanish(void *unused)
{
    take_turns(2);
    syscall(SYS_exit, 0);
    return unused;
}

static int thread_vanishes(void)
{
    start(vanish);
    take_turns(20);
    return 0;
}

const struct variant thread_variants[] = {
    {"stop-itself", stop_itself},
    {"worker-stops", worker_stops},
    {"main-thread-ends", main_thread_ends},
    {"main-thread-ends-others-wait", main_thread_ends_others_wait},
    {"thread-ends-process", thread_ends_process},
    {"thread-execs", thread_execs},
    {"thread-crashes", thread_crashes},
    {"thread-vanishes", thread_vanishes},
    {NULL, NULL},
};
