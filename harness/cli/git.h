/* The user's git repository, by way of the program `git`. */
#ifndef MPS_CLI_GIT_H
#define MPS_CLI_GIT_H

struct mps_diag;
struct str;

/* Run `git FIRST ...` (ended by NULL) in DIRECTORY (NULL: here) and append what
 * it prints to OUT (may be NULL), without the last line end. -MPS_EINPUT when
 * git refuses, with its first words in DIAG, cleaned; -ENOENT without git. */
int git_run(const char *directory, struct str *out, struct mps_diag *diag,
            const char *first, ...) __attribute__((sentinel));

/* The commit checked out here, "" outside a repository; with "-dirty" when
 * files that git knows differ from it: what ran was that commit and more. */
enum { GIT_COMMIT_BYTES = 64 };
void git_current_commit(char commit[static GIT_COMMIT_BYTES]);

#endif
