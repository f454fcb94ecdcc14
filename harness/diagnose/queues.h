/* Queues that a program made itself, out of locks and memory: known by what it
 * said it put in and took out (mps_put(), mps_got()). Private to diagnose/. */
#ifndef MPS_DIAGNOSE_QUEUES_H
#define MPS_DIAGNOSE_QUEUES_H

#include "facts.h"

/* What step number STEP, which takes a lock, does while it has it: puts, gets,
 * or only looks. ROLE_NONE for other steps, and when the lock is not seen to be
 * given back. */
enum fact_role queues_role(const struct timeline *timeline, size_t step);

/* Whether something was put into QUEUE that was not taken out. */
bool queues_left(const struct timeline *timeline, const char *queue);

/* What a function of this name does with a queue, and whether the name says
 * that there is one. */
enum fact_role queues_role_of(const char *function);
bool queues_is_name(const char *function);

#endif
