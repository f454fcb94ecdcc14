/* Waiting for another one: conditions, barriers, semaphores, futexes. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edges.h"

#define W scene->world

/* -- Conditions and barriers ------------------------------------------------*/

static void cond_give(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    W->told = true;
    MUST(!pthread_cond_signal(&W->cond));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

static void cond_take(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    while (!W->told)
        MUST(!pthread_cond_wait(&W->cond, &W->mutex[0]));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

/* The giver lets the taker through by waiting: that gives the mutex back. */
static void cond_wait_give(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    W->waits = true;
    while (!W->told)
        MUST(!pthread_cond_wait(&W->cond, &W->mutex[0]));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

static void cond_wait_take(struct scene *scene)
{
    for (bool waits = false; !waits;) {
        MUST(!pthread_mutex_lock(&W->mutex[0]));
        waits = W->waits;
        if (waits)
            edges_read(scene);
        W->told = waits;
        MUST(!pthread_cond_signal(&W->cond));
        MUST(!pthread_mutex_unlock(&W->mutex[0]));
        sched_yield();
    }
}

static void barrier_meet(struct scene *scene)
{
    int result = pthread_barrier_wait(&W->barrier);
    edges_must(!result || result == PTHREAD_BARRIER_SERIAL_THREAD, "barrier");
}

/* -- Semaphores -------------------------------------------------------------*/

FUNCTION(sem_give, !sem_post(&W->sem[0]))
FUNCTION(sem_take, !sem_wait(&W->sem[0]))

static void named_prepare(struct scene *scene)
{
    scene->named = sem_open("/edges", O_CREAT, 0600, 0);
    MUST(scene->named != SEM_FAILED);
    MUST(!sem_unlink("/edges"));
}

FUNCTION(named_give, !sem_post(scene->named))
FUNCTION(named_take, !sem_wait(scene->named))

static void sysv_prepare(struct scene *scene)
{
    MUST((scene->id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
    MUST(!semctl(scene->id, 0, SETVAL, 0));
}

static void count_prepare(struct scene *scene)
{
    MUST((scene->id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
    MUST(!semctl(scene->id, 0, SETVAL, 1));
}

static bool semop_by(const struct scene *scene, short by)
{
    struct sembuf operation = {0, by, 0};
    return !semop(scene->id, &operation, 1);
}

FUNCTION(semop_up, semop_by(scene, 1))
FUNCTION(semop_down, semop_by(scene, -1))
FUNCTION(semop_zero, semop_by(scene, 0))
FUNCTION(semctl_set, !semctl(scene->id, 0, SETVAL, 1))

static void semctl_poll(struct scene *scene)
{
    while (!semctl(scene->id, 0, GETVAL))
        sched_yield();
}

static void semctl_poll_zero(struct scene *scene)
{
    while (semctl(scene->id, 0, GETVAL))
        sched_yield();
}

/* Gone is a message, too. */
FUNCTION(semctl_remove, !semctl(scene->id, 0, IPC_RMID))

static void semop_gone(struct scene *scene)
{
    MUST(!semop_by(scene, 0)); /* the value is 1: waits until it is gone */
    MUST(errno == EIDRM || errno == EINVAL); /* or was gone already */
}

static void semop_gone_before(struct scene *scene)
{
    struct sembuf operation = {0, 0, IPC_NOWAIT};
    while (errno = 0, semop(scene->id, &operation, 1) && errno == EAGAIN)
        sched_yield();
    MUST(errno == EINVAL);
}

/* -- Futexes ----------------------------------------------------------------*/

/* The word itself is relaxed and orders nothing. */
static void futex_give(struct scene *scene)
{
    __atomic_store_n(&W->word, 1, __ATOMIC_RELAXED);
    syscall(SYS_futex, &W->word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static void futex_take(struct scene *scene)
{
    while (!__atomic_load_n(&W->word, __ATOMIC_RELAXED))
        syscall(SYS_futex, &W->word, FUTEX_WAIT, 0, NULL, NULL, 0);
    /* Should it have come too late to wait. */
    syscall(SYS_futex, &W->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

/* The word never changes: only a wake-up lets the taker through. */
static void futex_insist(struct scene *scene)
{
    while (syscall(SYS_futex, &W->word, FUTEX_WAKE, 1, NULL, NULL, 0) != 1)
        sched_yield();
}

static void futex_sleep(struct scene *scene)
{
    syscall(SYS_futex, &W->word, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void futex_insist_bits(struct scene *scene)
{
    while (syscall(SYS_futex, &W->word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 2) !=
           1)
        sched_yield();
}

static void futex_sleep_bits(struct scene *scene)
{
    syscall(SYS_futex, &W->word, FUTEX_WAIT_BITSET, 0, NULL, NULL, 6);
}

/* Woken by way of another word, to which the taker was moved in its sleep. */
static void futex_move(struct scene *scene)
{
    while (syscall(SYS_futex, &W->word, FUTEX_CMP_REQUEUE, 0, 1, &W->other,
                   0) != 1)
        sched_yield();
    edges_early(scene);
    MUST(syscall(SYS_futex, &W->other, FUTEX_WAKE, 1, NULL, NULL, 0) == 1);
}

/* Moving wakes, too, and can change a word before it does. */
static void futex_requeue(struct scene *scene)
{
    while (syscall(SYS_futex, &W->word, FUTEX_REQUEUE, 1, 0, &W->other, 0) != 1)
        sched_yield();
}

static void futex_requeue_same(struct scene *scene)
{
    while (syscall(SYS_futex, &W->word, FUTEX_CMP_REQUEUE, 1, 0, &W->other,
                   0) != 1)
        sched_yield();
}

static void futex_wake_op(struct scene *scene)
{
    int set_none = FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0);
    while (syscall(SYS_futex, &W->word, FUTEX_WAKE_OP, 1, 0, &W->other,
                   set_none) != 1)
        sched_yield();
}

static void futex_wake_other(struct scene *scene)
{
    int set_none = FUTEX_OP(FUTEX_OP_ADD, 0, FUTEX_OP_CMP_EQ, 0);
    while (syscall(SYS_futex, &W->other, FUTEX_WAKE_OP, 0, 1, &W->word,
                   set_none) != 1)
        sched_yield();
}

/* -- Messages ---------------------------------------------------------------*/

struct message {
    long type;
    char text[1];
};

static void msg_prepare(struct scene *scene)
{
    MUST((scene->id = msgget(IPC_PRIVATE, IPC_CREAT | 0600)) >= 0);
}

static bool msg_put(const struct scene *scene)
{
    struct message message = {.type = 1};
    return !msgsnd(scene->id, &message, sizeof(message.text), 0);
}

static bool msg_get(const struct scene *scene)
{
    struct message message;
    return msgrcv(scene->id, &message, sizeof(message.text), 0, 0) == 1;
}

FUNCTION(msg_give, msg_put(scene))
FUNCTION(msg_take, msg_get(scene))

static void msg_count(struct scene *scene)
{
    struct msqid_ds about = {0};
    while (!about.msg_qnum) {
        sched_yield();
        MUST(!msgctl(scene->id, IPC_STAT, &about));
    }
}

static void msg_count_none(struct scene *scene)
{
    struct msqid_ds about = {.msg_qnum = 1};
    while (about.msg_qnum) {
        sched_yield();
        MUST(!msgctl(scene->id, IPC_STAT, &about));
    }
}

static void msg_prepare_sent(struct scene *scene)
{
    msg_prepare(scene);
    MUST(msg_put(scene));
}

static void msg_set_room(struct scene *scene, size_t bytes)
{
    struct msqid_ds about;
    MUST(!msgctl(scene->id, IPC_STAT, &about));
    about.msg_qbytes = bytes;
    MUST(!msgctl(scene->id, IPC_SET, &about));
}

/* One message fits. */
static void msg_fill(struct scene *scene)
{
    msg_prepare(scene);
    msg_set_room(scene, 1);
    MUST(msg_put(scene));
}

FUNCTION(msg_push, msg_put(scene))

static void msg_make_room(struct scene *scene)
{
    msg_set_room(scene, 2);
}

FUNCTION(msg_remove, !msgctl(scene->id, IPC_RMID, NULL))

static void msg_gone(struct scene *scene)
{
    MUST(!msg_get(scene));
    MUST(errno == EIDRM || errno == EINVAL); /* or was gone already */
}

/* -- Attachments ------------------------------------------------------------*/

static void shm_prepare(struct scene *scene)
{
    MUST((scene->id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600)) >= 0);
}

FUNCTION(shm_give, shmat(scene->id, NULL, 0) != (void *)-1)

static void shm_poll(struct scene *scene)
{
    struct shmid_ds about = {0};
    while (!about.shm_nattch) {
        sched_yield();
        MUST(!shmctl(scene->id, IPC_STAT, &about));
    }
}

/* Kept until the other one has seen it. */
static void shm_hold(struct scene *scene)
{
    shm_give(scene);
    edges_late(scene);
    MUST(!sem_wait(&W->sem[0]));
}

static void shm_look(struct scene *scene)
{
    shm_poll(scene);
    edges_read(scene);
    MUST(!sem_post(&W->sem[0]));
}

FUNCTION(shm_remove, !shmctl(scene->id, IPC_RMID, NULL))

static void shm_await_end(struct scene *scene)
{
    struct shmid_ds about;
    while (!shmctl(scene->id, IPC_STAT, &about))
        sched_yield();
    MUST(errno == EINVAL || errno == EIDRM);
}

/* And until nobody is attached any more. */
static void shm_leave(struct scene *scene)
{
    void *memory = shmat(scene->id, NULL, 0);
    MUST(memory != (void *)-1);
    MUST(!sem_post(&W->sem[0]));
    edges_early(scene);
    MUST(!shmdt(memory));
}

static void shm_await(struct scene *scene)
{
    struct shmid_ds about = {.shm_nattch = 1};
    MUST(!sem_wait(&W->sem[0]));
    while (about.shm_nattch) {
        sched_yield();
        MUST(!shmctl(scene->id, IPC_STAT, &about));
    }
}

const struct edge edges_waits[] = {
    {"cond", NULL, cond_give, cond_take, EDGE_BOTH},
    {"cond-wait", NULL, cond_wait_give, cond_wait_take, EDGE_BOTH},
    {"barrier", NULL, barrier_meet, barrier_meet, EDGE_BOTH},
    {"sem", NULL, sem_give, sem_take, EDGE_BOTH},
    {"sem-named", named_prepare, named_give, named_take, EDGE_BOTH},
    {"semop-up", sysv_prepare, semop_up, semop_down, EDGE_BOTH},
    {"semop-zero", count_prepare, semop_down, semop_zero, EDGE_BOTH},
    {"semctl", sysv_prepare, semctl_set, semctl_poll, EDGE_BOTH},
    {"semctl-up", sysv_prepare, semop_up, semctl_poll, EDGE_BOTH},
    {"semctl-down", count_prepare, semop_down, semctl_poll_zero, EDGE_BOTH},
    {"semctl-wait", sysv_prepare, semctl_set, semop_down, EDGE_BOTH},
    {"sem-removed", count_prepare, semctl_remove, semop_gone, EDGE_BOTH},
    {"sem-removed-before", count_prepare, semctl_remove, semop_gone_before,
     EDGE_BOTH},
    {"futex", NULL, futex_give, futex_take, EDGE_BOTH},
    {"futex-wake", NULL, futex_insist, futex_sleep, EDGE_BOTH},
    {"futex-bits", NULL, futex_insist_bits, futex_sleep_bits, EDGE_BOTH},
    {"futex-move", NULL, futex_move, futex_sleep, EDGE_BOTH},
    {"futex-requeue", NULL, futex_requeue, futex_sleep, EDGE_BOTH},
    {"futex-requeue-same", NULL, futex_requeue_same, futex_sleep, EDGE_BOTH},
    {"futex-wake-op", NULL, futex_wake_op, futex_sleep, EDGE_BOTH},
    {"futex-wake-other", NULL, futex_wake_other, futex_sleep, EDGE_BOTH},
    {"msg", msg_prepare, msg_give, msg_take, EDGE_BOTH},
    {"msg-count", msg_prepare, msg_give, msg_count, EDGE_BOTH},
    {"msg-count-none", msg_prepare_sent, msg_take, msg_count_none, EDGE_BOTH},
    {"msg-full", msg_fill, msg_take, msg_push, EDGE_BOTH},
    {"msg-room", msg_fill, msg_make_room, msg_push, EDGE_BOTH},
    {"msg-removed", msg_prepare, msg_remove, msg_gone, EDGE_BOTH},
    {"shm-attached", shm_prepare, shm_hold, shm_look, EDGE_PROCESSES},
    {"shm-removed", shm_prepare, shm_remove, shm_await_end, EDGE_BOTH},
    {"shm-detached", shm_prepare, shm_leave, shm_await, EDGE_PROCESSES},
    {0},
};
