/* File names for people, and a look at a thread before it is stopped. */
#ifndef MPS_SYMBOLS_FILES_H
#define MPS_SYMBOLS_FILES_H

#include <stdbool.h>
#include <sys/types.h>

/* DIRECTORY/FILE without "." and ".." parts, relative to ROOT when below it.
 * DIRECTORY and ROOT may be NULL. The caller frees; NULL: out of memory. */
char *files_join(const char *directory, const char *file, const char *root);

/* Whether thread TID of PID may be stopped for a look: alive, not a zombie,
 * not in the hands of another debugger, not in an uninterruptible wait, which
 * would make the look wait as well. */
bool files_can_attach(pid_t pid, pid_t tid);

#endif
