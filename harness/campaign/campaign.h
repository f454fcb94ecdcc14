/* A run: many iterations of many scenarios over several job slots, judged,
 * recorded and counted. */
#ifndef MPS_CAMPAIGN_CAMPAIGN_H
#define MPS_CAMPAIGN_CAMPAIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "detectors.h"
#include "portfolio.h"
#include "report/report.h"
#include "runner/isolation.h"
#include "scenario/scenario.h"

struct known_list;
struct mps_diag;
struct store;
struct suppressions;

enum { CAMPAIGN_JOBS_MAX = 256 };

/* Where the parts of mpstress that the target needs are. */
struct toolchain {
    const char *runtime;  /* libmpstress.so */
    const char *launcher; /* mpstress-launch */
    const char *targets;  /* directory of bundled targets, or NULL */
};

struct campaign_options {
    struct scenario *const *scenarios;
    size_t scenario_count;
    const struct toolchain *toolchain;
    const char *command;         /* the command line, for reports */
    const char *const *settings; /* for reports, too: see report.h */
    size_t setting_count;
    const char *workspace; /* an existing empty directory for the slots */
    struct store *store;   /* NULL: failures are not kept */
    bool stored_first;     /* begin with the failures that the store has */
    enum isolation isolation;

    const char *mode; /* "auto", "stress" or "control": for reports */
    struct portfolio portfolio;
    unsigned detectors;                      /* enum detector */
    const struct suppressions *suppressions; /* NULL: none */
    const struct known_list *known;          /* accepted findings; NULL: none */
    const char *tool_suppressions; /* absolute path of a file in Valgrind's
                                      format, or NULL */
    bool guard; /* see accesses of plain binaries, by page faults */
    uint64_t base_seed;
    bool has_iterations;         /* else the scenario's own number */
    uint64_t iterations;         /* 0: without end */
    uint64_t clean_iterations;   /* without a new failure, of scenarios that
                                    expect none, instead of those numbers; 0:
                                    not asked for. See confidence.h */
    double confidence, max_rate; /* that this is for */
    uint64_t duration_ns;        /* per scenario; 0: no limit */
    bool has_only;               /* just iteration `only` */
    uint64_t only;
    uint64_t shard, shards; /* this one of 1 .. shards; shards 0: all */
    uint64_t max_failures;  /* failing iterations per scenario; 0: no limit */
    bool has_delay;         /* else the scenario's own range */
    uint64_t delay_low_ns, delay_high_ns;
    uint64_t shrink_time_ns; /* for each unexpected finding; 0: none */
    uint64_t timeout_ns;     /* 0: the scenario's own limit */
    unsigned jobs;           /* job slots: 1 .. CAMPAIGN_JOBS_MAX */
    unsigned verbosity;      /* 0 quiet, 1 normal, 2 more */

    FILE *out; /* results */
    bool color;
    struct progress *progress;
    const bool *stop; /* set by a signal handler */
};

struct campaign;

/* Run everything. Returns 0 when the run took place, whatever its verdicts;
 * *OUT then holds the report and is released with campaign_free(). A negative
 * code with DIAG when nothing could be run at all. */
int campaign_run(struct campaign **out, const struct campaign_options *options,
                 struct mps_diag *diag);
const struct report_run *campaign_report(const struct campaign *campaign);
void campaign_free(struct campaign *campaign);

#endif
