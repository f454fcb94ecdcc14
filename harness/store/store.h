/* The store: a directory (".mpstress") that remembers runs and failures.
 *
 *     history.db           SQLite: runs, results, findings
 *     failures/ID.mpt      one trace per distinct failure
 *     failures/latest      symbolic link to the newest of them
 *
 * Several processes may use one store at once, and several threads one struct
 * store: everything here is one transaction, and waits up to 10 seconds for
 * those of others. Functions return 0 or a negative code with DIAG set and
 * the store as it was. */
#ifndef MPS_STORE_STORE_H
#define MPS_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mps_diag;
struct report_trail;
struct store;

/* Version of the tables in history.db. */
enum { STORE_FORMAT = 2, STORE_APPLICATION_ID = 0x6d707368 };

/* Sizes of the texts below, with the final NUL. */
enum { STORE_ID_BYTES = 192, STORE_RUN_BYTES = 33 };

/* Open the store in directory DIR. CREATE: make what is missing and demand
 * write access. Otherwise -MPS_ENOMATCH when there is no store; one that cannot
 * be written is opened for reading, and functions that write give -MPS_ESTORE.
 * -MPS_ECORRUPT, -MPS_EVERSION or -MPS_EINPUT for a history.db that is
 * damaged, newer, or not ours. Release with store_close(). */
int store_open(struct store **out, const char *dir, bool create,
               struct mps_diag *diag);
void store_close(struct store *store);
/* The directory, as given to store_open(). */
const char *store_directory(const struct store *store);

/* -- Failures --------------------------------------------------------------*/

/* The id of a finding: "SCENARIO-xxxxxxxx", from the lower half of
 * FINGERPRINT, fit for a file name. A very long scenario name is cut. Returns
 * BUF. */
const char *store_failure_id(char *buf, size_t size, const char *scenario,
                             uint64_t fingerprint);

/* "DIR/failures/ID.mpt" into BUF, whether or not it exists. -ENAMETOOLONG
 * leaves BUF empty. */
int store_failure_path(const struct store *store, const char *id, char *buf,
                       size_t size);

/* Make failures/latest point to ID's trace. */
int store_set_latest(struct store *store, const char *id,
                     struct mps_diag *diag);

/* Find the trace that NAME means: the path of an existing file (one without a
 * slash ends in .mpt or is a database), "latest", an id, or the only id that
 * starts with NAME. *OUT is its path, the caller's to free. -MPS_ENOMATCH when
 * there is none, or several; DIAG names similar ones. STORE may be NULL: only
 * paths. */
int store_find(struct store *store, const char *name, char **out,
               struct mps_diag *diag);

/* One distinct failure over all runs. */
struct store_failure {
    const char *id, *scenario;
    const char *kind;   /* "deadlock" */
    const char *what;   /* one line, of the newest time */
    const char *commit; /* under which it was seen last, or "" */
    uint64_t fingerprint;
    uint64_t first_seen_ns, last_seen_ns; /* since 1970 */
    uint64_t times;                       /* iterations that had it */
    uint64_t runs;                        /* runs that had it */
    bool fixed;                           /* marked, and not seen again since */
    bool trace;                           /* its .mpt exists */
};

struct store_failures {
    struct store_failure *items;
    size_t count;
};

/* The failures of SCENARIO (NULL: of all), the last seen first. Release with
 * store_failures_free(), which takes an empty list too. */
int store_failures(struct store *store, const char *scenario,
                   struct store_failures *out, struct mps_diag *diag);
void store_failures_free(struct store_failures *list);

/* Note that failure ID no longer happens. A later store_finding() of it takes
 * that back. -MPS_ENOMATCH for an unknown id. */
int store_mark_fixed(struct store *store, const char *id,
                     struct mps_diag *diag);

/* -- Known findings ---------------------------------------------------------
 * Failures that somebody has accepted for a reason: a run shows them, and does
 * not fail for them. */

struct store_known {
    const char *id, *reason, *author;
    uint64_t changed_ns; /* since 1970 */
};

