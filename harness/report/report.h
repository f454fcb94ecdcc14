/* A finished (or interrupted) run as plain data, and the writers that show it.
 * The campaign fills the structs; each reporter is a row of a table and only
 * reads them. Nothing here is owned by the reporters. */
#ifndef MPS_REPORT_REPORT_H
#define MPS_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "check/finding.h"

struct mps_diag;
struct trace;

enum verdict {
    VERDICT_PASS,         /* as expected */
    VERDICT_FAIL,         /* a finding, or the expected one never came */
    VERDICT_INCONCLUSIVE, /* budget ended early, a state never reached */
    VERDICT_ERROR         /* could not be run */
};
const char *verdict_name(enum verdict verdict);

struct report_scenario;
/* The same with what a scenario made of it: "caught" for an expected failure
 * that came, "known" when all that failed is accepted, "flaky" for a failure
 * that comes and goes. Static. */
const char *report_verdict(const struct report_scenario *scenario);

/* One distinct finding (by fingerprint) of one scenario. */
struct report_finding {
    const struct finding *finding; /* of the first iteration that had it */
    const char *id;                /* of its trace, "counter-1a2b3c4d" */
    const char *trace;             /* path of the .mpt; "" if it could not be
                                      written */
    uint64_t times;                /* iterations that had it; 0: only that of
                                      an earlier run, replayed */
    uint64_t first_iteration, first_seed;
    const char *strategy;   /* way of that iteration: "stress", "pct", ...; NULL
                               when it is not known */
    const char *parameters; /* "workers=3 increments=200" */
    uint32_t replays, replays_failed; /* k of n; n = 0: not replayed */
    bool expected;                    /* the scenario expects this kind */
    const char *known;                /* why it is accepted; NULL: it is not */
    bool stored; /* an earlier run has left it; this one began with it */
};

/* A finding that is accepted and did not come. */
struct report_known {
    const char *id, *reason;
};

/* What one way of scheduling did: "stress", or a strategy under control. */
struct report_strategy {
    const char *name;
    bool controlled;
    uint64_t iterations; /* schedules */
    uint64_t failures;   /* iterations with a finding */
    uint64_t first;      /* iteration of the first failure; when failures */
    /* Under control only. Decisions: points with two or more tasks that could
     * go on. */
    uint64_t decisions_min, decisions_max, decisions_sum;
    uint64_t steps_sum, switches_sum;
    uint64_t distinct; /* different orders of operations; at least so many
                          when `distinct_full` */
    bool distinct_full;
    uint64_t partly;  /* iterations that were partly controlled */
    uint64_t bounded; /* that ended at the step bound without a finding */
};

/* Iterations in which what is varied had one value. */
struct report_share {
    const char *value; /* "3" */
    uint64_t iterations, failures;
};
struct report_breakdown {
    const char *name; /* "workers" */
    const struct report_share *shares;
    size_t share_count;
};

/* What an earlier run of a scenario gave. */
struct report_past {
    uint64_t started_wall_ns;
    const char *commit; /* of the program under test, or "" */
    const char *verdict;
    uint64_t iterations, failures;
    const char *scenario; /* NULL where it goes without saying */
};

/* One distinct finding over the runs of its scenario. */
struct report_point {
    uint64_t times, iterations; /* of one run: with the finding, and all */
};
enum report_trail_state {
    TRAIL_SEEN,  /* by the newest run */
    TRAIL_QUIET, /* not any more, by too few iterations to say more */
    TRAIL_GONE   /* not in as many as would have shown it, or its recorded
                    schedule passes */
};
struct report_trail {
    const char *id, *scenario, *kind, *what; /* what: the newest time */
    uint64_t first_ns, last_ns; /* runs that had it: when they started */
    const char *first_commit, *last_commit; /* "" when not known */
    uint64_t runs, times, iterations;       /* that had it; of these runs */
    enum report_trail_state state;
    bool replayed;          /* TRAIL_GONE: its recorded schedule passes */
    uint64_t clean, needed; /* iterations since, and how many it takes to be
                               sure (99 %) */
    uint64_t gone_ns;       /* TRAIL_GONE: the run that made it sure */
    const char *gone_commit;
    const struct report_point *points; /* newest runs, the newest last */
    size_t point_count;
};
/* "seen", "quiet", "gone". */
const char *report_trail_state_name(enum report_trail_state state);

