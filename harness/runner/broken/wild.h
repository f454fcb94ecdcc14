/* What makes controlled scheduling hard: tasks that stop, vanish, or get in the
 * way of those that hold the turn. The pieces that such variants are made of.
 */
#ifndef MPS_RUNNER_BROKEN_WILD_H
#define MPS_RUNNER_BROKEN_WILD_H

#include <pthread.h>
#include <semaphore.h>
#include <stddef.h>

#include "broken.h"

extern pthread_mutex_t mutex;
extern sem_t semaphore; /* 0 */

/* Some work with points in it: TIMES takes the mutex. */
void take_turns(int times);

/* Threads: one that works a while, one that waits for the semaphore. */
void *work(void *unused);
void *wait_for_ever(void *unused);
/* Start a thread that nobody joins. */
void start(void *(*function)(void *));

/* Wait for the only child: its status, as an exit status. */
int child_result(void);

/* Memory that all processes of the iteration share. */
void *shared(size_t size);

/* Let HANDLER handle SIGNAL; calls are restarted. */
void arrange(int signal, void (*handler)(int));

#endif
