/* What programs of a few short-lived tasks have in common.
 *
 * Whatever fails ends the process, since it is the end of the experiment, too;
 * children die with their parent. Nothing here may be called from a signal
 * handler. */
#ifndef TARGETS_PRIMITIVES_COMMON_H
#define TARGETS_PRIMITIVES_COMMON_H

#include <semaphore.h>
#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "program.h"

/* Unless it HOLDS, say on stderr that WHAT failed, with errno, and end the
 * process with status 1. */
void need(bool holds, const char *what);

/* Report RESULT to mpstress and on stdout. The exit status: 0 if it is
 * EXPECTED. */
int report(long result, long expected);

/* SIZE zero bytes that processes started later share. Not released: the
 * process is about to end when it is done with them. */
void *shared_new(size_t size);

/* Start a process that runs RUN(CONTEXT) and ends with status 0, or is killed
 * when the caller ends before. */
pid_t child_start(void (*run)(void *context), void *context);
/* Wait for it; it must have ended with status 0. */
void child_end(pid_t pid);

/* Let three processes add 1 five times each to a shared number, each addition
 * between TAKE(LOCK) and GIVE(LOCK), and report the number. */
int count_between(void (*take)(void *lock), void (*give)(void *lock),
                  void *lock);

/* Wait for SEMAPHORE, also over signals. */
void sem_take(sem_t *semaphore);

/* The time MS milliseconds from now. */
struct timespec after_ms(clockid_t clock, long ms);

/* Write, or read, exactly SIZE bytes. */
void write_all(int fd, const void *bytes, size_t size);
void read_all(int fd, void *bytes, size_t size);

/* A new directory under /tmp and the name of a file in it, which does not
 * exist yet. */
struct scratch {
    char directory[32];
    char path[48];
};
void scratch_init(struct scratch *scratch);
/* Remove both. */
void scratch_fini(const struct scratch *scratch);

#endif
