/* What a failing iteration leaves behind: an entry in the tally, a trace in
 * the store, a block of text for the user. */
#ifndef MPS_CAMPAIGN_KEEP_H
#define MPS_CAMPAIGN_KEEP_H

#include "campaign.h"
#include "runner/outcome.h"
#include "tally/tally.h"

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

#endif