struct report_scenario {
    const char *name, *about, *path; /* path may be "" */
    enum verdict verdict;
    const char *reason; /* one line, why not pass; "" when pass */
    bool expect_fail;
    bool flaky; /* failed and passed: how often is the question */
    bool must_be_clean, confident; /* asked for a confidence, and reached it */
    int expected_kind;             /* enum finding_kind, or -1 */
    uint64_t planned, iterations, failures; /* failures: iterations with a
                                               finding */
    uint64_t known_failures; /* of them with nothing but known findings */
    uint64_t elapsed_ns;     /* while it ran */
    const struct report_finding *findings;
    size_t finding_count;
    const struct report_strategy *strategies; /* those that were used */
    size_t strategy_count;
    const struct report_breakdown *breakdowns; /* of what was varied */
    size_t breakdown_count;
    const struct report_past *past; /* newest first; may be none */
    size_t past_count;
    const struct report_trail *trails; /* likewise */
    size_t trail_count;
    const char *external_call; /* what made iterations partly controlled, or
                                  "" */
    const char *const *never_reached; /* mps_sometimes names */
    size_t never_reached_count;
    const char *const *fixed; /* ids of stored failures that pass now */
    size_t fixed_count;
    uint64_t replayed; /* stored failures that were run again first */
    const struct report_known *unseen; /* accepted, and all was run without */
    size_t unseen_count;
};

struct report_run {
    const char *version;
    const char *command;         /* the command line, for a shell */
    const char *const *settings; /* its options that an iteration depends on,
                                    beside its seed: "--workers=3" */
    size_t setting_count;
    const char *store;
    uint64_t base_seed;
    unsigned jobs;
    uint64_t started_wall_ns, elapsed_ns;
    bool interrupted;
    bool stored;           /* no run, but one stored failure */
    const char *mode;      /* "auto", "stress", "control" */
    uint64_t clean_needed; /* iterations that each scenario needs without a new
                              failure; 0: no confidence is asked for */
    double confidence, max_rate; /* that they are for */
    bool quiet;   /* the summary without its table of strategies */
    bool verbose; /* and with one of every scenario */
    const struct report_scenario *scenarios;
    size_t scenario_count;
    const char *const *notes; /* limits met, one line each */
    size_t note_count;
    int exit_code;
};

/* Colours of a terminal stream. */
enum color_mode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };
/* Whether to colour what goes to STREAM: --color, NO_COLOR, CLICOLOR_FORCE,
 * TERM=dumb, isatty. */
bool report_use_color(enum color_mode mode, FILE *stream);

/* The block of one finding, as printed when it is first seen and in JUnit:
 * headline with iteration and seed, what, expected/actual unless that says
 * them, parameters, places, detail, trace; then an empty line. */
void report_finding_text(FILE *out, bool color,
                         const struct report_scenario *scenario,
                         const struct report_finding *finding);

/* The summary table, counts and the reproduce command, last line. */
void report_summary(FILE *out, bool color, const struct report_run *run);

/* A file format: rows of report_formats(). */
struct report_format {
    const char *name;  /* "json": also the option's name */
    const char *about; /* for --help */
    /* Write RUN to OUT; -errno on write errors. */
    int (*write)(FILE *out, const struct report_run *run);
};
const struct report_format *report_formats(size_t *count);

/* Write RUN in FORMAT to the file PATH ("-": standard output), replacing it
 * at once. */
int report_write(const struct report_format *format, const char *path,
                 const struct report_run *run, struct mps_diag *diag);
