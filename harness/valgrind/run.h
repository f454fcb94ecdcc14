/* Running a scenario's program under a tool of Valgrind: no runtime, no fork
 * server, no control; one run takes as long as Valgrind needs, about 50 times
 * the program's own time.
 *
 * What the run left is an outcome, as of an iteration that ran freely, whose
 * segment is empty: nothing was observed but the root's end, its output and
 * its files. One thread at a time, and always the same one. */
#ifndef MPS_VALGRIND_RUN_H
#define MPS_VALGRIND_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parse.h"
#include "runner/isolation.h"
#include "runner/outcome.h"
#include "tools.h"

struct mps_diag;
struct valgrind;

struct valgrind_options {
    enum valgrind_tool tool;
    const char *program;             /* absolute path of the target */
    const char *directory;           /* the run's own, existing and empty */
    const char *const *suppressions; /* files in Valgrind's format,
                                        NULL-terminated; or NULL */
    enum isolation isolation;
    struct symbols *symbols;
    const bool *stop; /* set by a signal handler: end the run */
    /* Called now and then during a run; or NULL. */
    void (*tick)(void *context);
    void *context;
};

/* OPTIONS and what it points to must outlive it. -MPS_ESTART with DIAG when
 * there is no valgrind, or the program is linked statically: then the tool
 * would see none of its locks, and call everything a race. */
int valgrind_open(struct valgrind **out, const struct valgrind_options *options,
                  struct mps_diag *diag);
void valgrind_close(struct valgrind *valgrind);

/* The time that a run with CHOICE may take. */
uint64_t valgrind_limit_ns(const struct scenario *scenario);

/* Run once, with the parameters CHOICE, as iteration ITERATION with SEED.
 * OUTCOME is valid until the next run. 0 also when the program failed in any
 * way; -EINTR when *stop was set (no outcome then); -MPS_ESTART when it could
 * not be started, or Valgrind gave up on it. */
int valgrind_iterate(struct valgrind *valgrind, const struct choice *choice,
                     uint64_t iteration, uint64_t seed, struct outcome *outcome,
                     struct mps_diag *diag);

/* What the tool said in the last run, one report a process (two if it
 * execed); valid until the next run. */
const struct valgrind_report *valgrind_reports(const struct valgrind *valgrind,
                                               size_t *count);
/* More was said than could be kept. */
bool valgrind_was_cut(const struct valgrind *valgrind);

#endif
