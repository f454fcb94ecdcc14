/* The oracles: one function a file, found by the table in check.c.
 *
 * Each judges INVARIANT on the iteration in JUDGE and adds at most a few
 * findings. Returns 0 also when the invariant does not hold; a negative code,
 * with the reason in the judge's diagnostic, when it could not be judged. */
#ifndef MPS_CHECK_ORACLE_H
#define MPS_CHECK_ORACLE_H

#include "check/judge.h"

typedef int oracle_function(struct judge *judge,
                            const struct invariant *invariant);

oracle_function oracle_exit, oracle_equals, oracle_lines, oracle_unique,
    oracle_streams, oracle_exactly_once, oracle_fifo, oracle_same_as_single,
    oracle_never_together, oracle_no_leaks, oracle_within, oracle_command;

#endif