struct store_knowns {
    struct store_known *items;
    size_t count;
};

/* Accept failure ID, whether or not it was ever seen here, for REASON, one
 * line; again, to change the reason. -MPS_EUSAGE for what is no id, or no
 * reason. */
int store_accept(struct store *store, const char *id, const char *reason,
                 const char *author, struct mps_diag *diag);
/* Take that back. -MPS_ENOMATCH when ID is not accepted. */
int store_withdraw(struct store *store, const char *id, const char *author,
                   struct mps_diag *diag);

/* What is accepted, by id. Release with store_knowns_free(). */
int store_knowns(struct store *store, struct store_knowns *out,
                 struct mps_diag *diag);
void store_knowns_free(struct store_knowns *list);

/* Whether TEXT may be the id of a failure: a plain file name. */
bool store_is_id(const char *text);
/* Whether ID is that of a finding of SCENARIO. */
bool store_id_is_of(const char *id, const char *scenario);

/* -- Runs ------------------------------------------------------------------*/

struct store_run {
    char id[STORE_RUN_BYTES]; /* random, so that stores can be merged */
};

/* Note that a run starts. COMMIT (of the user's program) may be NULL. */
int store_run_begin(struct store *store, const char *command,
                    const char *commit, uint64_t seed, struct store_run *run,
                    struct mps_diag *diag);
/* RUN is over. A run that never says so shows as interrupted. */
int store_run_end(struct store *store, const struct store_run *run,
                  int exit_code, struct mps_diag *diag);

/* What SCENARIO gave in RUN, or so far: replaces an earlier word. */
int store_scenario_result(struct store *store, const struct store_run *run,
                          const char *scenario, const char *verdict,
                          uint64_t iterations, uint64_t failures,
                          uint64_t elapsed_ns, struct mps_diag *diag);

/* A distinct finding of one run. */
struct store_finding {
    const char *scenario, *kind, *what, *id;
    uint64_t fingerprint;
    uint64_t first_iteration, seed; /* seed of that iteration */
    uint64_t times;                 /* iterations of the run that had it */
};

/* Note FINDING of RUN; replaces an earlier word about it. */
int store_finding(struct store *store, const struct store_run *run,
                  const struct store_finding *finding, struct mps_diag *diag);

/* One scenario of one run. */
struct store_result {
    const char *run, *command, *commit; /* commit may be "" */
    const char *scenario, *verdict;
    uint64_t started_ns; /* since 1970 */
    uint64_t seed, iterations, failures, elapsed_ns;
    bool ended; /* else interrupted, or still running */
    int exit_code;
};

struct store_history {
    struct store_result *items;
    size_t count;
};

/* The newest LIMIT (0: all) results of SCENARIO (NULL: of all), newest first.
 * Release with store_history_free(). */
int store_history(struct store *store, const char *scenario, size_t limit,
                  struct store_history *out, struct mps_diag *diag);
void store_history_free(struct store_history *history);

/* What became of each failure over the runs of its scenario. */
struct store_trails {
    struct report_trail *items;
    size_t count;
};

/* The failures of SCENARIO (NULL: of all): by scenario, then the last seen
 * first, each with the newest runs of the scenario, STORE_POINTS at most.
 * Release with store_trails_free(), which takes an empty list too.
 *
 * A failure is gone with the run in which the iterations since its last sight
 * came to as many as would have shown it, at the rate that it had in the runs
 * that saw it (rate_needed()), or in which its recorded schedule passed
 * (store_mark_fixed()). */
enum { STORE_POINTS = 100 };
int store_trails(struct store *store, const char *scenario,
                 struct store_trails *out, struct mps_diag *diag);
void store_trails_free(struct store_trails *trails);

/* -- Merging ---------------------------------------------------------------*/

struct store_merged {
    uint64_t runs, failures; /* that INTO did not have */
};

/* Add what the store in directory FROM knows: its runs and the traces that
 * are missing here. Merging twice adds nothing. FROM is only read. */
int store_merge(struct store *into, const char *from, struct store_merged *out,
                struct mps_diag *diag);

#endif
