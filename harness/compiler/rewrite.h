/* From a command line of the user's to the one that builds for mpstress. */
#ifndef MPS_COMPILER_REWRITE_H
#define MPS_COMPILER_REWRITE_H

#include "invocation.h"
#include "vendor.h"
#include "words.h"

/* What the command is rewritten for. */
struct rewrite {
    enum vendor vendor;
    const char *runtime; /* the path of libmpstress.so */
};

/* The words that link a program with the runtime: for a linker command that
 * is not rewritten. */
void rewrite_add_runtime(struct words *out, const char *runtime);

/* Append to OUT what INVOCATION needs, around ARGV, the user's words, which
 * stay as they are and in their order. No invocation that does anything takes
 * VENDOR_UNKNOWN. */
void rewrite(struct words *out, const struct rewrite *rewrite,
             const struct invocation *invocation, char *const *argv);

#endif
