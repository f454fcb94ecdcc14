/* Locks: both tasks change the datum inside. */
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edges.h"

#define W     scene->world
#define WHICH edges_which(scene)

FUNCTION(mutex_lock, !pthread_mutex_lock(&W->mutex[WHICH]))
FUNCTION(mutex_unlock, !pthread_mutex_unlock(&W->mutex[WHICH]))
FUNCTION(mtx_take, mtx_lock(&W->mtx[WHICH]) == thrd_success)
FUNCTION(mtx_give, mtx_unlock(&W->mtx[WHICH]) == thrd_success)
FUNCTION(spin_lock, !pthread_spin_lock(&W->spin[WHICH]))
FUNCTION(spin_unlock, !pthread_spin_unlock(&W->spin[WHICH]))
FUNCTION(rwlock_write, !pthread_rwlock_wrlock(&W->rwlock[WHICH]))
FUNCTION(rwlock_unlock, !pthread_rwlock_unlock(&W->rwlock[WHICH]))
FUNCTION(sem_take, !sem_wait(&W->sem[WHICH]))
FUNCTION(sem_give, !sem_post(&W->sem[WHICH]))

static void mutex_try(struct scene *scene)
{
    while (pthread_mutex_trylock(&W->mutex[WHICH]))
        sched_yield();
}

static void sem_prepare(struct scene *scene)
{
    for (int i = 0; i < 2; i++)
        MUST(!sem_post(&W->sem[i]));
}

/* One reads where the other writes: right only if they exclude each other. */
static void rwlock_mixed(struct scene *scene)
{
    if (scene->self)
        MUST(!pthread_rwlock_wrlock(&W->rwlock[WHICH]));
    else
        MUST(!pthread_rwlock_rdlock(&W->rwlock[WHICH]));
}

/* The kernel keeps who has it, and the owner's number in the word. */
static bool futex(struct scene *scene, int operation)
{
    return !syscall(SYS_futex, WHICH ? &W->other : &W->word, operation, 0, NULL,
                    NULL, 0);
}

FUNCTION(futex_lock, futex(scene, FUTEX_LOCK_PI))
FUNCTION(futex_unlock, futex(scene, FUTEX_UNLOCK_PI))

static void futex_try(struct scene *scene)
{
    while (!futex(scene, FUTEX_TRYLOCK_PI))
        sched_yield();
}

/* -- Files ------------------------------------------------------------------*/

static void files_open(struct scene *scene)
{
    static const char *const names[] = {"lock0", "lock1"};
    for (int i = 0; i < 2; i++)
        MUST((scene->fds[i] = open(names[i], O_RDWR | O_CREAT, 0600)) >= 0);
}

/* A descriptor of its own: what fork copies shares the lock. */
static int file_of(struct scene *scene)
{
    static const char *const names[] = {"lock0", "lock1"};
    int fd = open(names[WHICH], O_RDWR);
    MUST(fd >= 0);
    scene->fds[2] = fd;
    return fd;
}

static bool record_lock(int fd, int command, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
    return !fcntl(fd, command, &lock);
}

FUNCTION(flock_take, !flock(file_of(scene), LOCK_EX))
FUNCTION(flock_give, !flock(scene->fds[2], LOCK_UN))
FUNCTION(flock_close, !close(scene->fds[2]))
FUNCTION(fcntl_take, record_lock(scene->fds[WHICH], F_SETLKW, F_WRLCK))
FUNCTION(fcntl_give, record_lock(scene->fds[WHICH], F_SETLK, F_UNLCK))
FUNCTION(fcntl_close, !close(scene->fds[WHICH]))
FUNCTION(ofd_take, record_lock(file_of(scene), F_OFD_SETLKW, F_WRLCK))
FUNCTION(ofd_give, record_lock(scene->fds[2], F_OFD_SETLK, F_UNLCK))
FUNCTION(lockf_take, !lockf(scene->fds[WHICH], F_LOCK, 0))
FUNCTION(lockf_give, !lockf(scene->fds[WHICH], F_ULOCK, 0))

/* A reader's lock becomes a writer's, others come in between. */
static void flock_upgrade(struct scene *scene)
{
    int fd = file_of(scene);
    MUST(!flock(fd, LOCK_SH));
    volatile int seen = *scene->data;
    (void)seen;
    MUST(!flock(fd, LOCK_EX));
}

/* -- Files that are there or not --------------------------------------------*/

/* All names are one object: the wrong one does without. */
static void exclusive_take(struct scene *scene)
{
    int fd = -1;
    if (WHICH)
        return;
    while ((fd = open("held", O_CREAT | O_EXCL | O_RDWR, 0600)) < 0)
        sched_yield();
    MUST(!close(fd));
}

