/* Opening what the user names. */
#ifndef MPS_CLI_STORED_LOOKUP_H
#define MPS_CLI_STORED_LOOKUP_H

#include "trace/trace.h"

/* The file of the trace that NAME means (an ID, its beginning, `latest`, a
 * file) in the store DIRECTORY (NULL: the default); the caller's to free. A
 * missing store matters only when NAME is not a file. */
int lookup_path(char **path, const char *directory, const char *name,
                struct mps_diag *diag);

/* And open it. */
int lookup_trace(struct trace **out, const char *directory, const char *name,
                 struct mps_diag *diag);

#endif
