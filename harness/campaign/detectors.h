/* What looks for bugs while a scenario runs, beside its invariants: rows of one
 * table. */
#ifndef MPS_CAMPAIGN_DETECTORS_H
#define MPS_CAMPAIGN_DETECTORS_H

#include <stddef.h>

struct mps_diag;

enum detector {
    DETECTOR_RACE = 1,       /* happens-before, across processes */
    DETECTOR_LOCK_ORDER = 2, /* locks taken in both orders */
    DETECTOR_HELGRIND = 4,   /* the target runs under valgrind, too */
    DETECTOR_DRD = 8,
    DETECTORS_DEFAULT = DETECTOR_RACE | DETECTOR_LOCK_ORDER,
    DETECTORS_VALGRIND = DETECTOR_HELGRIND | DETECTOR_DRD
};

struct detector_row {
    const char *name, *about;
    enum detector bit;
};
const struct detector_row *detectors(size_t *count);

#define DETECTORS_NONE "none"
/* A list of names, "race,helgrind"; DETECTORS_NONE alone: no detector.
 * -MPS_EINPUT with DIAG. */
int detectors_parse(unsigned *out, const char *list, struct mps_diag *diag);

#endif
