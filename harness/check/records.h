/* The observations that one oracle looks at. Private to check/. */
#ifndef MPS_CHECK_RECORDS_H
#define MPS_CHECK_RECORDS_H

#include <mpstress/mpstress.h>

#include "segment/read.h"

struct records {
    struct observation *items; /* of one task: in the order it made them */
    size_t count;
};

#define RECORD_BIT(kind) (1u << (kind))

/* Whether NAME, of an observation, is what a scenario calls SUBJECT: names are
 * cut to MPS_NAME_MAX bytes on their way. */
bool record_is_named(const struct observation *record, const char *subject);

/* Collect the observations whose kind is among KINDS (RECORD_BIT()s) and that
 * are named SUBJECT. -ENOMEM leaves OUT empty. Release with records_free(). */
int records_collect(struct records *out, const struct segment *segment,
                    unsigned kinds, const char *subject);
void records_free(struct records *records);

/* Into the order of their tickets: as they happened. */
void records_sort(struct records *records);

/* Into order of task, and for each task in the order it made them. Takes time
 * linear in the records; -ENOMEM leaves them as they were. */
int records_group_by_task(struct records *records);

#endif
