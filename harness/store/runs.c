/* What runs write into the history. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "internal.h"

/* Numbers of 2^63 and more do not occur; should one come, the largest that
 * SQLite can hold stands for it. */
static int64_t number(uint64_t value)
{
    return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

static const char *text(const char *value)
{
    return value ? value : "";
}

int store_run_begin(struct store *store, const char *command,
                    const char *commit, uint64_t seed, struct store_run *run,
                    struct mps_diag *diag)
{
    /* Not from a seed: two stores that ran the same must not share ids. */
    unsigned char bytes[(STORE_RUN_BYTES - 1) / 2];
    if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes)) {
        int err = -errno;
        return diag_set(diag, err, "%s: no random numbers for a run's id: %s",
                        store->history, error_text(err));
    }
    for (size_t i = 0; i < sizeof(bytes); i++)
        snprintf(run->id + 2 * i, 3, "%02x", bytes[i]);
    return history_write(store, diag,
                         "INSERT INTO runs(id, command, \"commit\", seed,"
                         " started_ns) VALUES(?, ?, ?, ?, ?)",
                         "tttxi", run->id, text(command), text(commit), seed,
                         number(clock_wall_ns()));
}

int store_run_end(struct store *store, const struct store_run *run,
                  int exit_code, struct mps_diag *diag)
{
    return history_write(store, diag,
                         "UPDATE runs SET ended_ns = ?, exit_code = ?"
                         " WHERE id = ?",
                         "iit", number(clock_wall_ns()), (int64_t)exit_code,
                         run->id);
}

int store_scenario_result(struct store *store, const struct store_run *run,
                          const char *scenario, const char *verdict,
                          uint64_t iterations, uint64_t failures,
                          uint64_t elapsed_ns, struct mps_diag *diag)
{
    return history_write(store, diag,
                         "INSERT OR REPLACE INTO results(run, scenario,"
                         " verdict, iterations, failures, elapsed_ns)"
                         " VALUES(?, ?, ?, ?, ?, ?)",
                         "tttiii", run->id, text(scenario), text(verdict),
                         number(iterations), number(failures),
                         number(elapsed_ns));
}

/* Both statements of store_finding() in one transaction. */
static int write_finding(struct store *store, const struct store_run *run,
                         const struct store_finding *finding,
                         struct mps_diag *diag)
{
    int64_t now = number(clock_wall_ns());
    int err = history_run(
        store, diag,
        "INSERT INTO findings(run, id, scenario, kind, what, fingerprint,"
        " first_iteration, seed, times, first_ns, last_ns)"
        " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(run, id) DO UPDATE SET kind = excluded.kind,"
        " what = excluded.what, first_iteration = excluded.first_iteration,"
        " seed = excluded.seed, times = excluded.times,"
        " last_ns = excluded.last_ns",
        "tttttxixiii", run->id, text(finding->id), text(finding->scenario),
        text(finding->kind), text(finding->what), finding->fingerprint,
        number(finding->first_iteration), finding->seed, number(finding->times),
        now, now);
    if (err)
        return err;
    return history_run(store, diag, "DELETE FROM fixed WHERE id = ?", "t",
                       text(finding->id));
}

int store_finding(struct store *store, const struct store_run *run,
                  const struct store_finding *finding, struct mps_diag *diag)
{
    int err = store_check_writable(store, diag);
    if (err)
        return err;
    pthread_mutex_lock(&store->lock);
    err = history_begin(store, diag);
    if (!err)
        err =
            history_end(store, write_finding(store, run, finding, diag), diag);
    pthread_mutex_unlock(&store->lock);
    return err;
}
