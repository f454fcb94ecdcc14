/* Extended regular expressions of scenarios. Private to this folder. */
#ifndef MPS_SCENARIO_PATTERN_H
#define MPS_SCENARIO_PATTERN_H

struct mps_diag;

/* 0 when regcomp() takes PATTERN and within reasonable memory; else
 * -MPS_EINPUT with the reason in DIAG. */
int pattern_check(const char *pattern, struct mps_diag *diag);

#endif