FUNCTION(exclusive_give, WHICH || !unlink("held"))

static void directory_take(struct scene *scene)
{
    while (!WHICH && mkdir("held", 0700))
        sched_yield();
}

FUNCTION(directory_give, WHICH || !rmdir("held"))

/* -- Others -----------------------------------------------------------------*/

/* Two sets: the semaphores of one set are one object. */
static bool semop_by(struct scene *scene, unsigned which, short by)
{
    struct sembuf operation = {0, by, SEM_UNDO};
    return !semop(scene->fds[which], &operation, 1);
}

static void semop_prepare(struct scene *scene)
{
    for (unsigned i = 0; i < 2; i++) {
        MUST((scene->fds[i] = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
        MUST(!semctl(scene->fds[i], 0, SETVAL, 1));
    }
}

FUNCTION(semop_take, semop_by(scene, WHICH, -1))
FUNCTION(semop_give, semop_by(scene, WHICH, 1))

/* The giver leaves the lock to its end. */
#define OR_LEAVE(name)                               \
    static void name##_or_leave(struct scene *scene) \
    {                                                \
        if (!scene->self)                            \
            name(scene);                             \
    }
OR_LEAVE(flock_give)
OR_LEAVE(fcntl_give)
OR_LEAVE(semop_give)

/* Whoever has the byte has the lock. */
static void token_prepare(struct scene *scene)
{
    for (int i = 0; i < 2; i++) {
        MUST(!pipe(scene->fds + 2 * i));
        MUST(write(scene->fds[2 * i + 1], "t", 1) == 1);
    }
}

static void token_take(struct scene *scene)
{
    char byte;
    MUST(read(scene->fds[2 * WHICH], &byte, 1) == 1);
}

FUNCTION(token_give, write(scene->fds[2 * WHICH + 1], "t", 1) == 1)

/* Held by the one that died. */
static void robust_take(struct scene *scene)
{
    if (!scene->wrong || !scene->self)
        pthread_mutex_lock(&W->robust);
}

static void robust_give(struct scene *scene)
{
    if (!scene->self && !scene->wrong)
        pthread_mutex_unlock(&W->robust);
}

const struct edge edges_locks[] = {
    {"mutex", NULL, mutex_lock, mutex_unlock, EDGE_LOCK},
    {"mutex-try", NULL, mutex_try, mutex_unlock, EDGE_LOCK},
    {"mtx", NULL, mtx_take, mtx_give, EDGE_LOCK},
    {"spin", NULL, spin_lock, spin_unlock, EDGE_LOCK},
    {"rwlock", NULL, rwlock_write, rwlock_unlock, EDGE_LOCK},
    {"rwlock-mixed", NULL, rwlock_mixed, rwlock_unlock, EDGE_LOCK},
    {"sem-lock", sem_prepare, sem_take, sem_give, EDGE_LOCK},
    {"futex-pi", NULL, futex_lock, futex_unlock, EDGE_LOCK},
    {"futex-pi-try", NULL, futex_try, futex_unlock, EDGE_LOCK},
    {"flock", files_open, flock_take, flock_give, EDGE_LOCK},
    {"flock-close", files_open, flock_take, flock_close, EDGE_LOCK},
    {"flock-exit", files_open, flock_take, flock_give_or_leave,
     EDGE_LOCK_PROCESSES},
    {"flock-upgrade", files_open, flock_upgrade, flock_give, EDGE_LOCK},
    {"fcntl", files_open, fcntl_take, fcntl_give, EDGE_LOCK_PROCESSES},
    {"fcntl-close", files_open, fcntl_take, fcntl_close, EDGE_LOCK_PROCESSES},
    {"fcntl-exit", files_open, fcntl_take, fcntl_give_or_leave,
     EDGE_LOCK_PROCESSES},
    {"ofd", files_open, ofd_take, ofd_give, EDGE_LOCK},
    {"lockf", files_open, lockf_take, lockf_give, EDGE_LOCK_PROCESSES},
    {"exclusive", NULL, exclusive_take, exclusive_give, EDGE_LOCK},
    {"mkdir", NULL, directory_take, directory_give, EDGE_LOCK},
    {"semop", semop_prepare, semop_take, semop_give, EDGE_LOCK},
    {"semop-undo", semop_prepare, semop_take, semop_give_or_leave,
     EDGE_LOCK_PROCESSES},
    {"token", token_prepare, token_take, token_give, EDGE_LOCK},
    {"robust", NULL, robust_take, robust_give, EDGE_LOCK_PROCESSES},
    {0},
};
