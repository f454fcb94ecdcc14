/* Judging an iteration: the always-on findings (crash, hang, misuse, leak
 * where demanded) and the scenario's invariants, one oracle a file, one row a
 * table. Pure apart from reading the outcome's files and running `command`
 * oracles; any thread, one outcome at a time. */
#ifndef MPS_CHECK_CHECK_H
#define MPS_CHECK_CHECK_H

#include <stdbool.h>

#include "check/finding.h"
#include "runner/outcome.h"

/* What the run with one worker gave, for same_as_single. */
struct reference;

/* Whether SCENARIO has an invariant that needs a reference. */
bool check_needs_reference(const struct scenario *scenario);

/* Keep from OUTCOME, a clean iteration with workers = 1, what same_as_single
 * compares. Release with reference_free(). */
int reference_take(struct reference **out, const struct outcome *outcome,
                   struct mps_diag *diag);
void reference_free(struct reference *reference);
/* Whether REFERENCE is the one for CHOICE: every parameter but workers has the
 * value that it had then. A scenario with other parameters needs a reference
 * for each combination of their values. */
bool reference_fits(const struct reference *reference,
                    const struct choice *choice);

/* Judge OUTCOME and append what is wrong to FINDINGS, sealed; none: the
 * iteration is fine. When the target crashed or hung, invariants that only
 * follow from that (a missing observation) are not reported on top.
 * Of an iteration that ran under a tool only what needs no runtime is judged.
 * REFERENCE is one that fits, or NULL when none is needed. On failure (an
 * oracle could not work: bad command, out of memory) returns a negative code
 * with DIAG set; FINDINGS then holds what was found so far. */
int check_iteration(const struct outcome *outcome,
                    const struct reference *reference,
                    struct finding_list *findings, struct mps_diag *diag);

/* The states that mps_sometimes() named in this run, and whether each was
 * ever reached. One set per scenario; the caller locks. */
struct sometimes_set;
struct sometimes_set *sometimes_new(void);
void sometimes_free(struct sometimes_set *set);
/* Add what OUTCOME saw. */
int sometimes_collect(struct sometimes_set *set, const struct outcome *outcome);
/* Call VISIT for each name, sorted, with whether it was reached. */
void sometimes_each(const struct sometimes_set *set,
                    void (*visit)(void *context, const char *name,
                                  bool reached),
                    void *context);

#endif
