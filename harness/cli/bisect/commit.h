/* One commit of a bisection: built, and tried with the stored failure. */
#ifndef MPS_CLI_BISECT_COMMIT_H
#define MPS_CLI_BISECT_COMMIT_H

#include "base/str.h"
#include "bisect/tree.h"
#include "places.h"
#include "trace/trace.h"

enum bisect_word { BISECT_GOOD, BISECT_BAD, BISECT_SKIP };

struct bisect_commit {
    const struct trace *trace;
    const struct places *places;
    const struct bisect_tree *tree;
    char *const *build;  /* of which one word alone is for the shell */
    const char *program; /* that it makes; NULL: where the trace's was */
    uint64_t schedules;
    bool any;
    const bool *stop;
};

/* The name for `git bisect`. */
const char *bisect_word_name(enum bisect_word word);

/* Build what is checked out in the second checkout and try it there, which
 * becomes the working directory. WHY gets the reason for WORD, one line, and
 * after a failed build its last lines.
 *
 * -EINTR when it was stopped; -MPS_EUSAGE when no program is named that lies
 * in the checkout; or what else keeps every commit from being tried. */
int bisect_commit_try(const struct bisect_commit *commit,
                      enum bisect_word *word, struct str *why,
                      struct mps_diag *diag);

#endif
