/* A run of one failed scenario with one finding, for tests that vary it. */
#ifndef MPS_REPORT_FINDING_SINGLE_TEST_H
#define MPS_REPORT_FINDING_SINGLE_TEST_H

#include "report.h"

struct single {
    struct report_finding entry;
    struct report_scenario scenario;
    struct report_run run;
};

/* SINGLE points into itself, so it must not be copied; FINDING must outlive
 * it. */
void single_init(struct single *single, const struct finding *finding);

#endif
