/* POSIX and System V semaphores. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/primitives.h"

/* -- POSIX ------------------------------------------------------------------
 */

static void take(void *semaphore)
{
    sem_take(semaphore);
}

static void give(void *semaphore)
{
    need(!sem_post(semaphore), "sem_post");
}

static int run_unnamed(const void *settings)
{
    (void)settings;
    sem_t *semaphore = shared_new(sizeof(*semaphore));
    need(!sem_init(semaphore, 1, 1), "sem_init");
    int status = count_between(take, give, semaphore);
    int value;
    need(!sem_getvalue(semaphore, &value) && value == 1, "sem_getvalue");
    need(!sem_destroy(semaphore), "sem_destroy");
    return status;
}

/* Each process opens it by name and closes it again. */
static sem_t *opened;

static void take_named(void *name)
{
    opened = sem_open(name, 0);
    need(opened != SEM_FAILED, "sem_open");
    sem_take(opened);
}

static void give_named(void *name)
{
    (void)name;
    need(!sem_post(opened), "sem_post");
    need(!sem_close(opened), "sem_close");
}

static int run_named(const void *settings)
{
    (void)settings;
    char name[32];
    snprintf(name, sizeof(name), "/primitives-%d", (int)getpid());
    sem_t *semaphore = sem_open(name, O_CREAT | O_EXCL, 0600, 1);
    need(semaphore != SEM_FAILED, "sem_open");
    int status = count_between(take_named, give_named, name);
    need(!sem_close(semaphore), "sem_close");
    need(!sem_unlink(name), "sem_unlink");
    return status;
}

/* Waits in vain while nobody can have posted, then until somebody has. */
static int run_timed(const void *settings)
{
    (void)settings;
    sem_t *semaphore = shared_new(sizeof(*semaphore));
    need(!sem_init(semaphore, 1, 0), "sem_init");
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    need(sem_timedwait(semaphore, &until) && errno == ETIMEDOUT,
         "sem_timedwait in vain");
    pid_t child = child_start(give, semaphore);
    long got;
    do {
        until = after_ms(CLOCK_REALTIME, 5);
        got = !sem_timedwait(semaphore, &until);
        need(got || errno == ETIMEDOUT, "sem_timedwait");
    } while (!got);
    child_end(child);
    need(sem_trywait(semaphore) && errno == EAGAIN, "sem_trywait");
    return report(got, 1);
}

static int run_clock(const void *settings)
{
    (void)settings;
    sem_t *semaphore = shared_new(sizeof(*semaphore));
    need(!sem_init(semaphore, 1, 0), "sem_init");
    struct timespec until = after_ms(CLOCK_MONOTONIC, 10);
    int failed = sem_clockwait(semaphore, CLOCK_MONOTONIC, &until);
    return report(failed ? errno : 0, ETIMEDOUT);
}

/* -- System V ---------------------------------------------------------------
 */

/* Semaphore 0 of a new set, at VALUE. */
static int set_new(int value)
{
    int set = semget(IPC_PRIVATE, 1, 0600);
    need(set >= 0, "semget");
    need(!semctl(set, 0, SETVAL, value), "SETVAL");
    return set;
}

static void set_remove(int set)
{
    need(!semctl(set, 0, IPC_RMID), "IPC_RMID");
}

static void operate(int set, short by, short flags)
{
    struct sembuf operation = {.sem_num = 0, .sem_op = by, .sem_flg = flags};
    while (semop(set, &operation, 1))
        need(errno == EINTR, "semop");
}

static void take_set(void *set)
{
    operate(*(int *)set, -1, 0);
}

static void give_set(void *set)
{
    operate(*(int *)set, 1, 0);
}

static int run_set(const void *settings)
{
    (void)settings;
    int set = set_new(1);
    int status = count_between(take_set, give_set, &set);
    set_remove(set);
    return status;
}

static void take_undone(void *set)
{
    operate(*(int *)set, -1, SEM_UNDO);
}

/* Take it for good: only its death gives it back. */
static void take_and_wait(void *set)
{
    take_undone(set);
    for (;;)
        pause();
}

/* The kernel gives back what the dead had taken, those who end and those who
 * are killed, whether they had it already or not. */
static int run_undo(const void *settings)
{
    (void)settings;
    int set = set_new(1);
    pid_t ending = child_start(take_undone, &set);
    operate(set, -1, 0);
    operate(set, 1, 0);
    child_end(ending);
    pid_t killed = child_start(take_and_wait, &set);
    int status;
    need(!kill(killed, SIGKILL), "kill");
    need(waitpid(killed, &status, 0) == killed && WIFSIGNALED(status),
         "killed");
    operate(set, -1, 0);
    int left = semctl(set, 0, GETVAL);
    set_remove(set);
    return report(left, 0);
}

static void take_all(void *context)
{
    const int *set = context;
    for (int i = 0; i < 3; i++)
        operate(*set, -1, 0);
}

/* Wait until it is 0. */
static int run_zero(const void *settings)
{
    (void)settings;
    int set = set_new(3);
    pid_t child = child_start(take_all, &set);
    operate(set, 0, 0);
    int left = semctl(set, 0, GETVAL);
    child_end(child);
    set_remove(set);
    return report(left, 0);
}

const struct program_variant semaphore_variants[] = {
    {"sem-unnamed", "right: sem_t in shared memory as a lock.", run_unnamed},
    {"sem-named", "right: opened by its name.", run_named},
    {"sem-timed", "right: a timed wait in vain, then until it is posted.",
     run_timed},
    {"sem-clock", "right: a wait by the monotonic clock, in vain.", run_clock},
    {"sysv-sem", "right: a System V semaphore as a lock.", run_set},
    {"sysv-sem-undo", "right: death gives it back (SEM_UNDO).", run_undo},
    {"sysv-sem-zero", "right: waits until all is taken.", run_zero},
    {NULL, NULL, NULL},
};
