/* What is kept of the run with one worker. Private to check/. */
#ifndef MPS_CHECK_REFERENCE_H
#define MPS_CHECK_REFERENCE_H

#include "base/str.h"
#include "check/check.h"

/* An element of a stream: SIZE bytes at AT of the entry's bytes. */
struct element {
    size_t at, size;
};

/* For one same_as_single: the file, the last observation, or the stream. */
struct reference_entry {
    const struct invariant *invariant;
    struct str bytes;
    unsigned kind; /* observation: enum mps_record_kind */
    struct element *elements;
    size_t element_count;
    bool one_task; /* stream: a single task emitted all of it */
};

struct reference {
    const struct scenario *scenario;
    char **values; /* of the parameters; NULL for "workers" */
    struct reference_entry *entries;
    size_t entry_count;
};

/* Fill ENTRY, whose invariant is set, from OUTCOME. -ENOENT when the target
 * reported nothing of the kind; another code of files_read(). On failure
 * what is in ENTRY is still to be released by entry_fini(). */
int entry_take(struct reference_entry *entry, const struct outcome *outcome);
void entry_fini(struct reference_entry *entry);

/* The entry of INVARIANT. */
const struct reference_entry *
reference_entry_of(const struct reference *reference,
                   const struct invariant *invariant);

#endif
