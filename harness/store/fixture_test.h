/* A store in a directory of its own, for the tests of this folder. */
#ifndef MPS_STORE_FIXTURE_TEST_H
#define MPS_STORE_FIXTURE_TEST_H

#include "base/diag.h"
#include "store.h"

struct fixture {
    char directory[64]; /* temporary; "" when it could not be made */
    char store_directory[96];
    struct store *store;
    struct mps_diag diag;
};

/* Make the directory; fixture_open() makes the store in it. */
void fixture_init(struct fixture *f);
void fixture_fini(struct fixture *f);
int fixture_open(struct fixture *f, bool create);
void fixture_close(struct fixture *f);

/* A run with COUNT results and findings in every scenario "s0", "s1", ...;
 * the findings are "sI-0000000I". Returns the first error. */
int fixture_add_run(struct fixture *f, size_t count, struct store_run *run);

/* Write CONTENT as the trace of ID. */
void fixture_add_trace(struct fixture *f, const char *id, const char *content);

/* The path of NAME below the store's directory, into BUF. */
const char *fixture_path(const struct fixture *f, const char *name,
                         char buf[static 256]);

/* Write SIZE bytes as the file NAME below the store's directory. */
void fixture_write(const struct fixture *f, const char *name, const void *bytes,
                   size_t size);

/* Run SQL on the store's history, as a stranger would. */
void fixture_sql(const struct fixture *f, const char *sql);

/* Run BODY in a child, without privileges if UNPRIVILEGED, and return its
 * exit status, 0 to 255, or -1. BODY must not assert. */
int fixture_in_child(struct fixture *f, bool unprivileged,
                     int (*body)(struct fixture *f));

#endif
