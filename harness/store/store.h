/* The store: what runs leave behind, `.mpstress/` in the working directory
 * or the directory of --store.
 *
 *     history.db           SQLite: runs, their results, the findings
 *     failures/ID.mpt      the trace of each distinct failure (trace/trace.h)
 *     failures/latest      symbolic link to the newest of them
 *
 * Several mpstress processes may use one store at once. A struct store
 * belongs to one thread at a time: the caller locks. Texts handed out by
 * lists live until the list is cleared. */
#ifndef MPS_STORE_STORE_H
#define MPS_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mps_diag;
struct store;

#define STORE_DEFAULT_DIRECTORY ".mpstress"

enum {
    STORE_ID_BYTES = 128,    /* of a failure, with the final NUL */
    STORE_RUN_ID_BYTES = 33, /* of a run: 32 hexadecimal digits */
    STORE_FORMAT = 1         /* user_version of history.db */
};

/* Open the store in DIRECTORY. CREATE: make what is missing, and fail when it
 * cannot be written. Otherwise the store must exist (-ENOENT), and one that
 * this user may not write is opened for reading alone.
 *
 * -MPS_ECORRUPT for a damaged history, -MPS_EVERSION for a newer one,
 * -MPS_EINPUT for a database of somebody else, -errno for the rest; DIAG says
 * what to do. Release with store_close(), which accepts NULL. */
int store_open(struct store **out, const char *directory, bool create,
               struct mps_diag *diag);
void store_close(struct store *store);

/* As given to store_open(). */
const char *store_directory(const struct store *store);
bool store_is_writable(const struct store *store);

/* -- Failures: one file each ---------------------------------------------- */

/* "SCENARIO-xxxxxxxx" (the low 32 bits of FINGERPRINT) into BUF; a long
 * scenario name is cut. Returns BUF. */
const char *store_failure_id(char *buf, size_t size, const char *scenario,
                             uint64_t fingerprint);

/* Where the trace of failure ID belongs, into BUF, whether or not it exists.
 * Returns BUF. */
const char *store_failure_path(const struct store *store, const char *id,
                               char *buf, size_t size);

/* Let failures/latest point to the trace of ID, at once. */
int store_set_latest(struct store *store, const char *id,
                     struct mps_diag *diag);

/* Find the trace that a user means by NAME: the path of a file, "latest", an
 * ID, or the beginning of exactly one ID. STORE may be NULL: then only paths
 * are found. *PATH is the caller's to free. -MPS_ENOMATCH when there is none
 * or more than one, with DIAG saying which. */
int store_find(struct store *store, const char *name, char **path,
               struct mps_diag *diag);

struct store_failure {
    const char *id, *scenario;
    const char *kind, *what;              /* as last seen */
    uint64_t first_seen_ns, last_seen_ns; /* since 1970: start of the run */
    uint64_t times;                       /* iterations, over all runs */
    uint64_t runs;                        /* runs that saw it */
    bool fixed;                           /* did not come back since it was
                                             marked as fixed */
    bool has_trace;                       /* failures/ID.mpt exists */
};

struct store_failures {
    struct store_failure *items;
    size_t count;
    void *storage;
};

/* The failures of SCENARIO (NULL: of all), last seen first. */
int store_failures(struct store *store, const char *scenario,
                   struct store_failures *out, struct mps_diag *diag);
void store_failures_clear(struct store_failures *list);

/* -- Writing history ------------------------------------------------------- */

struct store_run {
    const char *command, *version;
    const char *commit; /* of the tested program's repository, or "" */
    uint64_t base_seed;
    uint64_t started_ns; /* since 1970 */
};

/* Note the beginning of a run and make up its ID, random and unique. */
int store_run_begin(struct store *store, const struct store_run *run,
                    char id[static STORE_RUN_ID_BYTES], struct mps_diag *diag);
/* And its end; a run that never ended was killed. */
int store_run_end(struct store *store, const char *run, int exit_code,
                  uint64_t ended_ns, struct mps_diag *diag);

struct store_result {
    const char *scenario;
    const char *verdict; /* "pass", "fail", ... */
    uint64_t iterations, failures, elapsed_ns;
};

/* Note (again: replace) the result of a scenario in RUN. */
int store_scenario_result(struct store *store, const char *run,
                          const struct store_result *result,
                          struct mps_diag *diag);

struct store_finding {
    const char *scenario;
    uint64_t fingerprint;
    const char *kind, *what;
    uint64_t first_iteration, first_seed, times;
};

/* Note (again: replace) a finding of RUN. */
int store_finding(struct store *store, const char *run,
                  const struct store_finding *finding, struct mps_diag *diag);

/* Failure ID did not happen in RUN although its trace was replayed: it counts
 * as fixed until a later run reports it again. */
int store_mark_fixed(struct store *store, const char *run, const char *id,
                     struct mps_diag *diag);

/* -- Reading history ------------------------------------------------------- */

struct store_row {
    const char *run, *scenario, *verdict, *commit;
    uint64_t started_ns; /* of the run */
    uint64_t iterations, failures, elapsed_ns;
    bool ended; /* false: the run was killed or still goes on */
};

struct store_rows {
    struct store_row *items;
    size_t count;
    void *storage;
};

/* The results of SCENARIO (NULL: of all), newest run first. */
int store_history(struct store *store, const char *scenario,
                  struct store_rows *out, struct mps_diag *diag);
void store_rows_clear(struct store_rows *list);

/* -- Merging ----------------------------------------------------------------
 */

struct store_merge_counts {
    uint64_t runs, failures; /* that were new here */
};

/* Add the history and the traces of the store in DIRECTORY to STORE; what is
 * here already stays, so merging twice adds nothing. COUNTS may be NULL. On
 * failure the history is as before; traces copied so far stay. */
int store_merge(struct store *store, const char *directory,
                struct store_merge_counts *counts, struct mps_diag *diag);

#endif
