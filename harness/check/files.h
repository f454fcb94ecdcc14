/* Reading what the target wrote: its output and the files of its working
 * directory. Private to check/. */
#ifndef MPS_CHECK_FILES_H
#define MPS_CHECK_FILES_H

#include <stdbool.h>

#include "runner/outcome.h"

struct str;

/* Files are read whole; an iteration that writes more than this in one file
 * is not one to be run thousands of times. */
enum { FILES_LIMIT = 16 << 20 };

/* Append the content of FILE to OUT: "stdout", "stderr", or a path in the
 * working directory, which no symbolic link leads out of. 0; -ENOENT when it
 * is not there, -MPS_EFULL when it is longer than FILES_LIMIT, -EINVAL when it
 * is no regular file, -EXDEV when it lies elsewhere, another -errno. */
int files_read(const struct outcome *outcome, const char *file,
               struct str *out);

/* Whether FILE names an output stream of which the target wrote more than was
 * kept. */
bool files_is_cut(const struct outcome *outcome, const char *file);

/* The last SIZE bytes of FD (all of them if it has fewer) into BYTES. Returns
 * how many; 0 also when it cannot be read. FD keeps its offset. */
size_t files_read_tail(int fd, char *bytes, size_t size);

/* A reason for a code of files_read(), fit for "FILE %s": "does not exist". */
const char *files_reason(int err);

#endif
