/* Deadlocks made by hand, for the tests of what is said about them and of what
 * is not said on top. */
#ifndef MPS_CHECK_ALWAYS_DEADLOCK_FIXTURE_TEST_H
#define MPS_CHECK_ALWAYS_DEADLOCK_FIXTURE_TEST_H

#include "check/fixture_test.h"

/* TASK takes the mutex OBJECT at SITE. */
void deadlock_take(struct fixture *f, uint32_t task, uint32_t object,
                   uint64_t site);
/* TASK waits for OBJECT at SITE, for ever. */
void deadlock_wait(struct fixture *f, uint32_t task, enum op_kind kind,
                   uint32_t object, uint64_t site);
/* The scheduler gives its verdict, and mpstress kills all that lives. */
void deadlock_end(struct fixture *f);

/* A first, then B: the root; B first, then A: its child; TURNED: the other way
 * round. */
struct fixture *deadlock_ab_ba(bool turned);

#endif
