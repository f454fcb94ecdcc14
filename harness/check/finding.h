/* Findings: what is wrong with an iteration, in words and in places. */
#ifndef MPS_CHECK_FINDING_H
#define MPS_CHECK_FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scenario/scenario.h"
#include "symbols/symbols.h"

/* A place in code that a finding names. The location's texts belong to the
 * run's struct symbols. */
struct finding_place {
    struct location location;
    char *role; /* "waits for mutex /ring+0x40", "made it", ...; owned */
    char *task; /* "0.1 (consumer)", or NULL; owned */
};

/* A frame of one of a finding's stacks. */
struct finding_frame {
    struct location location;
    bool innermost;
};

struct finding {
    enum finding_kind kind;
    char *invariant; /* its name, or NULL */
    char *what;      /* one line, no kind in front: "total is 3987, expected
                        4000 (workers * increments)" */
    char *detail;    /* more lines for the report, each ended; or NULL */
    char *expected, *actual; /* as text, or NULL */
    struct finding_place *places;
    size_t place_count;
    /* What suppressions are matched with: all frames of its stacks, and the
     * name of what it is about, or NULL. Not kept in traces. */
    struct finding_frame *frames;
    size_t frame_count;
    char *object;
    uint64_t fingerprint; /* of kind, invariant name and places' function
                             names: equal for the same bug */
};

struct finding_list {
    struct finding *items;
    size_t count;
};

/* Free everything in LIST; LIST is empty afterwards. */
void finding_list_clear(struct finding_list *list);

/* Append an empty finding of KIND; NULL when out of memory. The pointer is
 * valid until the next append. */
struct finding *finding_list_add(struct finding_list *list,
                                 enum finding_kind kind);

/* Free the finding number INDEX and close the gap. */
void finding_list_remove(struct finding_list *list, size_t index);

/* Append a place; ROLE and TASK are copied (may be NULL). */
int finding_add_place(struct finding *finding, const struct location *location,
                      const char *role, const char *task);

/* Append the frames of a stack, innermost first. -ENOMEM. */
int finding_add_frames(struct finding *finding, const struct location *frames,
                       size_t count);
/* OBJECT is copied. -ENOMEM. */
int finding_set_object(struct finding *finding, const char *object);

/* Compute the fingerprint from what is in FINDING: kind, invariant name and
 * the names of the places' functions, each once, in any order. Numbers,
 * addresses, task paths and pids do not enter. Where that would say too little
 * (no invariant and no place; a leak, whose invariant covers many things; a
 * misuse, of which one function may have several; a lock order, whose places
 * may all be in one wrapper) the words of `what` before
 * the first colon or quotation mark stand in, without those that have digits.
 */
void finding_seal(struct finding *finding);

#endif
