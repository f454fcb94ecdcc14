/* A second checkout of the user's repository, in which `git bisect` goes from
 * commit to commit: the user's own is never touched, nor a bisection that is
 * going on in it, since git keeps both apart. */
#ifndef MPS_CLI_BISECT_TREE_H
#define MPS_CLI_BISECT_TREE_H

#include <stdbool.h>

struct mps_diag;
struct str;

struct bisect_tree {
    char *top;    /* of the user's checkout */
    char *prefix; /* of the working directory in it: "sub/dir/", or "" */
    char *path;   /* of the second one */
    bool added;   /* git knows of it */
};

/* Look where the working directory lies in its repository, and forget second
 * checkouts that killed runs have left behind. -MPS_EINPUT outside one.
 * Release with bisect_tree_close(). */
int bisect_tree_open(struct bisect_tree *tree, struct mps_diag *diag);
/* Removes the second checkout; must not be the working directory. */
void bisect_tree_close(struct bisect_tree *tree);

/* The full name of the commit that REVISION means, the caller's to free;
 * WHICH ("GOOD") names it in DIAG. -MPS_EINPUT. */
int bisect_tree_resolve(const struct bisect_tree *tree, const char *which,
                        const char *revision, char **commit,
                        struct mps_diag *diag);

/* Make the second checkout as DIRECTORY/tree, of COMMIT. */
int bisect_tree_add(struct bisect_tree *tree, const char *directory,
                    const char *commit, struct mps_diag *diag);

/* Check COMMIT out in it; what a build did to files of git is undone. */
int bisect_tree_checkout(const struct bisect_tree *tree, const char *commit,
                         struct mps_diag *diag);

/* `git bisect start BAD GOOD`, and `git bisect WORD` (good, bad, skip) about
 * the commit that is checked out. */
int bisect_tree_start(const struct bisect_tree *tree, const char *good,
                      const char *bad, struct mps_diag *diag);
int bisect_tree_mark(const struct bisect_tree *tree, const char *word,
                     struct mps_diag *diag);

/* What git came to: nothing yet, both empty; the first bad commit; or, when
 * only skipped ones are left, those that may be it, a line each. */
int bisect_tree_result(const struct bisect_tree *tree, struct str *first,
                       struct str *candidates, struct mps_diag *diag);

/* Append "0123456789ab  subject", cleaned and cut to WIDTH columns. COMMIT may
 * be "HEAD" of the second checkout. */
int bisect_tree_describe(const struct bisect_tree *tree, const char *commit,
                         unsigned width, struct str *out,
                         struct mps_diag *diag);

#endif
