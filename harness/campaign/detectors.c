#include "detectors.h"

#include <string.h>

#include "base/diag.h"
#include "base/error.h"

static const struct detector_row rows[] = {
    {"race", "unordered accesses to shared memory, across processes",
     DETECTOR_RACE},
    {"lock-order", "locks taken in orders that can deadlock",
     DETECTOR_LOCK_ORDER},
    {"helgrind", "run the target under valgrind's Helgrind", DETECTOR_HELGRIND},
    {"drd", "run the target under valgrind's DRD", DETECTOR_DRD},
};

const struct detector_row *detectors(size_t *count)
{
    *count = sizeof(rows) / sizeof(*rows);
    return rows;
}

static unsigned find(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if (strlen(rows[i].name) == length &&
            !strncmp(rows[i].name, name, length))
            return rows[i].bit;
    return 0;
}

int detectors_parse(unsigned *out, const char *list, struct mps_diag *diag)
{
    *out = 0;
    if (!strcmp(list, DETECTORS_NONE))
        return 0;
    for (const char *at = list;; at++) {
        size_t length = strcspn(at, ",");
        unsigned bit = find(at, length);
        if (!bit)
            return diag_set(diag, -MPS_EINPUT,
                            "'%.*s' is not a detector: race, lock-order, "
                            "helgrind, drd, or none alone",
                            (int)length, at);
        *out |= bit;
        at += length;
        if (!*at)
            return 0;
    }
}
