/* Children that nobody expects: daemons, unseen ones, such as wait for ever or
 * die holding a lock. */
#include "wild.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int vfork_oddities(void)
{
    char *const argv[] = {NULL};
    pid_t pid = vfork();
    if (!pid)
        _exit(0);
    if (child_result())
        return 1;
    pid = vfork();
    if (!pid) {
        execv("/nonexistent", argv);
        _exit(0);
    }
    if (child_result())
        return 1;
    pid = vfork();
    if (!pid) {
        take_turns(2);
        _exit(0);
    }
    return child_result();
}

/* The root ends first; the daemon still works for a moment. */
static int daemonise(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    take_turns(20);
    return 0;
}

static int daemon_works_on(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    for (;;)
        take_turns(20);
}

static int daemon_sleeps(void)
{
    if (fork())
        return 0;
    setsid();
    if (fork())
        _exit(0);
    for (;;)
        sleep(1);
}

/* Without libc's knowledge. */
static int raw_fork(void)
{
    long pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        take_turns(3);
        syscall(SYS_exit_group, 0);
    }
    take_turns(3);
    return child_result();
}

static int shared_fork(void)
{
    long pid = syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
    if (!pid) {
        take_turns(3);
        _exit(0);
    }
    take_turns(3);
    return child_result();
}

static int stack_main(void *argument)
{
    take_turns(3);
    return *(const int *)argument == 5 ? 0 : 1;
}

/* On a stack of its own, in a copy of the memory. */
static int stack_fork(void)
{
    static _Alignas(16) char stack[65536];
    int argument = 5;
    if (clone(stack_main, stack + sizeof(stack), SIGCHLD, &argument) < 0)
        return 1;
    argument = 6;
    take_turns(3);
    return child_result();
}

/* As others' standard libraries start a process; and as they ask whether there
 * is clone3(). */
static int clone3_fork(void)
{
    int descriptor = -1;
    struct clone_args args = {
        .flags = CLONE_PIDFD | CLONE_VFORK,
        .pidfd = (uint64_t)(uintptr_t)&descriptor,
        .exit_signal = SIGCHLD,
    };
    if (syscall(SYS_clone3, NULL, 0) != -1 || errno != EINVAL)
        return 1;
    long pid = syscall(SYS_clone3, &args, CLONE_ARGS_SIZE_VER0);
    if (!pid) {
        take_turns(3);
        syscall(SYS_exit_group, 0);
    }
    return descriptor < 0 || child_result();
}

/* In the same memory, without a word to anybody; libc knows nothing of it. */
static int unseen_main(void *argument)
{
    (void)argument;
    return 0;
}

static int unseen_child(void)
{
    static _Alignas(16) char stack[65536];
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD;
    if (clone(unseen_main, stack + sizeof(stack), flags, NULL) < 0)
        return 1;
    return child_result();
}

/* What the kernel does for it, nobody can see; if it lets us at all. */
static int unseen_ring(void)
{
    char parameters[120] = {0};
    syscall(SYS_io_uring_setup, 1, parameters);
    return 0;
}

/* A call that is not modelled blocks for what another task does. */
static int blocking_call(void)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out))
        return 1;
    if (!fork()) {
        take_turns(3);
        _exit(write(in[1], "x", 1) != 1);
    }
    if (splice(in[0], NULL, out[1], NULL, 1, 0) != 1)
        return 1;
    return child_result();
}

/* The same, and nobody ever does. */
static int blocking_call_for_ever(void)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out))
        return 1;
    return splice(in[0], NULL, out[1], NULL, 1, 0) != 1;
}

static int worker_spins(void)
{
    pid_t pid = fork();
    if (!pid)
        for (volatile unsigned long i = 0;; i++)
            ;
    take_turns(5);
    kill(pid, SIGKILL);
    return child_result() == 128 + SIGKILL ? 0 : 1;
}

/* Killed while it holds what the root wants. */
static int worker_dies_with_lock(void)
{
    sem_t *sems = shared(2 * sizeof(*sems));
    sem_init(&sems[0], 1, 1);
    sem_init(&sems[1], 1, 0);
    if (!fork()) {
        sem_wait(&sems[0]);
        sem_post(&sems[1]);
        *(volatile int *)8 = 1;
    }
    sem_wait(&sems[1]);
    sem_wait(&sems[0]);
    return child_result();
}

/* Nothing wrong, unless somebody is killed. */
static int locked_workers(void)
{
    pthread_mutex_t *lock = shared(sizeof(*lock));
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(lock, &attributes);
    for (int i = 0; i < 4; i++)
        if (!fork()) {
            for (int j = 0; j < 1000; j++) {
                pthread_mutex_lock(lock);
                pthread_mutex_unlock(lock);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    return 0;
}

static int exec_other(void)
{
    pid_t pid = fork();
    if (!pid) {
        execv(broken_arguments[2], broken_arguments + 2);
        _exit(1);
    }
    take_turns(3);
    return child_result();
}

const struct variant process_variants[] = {
    {"vfork-oddities", vfork_oddities},
    {"daemonise", daemonise},
    {"daemon-works-on", daemon_works_on},
    {"daemon-sleeps", daemon_sleeps},
    {"raw-fork", raw_fork},
    {"shared-fork", shared_fork},
    {"stack-fork", stack_fork},
    {"clone3-fork", clone3_fork},
    {"unseen-child", unseen_child},
    {"unseen-ring", unseen_ring},
    {"blocking-call", blocking_call},
    {"blocking-call-for-ever", blocking_call_for_ever},
    {"worker-spins", worker_spins},
    {"worker-dies-with-lock", worker_dies_with_lock},
    {"locked-workers", locked_workers},
    {"exec-other", exec_other},
    {NULL, NULL},
};
