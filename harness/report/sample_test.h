/* Runs for the tests to report: one that has everything in it, and texts that
 * a hostile target could leave. */
#ifndef MPS_REPORT_SAMPLE_TEST_H
#define MPS_REPORT_SAMPLE_TEST_H

#include <criterion/criterion.h>
#include <stdbool.h>

#include "report.h"

/* The scenarios of sample_run, in order. */
enum sample {
    SAMPLE_PASS,         /* counter-atomic */
    SAMPLE_CAUGHT,       /* locks-mixed: expects and found a hang */
    SAMPLE_FAIL,         /* primes-sentinels: two distinct findings */
    SAMPLE_MISSED,       /* counter-plain: what it expects never came */
    SAMPLE_INCONCLUSIVE, /* image-rows: a state never reached */
    SAMPLE_ERROR,        /* matrix-slices: no such program */
    SAMPLES
};

extern const struct report_run sample_run;

/* What is accepted: a scenario that only failed in a known way, one that also
 * failed in another, now and then, and one whose known finding did not come;
 * with a confidence asked for, which the others reached. */
enum { KNOWN_ALONE, KNOWN_AND_NEW, KNOWN_UNSEEN, KNOWN_SAMPLES };
extern const struct report_run sample_known;

/* A failed scenario all texts of which are hostile: escape sequences, line
 * ends, invalid UTF-8, markup, and length. */
extern const struct report_run sample_hostile;

/* What WRITE makes of RUN as a text; the caller frees it. */
char *sample_summary(const struct report_run *run, bool color);
char *sample_block(const struct report_run *run, size_t scenario,
                   size_t finding);
char *sample_format(const char *name, const struct report_run *run);

#endif
