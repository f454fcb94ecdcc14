/* The groups of primitives: every file is one.
 *
 * A variant is a right protocol between two or three tasks around one
 * primitive. It checks what it can on its way, with need(), and what is left
 * at the end, with report(). Nothing may depend on how fast anybody is: a tool
 * that reports one of them is wrong. */
#ifndef TARGETS_PRIMITIVES_H
#define TARGETS_PRIMITIVES_H

#include "primitives/common.h"

/* A row without a name ends each. */
extern const struct program_variant mutex_variants[];
extern const struct program_variant robust_variants[];
extern const struct program_variant lock_variants[];
extern const struct program_variant cond_variants[];
extern const struct program_variant semaphore_variants[];
extern const struct program_variant queue_variants[];
extern const struct program_variant pipe_variants[];
extern const struct program_variant socket_variants[];
extern const struct program_variant poll_variants[];
extern const struct program_variant file_variants[];
extern const struct program_variant process_variants[];
extern const struct program_variant thread_variants[];
extern const struct program_variant signal_variants[];
extern const struct program_variant futex_variants[];
extern const struct program_variant time_variants[];

#endif
