/* Traces: one failing iteration in one file, ID.mpt, a SQLite database
 * (application_id "mpst", user_version = TRACE_FORMAT), readable with the
 * sqlite3 shell and safe to open from a stranger.
 *
 * Format 1 knew only stress iterations, and still opens as one of those. */
#ifndef MPS_TRACE_TRACE_H
#define MPS_TRACE_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/finding.h"
#include "runner/outcome.h"

struct mps_diag;

enum { TRACE_FORMAT = 5, TRACE_APPLICATION_ID = 0x6d707374 };

/* What is known of a failure beside the outcome. */
struct trace_info {
    const char *id;       /* "scenario-xxxxxxxx" */
    const char *command;  /* the command line of the run */
    const char *strategy; /* NULL: what the outcome says, "stress", "pct" */
    const char *scenario_path; /* NULL: what the outcome's scenario says */
    const char *origin;        /* how a failure found in stress mode came by its
                                  schedule; NULL or "": as it is */
    uint64_t base_seed;        /* seed of the run */
    uint64_t wall_ns;          /* when, since 1970 */
};

/* Write OUTCOME with FINDINGS to PATH, replacing an older file of that name
 * at once: on failure (disk full, no permission) the old file is still there
 * and no half of a new one. */
int trace_save(const char *path, const struct trace_info *info,
               const struct outcome *outcome,
               const struct finding_list *findings, struct mps_diag *diag);

/* A trace in memory. Every text is valid UTF-8 and terminated; every number
 * was checked against the tables it refers to. */
struct trace;

/* Read the file PATH. -MPS_ECORRUPT, -MPS_EVERSION, -MPS_EINPUT (not a trace
 * at all) or -errno, with DIAG naming the file. Release with trace_close(). */
int trace_open(struct trace **out, const char *path, struct mps_diag *diag);
void trace_close(struct trace *trace);

struct trace_meta {
    const char *id, *scenario_name, *command, *strategy;
    const char *scenario_path; /* file the scenario came from, or "" */
    const char *scenario_text; /* that file's text when the trace was made, so
                                  that it replays without the file; or "" */
    const char *program;       /* absolute path of the target */
    const char *directory;     /* scenario directory */
    const char *version;       /* of the mpstress that wrote it */
    uint64_t base_seed, seed, iteration, wall_ns, elapsed_ns;
    uint64_t delay_low_ns, delay_high_ns, time_limit_ns;
    uint64_t points;       /* ops of all tasks */
    uint64_t ops_lost;     /* the oldest ones: the ring holds only so many */
    uint64_t records_lost; /* observations and messages, likewise the newest */
    uint64_t output_lost;  /* bytes of output beyond the limit */
    int status;            /* of the root, as wait(2) gives it */
    bool timed_out, server_lost, segment_damaged;

    /* How it was scheduled. What follows MODE and UNIT is 0 and "" for an
     * iteration that ran freely. */
    const char *origin; /* of a schedule that is not the run's that failed: a
                           sentence without its end; or "" */
    const char *mode;   /* "control" or "stress" */
    bool controlled;    /* the former */
    const char *unit;   /* what segments count: "grants" or "ops" */
    uint64_t depth, expected_decisions, expected_tasks; /* pct */
    uint64_t spurious_chance;                           /* of 65536 */
    uint64_t step_limit;                                /* grants */
    bool races, guard;   /* which accesses to shared memory were points */
    const char *verdict; /* "deadlock", "idle", "livelock", "step bound", or
                            "": it went on to its end */
    uint64_t grants, decisions, switches, preemptions;
    uint64_t op_hash;  /* of the ops in their order */
    bool schedule_cut; /* longer than what is recorded */
    /* Partly controlled: how many times a task blocked or computed where
     * mpstress has no point, and the first call that did. */
    uint64_t externals;
    const char *external_call, *external_place; /* or "" */
};
const struct trace_meta *trace_meta(const struct trace *trace);

struct trace_param {
    const char *name, *value;
};
size_t trace_params(const struct trace *trace, const struct trace_param **out);

/* The command line of the target in this iteration, arguments expanded. */
size_t trace_arguments(const struct trace *trace, const char *const **out);

struct trace_task {
    const char *path, *name; /* "0.1", "consumer" or "" */
    int pid;
    bool is_thread;
    const char *created; /* "function() file:line" or "" */
    int status;          /* as wait(2) gives it; valid when status_known */
    bool status_known;
    bool alive; /* when the time limit passed; what ended it then was
                   mpstress */
    uint64_t points;
};
size_t trace_tasks(const struct trace *trace, const struct trace_task **out);

struct trace_op {
    uint64_t begin, end; /* tickets; end 0: never came back */
    const char *task;    /* path */
    const char *kind;    /* "mutex lock" */
    const char *object;  /* "mutex /ring+0x40", or "" */
    const char *place;   /* "function() file:line", or module+offset */
    int64_t result;
    uint64_t argument, delay_ns;
    bool completed;  /* it came back */
    uint32_t number; /* of the task, in trace_tasks() */
};
size_t trace_ops(const struct trace *trace, const struct trace_op **out);

/* The schedule. Under control, all of it as it was recorded: TASK got the turn
 * POINTS times in a row, then the next one did. Otherwise that of the ops that
 * were kept: it began so many of them. */
struct trace_segment {
    const char *task;
    uint64_t points;
    uint32_t number; /* of the task, in trace_tasks() */
};
size_t trace_segments(const struct trace *trace,
                      const struct trace_segment **out);

/* A misuse that was noted under control. */
struct trace_mishap {
    const char *what; /* "unlocks a lock that nobody holds" */
    const char *task;
    const char *other;  /* the holder, the dead, ... or "" */
    const char *object; /* or "" */
    const char *place, *other_place;
    uint64_t ticket;
};
size_t trace_mishaps(const struct trace *trace,
                     const struct trace_mishap **out);

struct trace_message {
    const char *queue, *task, *place;
    bool got; /* false: put */
    uint64_t ticket;
    const void *data;
    size_t size;
};
size_t trace_messages(const struct trace *trace,
                      const struct trace_message **out);

struct trace_observation {
    const char *kind; /* "int", "text", "emit", "check", ... */
    const char *name, *task;
    uint64_t ticket;
    const char *place;
    const char *value; /* as text; bytes as hexadecimal, but 8 of them as a
                          number */
};
size_t trace_observations(const struct trace *trace,
                          const struct trace_observation **out);

/* Findings as they were reported; places carry their texts. */
const struct finding_list *trace_findings(const struct trace *trace);

struct trace_file {
    const char *name; /* "stdout", "stderr", "files/log.txt" */
    const void *data;
    size_t size; /* what was kept: of a long output the end, of a long file
                    nothing */
    uint64_t full_size;
};
size_t trace_files(const struct trace *trace, const struct trace_file **out);

#endif
