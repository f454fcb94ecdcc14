/* What a tool complains of, as a kind of finding. Private to valgrind/. */
#ifndef MPS_VALGRIND_KINDS_H
#define MPS_VALGRIND_KINDS_H

#include <stdbool.h>

#include "parse.h"

struct kind {
    const char *name;  /* Valgrind's */
    const char *words; /* that its first sentence has; NULL: any */
    int finding;       /* enum finding_kind; or one of the following */
    /* The same whoever did it, and as the runtime's own finding of it says it:
     * part of the fingerprint. NULL: the sentence itself. */
    const char *title;
};

enum {
    KIND_REMARK = -1, /* on what correct programs do */
    KIND_LOST = -2,   /* likewise, and the tool is wrong about who holds what:
                         Helgrind from then on, DRD, which may notice late,
                         anywhere */
    KIND_REFUSED = -3 /* the call before failed, so it did nothing wrong */
};

/* Never NULL. */
const struct kind *kind_of(const struct valgrind_error *error);

/* An access, read from a sentence. */
struct access {
    bool writes;
    unsigned long size, thread;
    uint64_t address; /* 0: not said */
};

/* Whether TEXT tells of an access: "Possible data race during read of size 4 at
 * 0x10C038 by thread #3", "This conflicts with a previous write ...", or
 * "Conflicting load by thread 3 at 0x0010c038 size 4". */
bool kind_access(const char *text, struct access *out);

/* What TEXT says of the memory behind "Location 0x10c038 is " or "Address
 * 0x4a4b040 is "; NULL when it is no such sentence. */
const char *kind_location(const char *text);

/* TEXT without who did it in front: "Thread #1: ", "Thread #1's ". */
const char *kind_deed(const char *text);

#endif
