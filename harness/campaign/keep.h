/* What a failing iteration leaves behind: an entry in the tally, a trace in
 * the store, a block of text for the user. And the references that some
 * invariants compare with. */
#ifndef MPS_CAMPAIGN_KEEP_H
#define MPS_CAMPAIGN_KEEP_H

#include "campaign.h"
#include "runner/slot.h"
#include "tally.h"

/* Take FINDINGS of OUTCOME into TALLY; for each new one write the trace and
 * print the block (unless it is the expected one or known, the run is quiet, or
 * it is a warning that waits for keep_warnings()). The caller holds the
 * scenario's lock. */
void keep_failure(const struct campaign_options *options, struct tally *tally,
                  int way, const struct outcome *outcome,
                  struct finding_list *findings);

/* The same for the run of a stored failure, which OUTCOME is: traces that are
 * there stay, and what would be a warning is none. It is no iteration, so it is
 * for the caller to count it. */
void keep_stored(const struct campaign_options *options, struct tally *tally,
                 const struct outcome *outcome, struct finding_list *findings);

/* All iterations have been run: print the block of each lock-order finding that
 * no deadlock has made superfluous, and count it; forget the others, with their
 * traces. */
void keep_warnings(const struct campaign_options *options, struct tally *tally);

/* Results of runs with one worker, by the other parameters. */
struct reference_set;
int references_new(struct reference_set **out, const struct scenario *scenario);
void references_free(struct reference_set *set);

/* The reference for CHOICE, running the target with workers = 1 in SLOT
 * should there be none yet. *OUT belongs to the set. Any thread. */
int references_get(struct reference_set *set, struct slot *slot,
                   const struct choice *choice, const struct reference **out,
                   struct mps_diag *diag);

#endif