/* Whether it could write to PATH: to be told before a long run, not after. */
int report_check_path(const char *path, struct mps_diag *diag);

/* What is written in memory first: so that nothing of it reaches the file
 * unless all of it is there. */
struct report_draft {
    FILE *out;  /* to write to, until it is closed */
    char *text; /* then the SIZE bytes; the caller's to free */
    size_t size;
};
/* -errno; the draft is to be closed, or put, all the same. */
int report_draft_open(struct report_draft *draft);
/* Returns ERR, which is what writing to it came to, or -errno. */
int report_draft_close(struct report_draft *draft, int err);
/* Close it; and if nothing went wrong, write it, called WHAT in DIAG ("the json
 * report"), to the file PATH as report_write() does. Frees it. */
int report_draft_put(struct report_draft *draft, int err, const char *path,
                     const char *what, struct mps_diag *diag);

/* One stored failure as the report of a run: its scenario, failed, and the
 * findings of that iteration. */
struct report_stored {
    struct report_run run; /* for the writers of reports */
    struct report_scenario scenario;
    struct report_finding *findings;
    char *parameters;
};

/* Fill STORED with what TRACE, which was read from the file PATH, says; both
 * must outlive it, and it points into itself. Release with
 * report_stored_fini(). -ENOMEM: there is nothing to release. */
int report_stored_init(struct report_stored *stored, const struct trace *trace,
                       const char *path);
void report_stored_fini(struct report_stored *stored);

/* Write the iteration that TRACE has recorded to OUT in the Trace Event format
 * (JSON) of chrome://tracing and Perfetto: a track per task, a complete event
 * per op, arrows for what goes from one task to another. -errno. */
int report_chrome(FILE *out, const struct trace *trace);

/* -- Earlier runs ---------------------------------------------------------- */

struct report_history {
    const struct report_past *runs; /* newest first */
    size_t run_count;
    const struct report_trail *trails;
    size_t trail_count;
    size_t most; /* runs shown of each scenario; 0: all */
    bool color;
};

/* Day and minute in the time of the machine, as people remember it. BUF. */
const char *report_when(uint64_t wall_ns, char buf[static 32]);

/* Write tables of HISTORY, of at most 80 columns but for names: for each
 * scenario its failures and its runs. -errno. */
int report_history(FILE *out, const struct report_history *history);
/* The same as a JSON object, with all runs. -errno. */
int report_history_json(FILE *out, const struct report_history *history);

/* -- GitHub Actions ---------------------------------------------------------
 * Write workflow commands that annotate the source lines of findings that
 * nobody expected, and what else made RUN no success, to OUT, a stream of the
 * step. -errno. */
int report_github_annotations(FILE *out, const struct report_run *run);
/* Write RUN as Markdown, for the summary of the step. -errno. */
int report_github_summary(FILE *out, const struct report_run *run);

/* "K of N (p%, 95% interval a-b%)" (Wilson), or "0 of N (rate < 3/N ...)"
 * into BUF. Returns BUF. */
const char *report_rate(uint64_t failures, uint64_t iterations, char *buf,
                        size_t size);

/* -- Live progress on stderr ------------------------------------------------
 * On a terminal one status line, redrawn at most 10 times a second; elsewhere
 * one line every 10 s. One thread at a time (the caller locks). */
struct progress;
struct progress *progress_new(FILE *out, bool color, bool quiet);
void progress_free(struct progress *progress);
/* Every scenario from now on ends after LIMIT_NS, if not before; 0: it need
 * not. */
void progress_limit(struct progress *progress, uint64_t limit_ns);
void progress_begin(struct progress *progress, const char *scenario,
                    uint64_t planned, size_t index, size_t of);
/* Draws only when it is time; cheap otherwise. */
void progress_update(struct progress *progress, uint64_t iterations,
                     uint64_t failures);
void progress_end(struct progress *progress,
                  const struct report_scenario *scenario);
/* Take the status line away, so that something else can be printed. */
void progress_hide(struct progress *progress);

#endif
