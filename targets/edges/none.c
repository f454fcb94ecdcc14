/* What orders nothing, though it looks as if it did. */
#include <pthread.h>
#include <sched.h>
#include <sys/time.h>
#include <unistd.h>

#include "edges.h"

#define W scene->world

/* Long enough in all that happens, and yet. */
static void say_nothing(struct scene *scene)
{
    *scene->data = 1;
}

static void sleep_long(struct scene *scene)
{
    (void)scene;
    usleep(100000);
}

static void yield_often(struct scene *scene)
{
    (void)scene;
    for (int i = 0; i < 5; i++)
        sched_yield();
}

/* A signal without the mutex that the wait gives back. */
static void cond_bare(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    W->told = true;
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
    *scene->data = 1;
    MUST(!pthread_cond_signal(&W->cond));
}

static void cond_wait(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    while (!W->told)
        MUST(!pthread_cond_wait(&W->cond, &W->mutex[0]));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

/* Readers do not exclude each other. */
static void write_as_reader(struct scene *scene)
{
    MUST(!pthread_rwlock_rdlock(&W->rwlock[0]));
    ++*scene->data;
    MUST(!pthread_rwlock_unlock(&W->rwlock[0]));
}

/* The lock is taken, but not for the write. */
static void write_after_lock(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
    ++*scene->data;
}

/* Both have read from the same file, and written to it. */
static void own_pipes(struct scene *scene)
{
    int fds[2];
    char byte;
    *scene->data = 1;
    MUST(!pipe(fds));
    MUST(write(fds[1], "x", 1) == 1);
    MUST(read(fds[0], &byte, 1) == 1);
}

/* The taker knows when, but by a word that orders nothing. */
static void tell(struct scene *scene)
{
    __atomic_store_n(&W->word, 1, __ATOMIC_RELAXED);
}

static void lock_when_told(struct scene *scene)
{
    while (!__atomic_load_n(&W->word, __ATOMIC_RELAXED))
        sched_yield();
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

static void write_in_lock(struct scene *scene)
{
    MUST(!pthread_mutex_lock(&W->mutex[0]));
    *scene->data = 1;
    MUST(!pthread_mutex_unlock(&W->mutex[0]));
}

/* Each round of a barrier orders what comes before it, and no more. */
static void meet(struct scene *scene)
{
    int result = pthread_barrier_wait(&W->barrier);
    edges_must(!result || result == PTHREAD_BARRIER_SERIAL_THREAD, "barrier");
}

static void write_in_second_round(struct scene *scene)
{
    meet(scene);
    *scene->data = 1;
    tell(scene);
    meet(scene);
}

static void read_in_second_round(struct scene *scene)
{
    meet(scene);
    while (!__atomic_load_n(&W->word, __ATOMIC_RELAXED))
        sched_yield();
    edges_read(scene);
    meet(scene);
}

/* Another mutex at the same place. */
static void init_anew(struct scene *scene)
{
    pthread_mutexattr_t attributes;
    MUST(!pthread_mutexattr_init(&attributes));
    MUST(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
    write_in_lock(scene);
    MUST(!pthread_mutex_init(&W->mutex[0], &attributes));
    tell(scene);
}

static void destroy(struct scene *scene)
{
    write_in_lock(scene);
    MUST(!pthread_mutex_destroy(&W->mutex[0]));
    W->mutex[0] = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    tell(scene);
}

const struct edge edges_none[] = {
    {"barrier-round", NULL, write_in_second_round, read_in_second_round,
     EDGE_NONE},
    {"mutex-anew", NULL, init_anew, lock_when_told, EDGE_NONE},
    {"mutex-destroyed", NULL, destroy, lock_when_told, EDGE_NONE},
    {"sleep", NULL, say_nothing, sleep_long, EDGE_NONE},
    {"yield", NULL, say_nothing, yield_often, EDGE_NONE},
    {"cond-bare", NULL, cond_bare, cond_wait, EDGE_NONE},
    {"readers-write", NULL, write_as_reader, write_as_reader, EDGE_NONE},
    {"after-lock", NULL, write_after_lock, write_after_lock, EDGE_NONE},
    {"own-pipes", NULL, own_pipes, own_pipes, EDGE_NONE},
    {0},
};
