/* What the files of this program have in common: two tasks, one datum, and one
 * thing that orders them.
 *
 * The giver writes the datum and then lets the taker through, who reads it; or
 * both change it under a lock. The wrong twin of each has the same calls in
 * another order: the giver writes too late, or the two have different locks.
 *
 * Who needs more than that runs by itself. Whatever fails ends the program with
 * status 1. */
#ifndef TARGETS_EDGES_EDGES_H
#define TARGETS_EDGES_EDGES_H

#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <threads.h>

#include "program.h"

/* Shared by the two. */
struct world {
    int data;
    pthread_mutex_t mutex[2];
    pthread_mutex_t robust;
    mtx_t mtx[2];
    pthread_rwlock_t rwlock[2];
    pthread_spinlock_t spin[2];
    pthread_cond_t cond;
    bool told, waits; /* under the mutex */
    pthread_barrier_t barrier;
    sem_t sem[2];
    uint32_t word, other; /* of futexes; atomic */
};

/* Each has its own copy, made when the giver was. */
struct scene {
    struct world *world;
    int *data; /* threads: a global variable */
    bool wrong;
    bool threads;
    unsigned self; /* 0: the taker, 1: the giver */
    sem_t *named;
    int id;     /* System V */
    int fds[4]; /* of a pipe: to read, to write ... */
    pid_t taker, giver;
    pthread_t taking, giving;
};

struct edge {
    const char *name;
    void (*prepare)(struct scene *scene); /* before there are two; or NULL */
    void (*give)(struct scene *scene);    /* of a lock: take it */
    void (*take)(struct scene *scene);    /* of a lock: give it back */
    enum edge_shape {
        EDGE_BOTH,      /* processes and threads */
        EDGE_PROCESSES, /* processes alone */
        EDGE_THREADS,
        EDGE_LOCK, /* give and take are what both do */
        EDGE_LOCK_PROCESSES,
        EDGE_ALONE_PROCESSES, /* give is all there is */
        EDGE_ALONE_THREADS,
        EDGE_NONE, /* orders nothing: wrong, and no twin */
    } shape;
};

/* NULL ends each. */
extern const struct edge edges_locks[], edges_waits[], edges_streams[],
    edges_files[], edges_signals[], edges_tasks[], edges_calls[], edges_none[];

/* CONDITION must hold; WHAT says what failed. */
void edges_must(bool condition, const char *what);
#define MUST(call) edges_must(call, #call)

/* A function of an edge that is one call. */
#define FUNCTION(name, statement)         \
    static void name(struct scene *scene) \
    {                                     \
        (void)scene;                      \
        MUST(statement);                  \
    }

/* Which of two objects the calling task uses: a wrong one has its own. */
static inline unsigned edges_which(const struct scene *scene)
{
    return scene->wrong && scene->self;
}

/* The giver's write, before and after it gives. */
static inline void edges_early(struct scene *scene)
{
    if (!scene->wrong)
        *scene->data = 1;
}

static inline void edges_late(struct scene *scene)
{
    if (scene->wrong)
        *scene->data = 1;
}

/* The taker's read. */
void edges_read(const struct scene *scene);

#endif
