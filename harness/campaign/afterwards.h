/* What is done about the failures of a scenario once it has run: those that
 * nobody expected are replayed and explained, within a time budget. */
#ifndef MPS_CAMPAIGN_AFTERWARDS_H
#define MPS_CAMPAIGN_AFTERWARDS_H

#include "campaign.h"
#include "tally/tally.h"

/* Replay and shrink the first unexpected findings of TALLY, put the answers
 * into their traces and tell the user. */
void afterwards(const struct campaign_options *options, struct tally *tally);

#endif
