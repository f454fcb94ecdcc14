/* What is known about one scenario while it runs, and in the end. Not locked:
 * the caller does that. */
#ifndef MPS_CAMPAIGN_TALLY_H
#define MPS_CAMPAIGN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "blind.h"
#include "check/check.h"
#include "hashes.h"
#include "portfolio.h"
#include "report/report.h"
#include "valgrind/findings.h"

struct tally {
    const struct scenario *scenario;
    uint64_t planned;    /* 0: without end */
    uint64_t iterations; /* judged */
    uint64_t failures;   /* of them with a finding */
    uint64_t elapsed_ns;
    struct report_finding *findings; /* distinct ones; owned */
    size_t finding_count;
    struct sometimes_set *sometimes;
    char **never_reached; /* filled in the end */
    size_t never_reached_count;
    struct report_strategy ways[WAY_COUNT]; /* by way */
    struct hash_set *orders[WAY_COUNT];     /* hashes of op orders */
    struct report_strategy *used;           /* filled in the end; owned */
    size_t used_count;
    struct blind blind;
    char external_call[64]; /* the first call that was not under control */
    bool expected_seen;     /* the kind that the scenario expects */
    char *reason;           /* of a verdict that is not pass */
    bool without_points;    /* the target could only be seen from outside */
    struct valgrind_remarks
        remarks[VALGRIND_TOOL_COUNT]; /* at most, of a run */
};

int tally_init(struct tally *tally, const struct scenario *scenario);
void tally_fini(struct tally *tally);

/* Count OUTCOME, which was run in WAY, with so many findings. */
void tally_count(struct tally *tally, int way, const struct outcome *outcome,
                 size_t findings);

/* Add a finding of ITERATION. Returns the entry it became or joined; *IS_NEW
 * says which. FINDING's contents are moved into a new entry. NULL when out
 * of memory. */
struct report_finding *tally_add(struct tally *tally, struct finding *finding,
                                 const struct outcome *outcome, bool *is_new);

/* Whether enough has been seen to stop: MAX_FAILURES failing iterations, for
 * a scenario that expects to fail ones of the expected kind. */
bool tally_is_done(const struct tally *tally, uint64_t max_failures);

/* Come to the verdict; ENDED_EARLY: interrupted or out of time. */
enum verdict tally_verdict(struct tally *tally, bool ended_early);

#endif
