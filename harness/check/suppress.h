/* Suppressions: findings that the user knows of and does not want to see. Files
 * of ThreadSanitizer are taken as they are:
 *
 *     # of a library that is not ours
 *     race:^parse_header$
 *     race_top:counter_*
 *     called_from_lib:libzmq.so
 *
 * A pattern matches any part of a text, but from its start after `^` and up to
 * its end before `$`; `*` is any number of characters. The types and what of a
 * finding they look at: suppress.c. */
#ifndef MPS_CHECK_SUPPRESS_H
#define MPS_CHECK_SUPPRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/finding.h"

struct mps_diag;
struct suppressions;

/* Read the file PATH. *OUT is released with suppressions_free(). -errno, or
 * -MPS_EINPUT with file and line in DIAG; -MPS_EFULL for a file of more than a
 * MiB. */
int suppressions_load(struct suppressions **out, const char *path,
                      struct mps_diag *diag);
/* The same for SIZE bytes that anybody may have written; NAME is what
 * diagnostics call the file. */
int suppressions_parse(struct suppressions **out, const char *name,
                       const void *bytes, size_t size, struct mps_diag *diag);
void suppressions_free(struct suppressions *suppressions);

/* Take those that are suppressed out of FINDINGS, and count them; how many.
 * SUPPRESSIONS may be NULL: none. Any thread. */
size_t suppressions_filter(const struct suppressions *suppressions,
                           struct finding_list *findings);

/* What was suppressed so far, for the end of a run: "matched 3 suppressions in
 * tsan.supp: race:^main$ (2 times), ..."; NULL when nothing was, or memory ran
 * out. The caller frees. */
char *suppressions_describe(const struct suppressions *suppressions);

#endif
