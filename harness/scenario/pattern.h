/* Extended regular expressions of scenarios. Private to this folder.
 *
 * The C library's compiler answers some patterns with gigabytes or minutes.
 * What a line of a log needs is far from those, so they are refused: back
 * references, a repetition of a repetition ("a+?", which does not mean here
 * what it means in Perl), anchors inside groups, repetitions nested deeply or
 * that copy masses. */
#ifndef MPS_SCENARIO_PATTERN_H
#define MPS_SCENARIO_PATTERN_H

struct mps_diag;

/* 0 when regcomp() takes PATTERN, in little time and memory; else -MPS_EINPUT
 * with the reason in DIAG, or -ENOMEM. */
int pattern_check(const char *pattern, struct mps_diag *diag);

#endif
