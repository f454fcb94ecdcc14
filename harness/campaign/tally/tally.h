/* What is known about one scenario while it runs, and in the end. Not locked:
 * the caller does that. */
#ifndef MPS_CAMPAIGN_TALLY_H
#define MPS_CAMPAIGN_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/check.h"
#include "portfolio.h"
#include "report/report.h"
#include "tally/blind.h"
#include "tally/breakdown.h"
#include "tally/hashes.h"
#include "valgrind/findings.h"

struct tally {
    const struct scenario *scenario;
    uint64_t planned;               /* 0: without end */
    uint64_t iterations;            /* judged */
    uint64_t failures;              /* of them with a finding */
    uint64_t known_failures;        /* of them with known ones alone */
    const struct known_list *known; /* accepted findings; NULL: none */
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
    struct breakdown breakdown;
    size_t breakdown_count;    /* filled in the end */
    struct replayed *replayed; /* stored failures, run first; owned */
    size_t replayed_count;
    uint64_t revived;   /* of them those that came again, known ones not */
    const char **fixed; /* ids among `replayed`; filled in the end; owned */
    size_t fixed_count;
    struct report_known *unseen; /* filled in the end; owned, texts not */
    size_t unseen_count;
    char external_call[64]; /* the first call that was not under control */
    char *shared; /* what kept iterations from running side by side; owned */
    bool expected_seen;  /* the kind that the scenario expects */
    char *reason;        /* of a verdict that is not pass */
    bool without_points; /* the target could only be seen from outside */
    struct valgrind_remarks
        remarks[VALGRIND_TOOL_COUNT]; /* at most, of a run */
    struct warning *warnings; /* findings that wait for the end; owned */
    size_t warning_count;
};

/* A stored failure that was run again. */
struct replayed {
    char *id;
    uint64_t iteration; /* that first had it, in the run that found it */
    bool came;
};

/* A lock-order finding warns of a deadlock that the next iterations may show.
 * Until they all had their chance it is no failure, so that it does not end the
 * run; then it is, unless the deadlock came and says it better. */
struct warning {
    uint64_t fingerprint;
    int way;    /* of its iteration */
    bool alone; /* which had no other finding */
};

int tally_init(struct tally *tally, const struct scenario *scenario);
void tally_fini(struct tally *tally);

/* Whether FINDING is such a warning: one that SCENARIO does not ask for. */
bool tally_is_warning(const struct scenario *scenario,
                      const struct finding *finding);

/* Why FINDING of the scenario is accepted; NULL when it is not, or is what the
 * scenario expects. The text is the known_list's. */
const char *tally_known(const struct tally *tally,
                        const struct finding *finding);

/* Count OUTCOME, which was run in WAY and gave FINDINGS. */
void tally_count(struct tally *tally, int way, const struct outcome *outcome,
                 const struct finding_list *findings);

/* Add a finding of ITERATION. Returns the entry it became or joined; *IS_NEW
 * says which. FINDING's contents are moved into a new entry. NULL when out
 * of memory. */
struct report_finding *tally_add(struct tally *tally, struct finding *finding,
                                 const struct outcome *outcome, bool *is_new);

/* Keep ENTRY, the newest, as a warning; ALONE: its iteration, run in WAY, has
 * no other finding. */
int tally_warn(struct tally *tally, const struct report_finding *entry, int way,
               bool alone);
/* All iterations have been run: take entry NUMBER, a warning, for a failure, or
 * forget it. */
void tally_confirm(struct tally *tally, size_t number,
                   const struct warning *warning);
void tally_forget(struct tally *tally, size_t number);

/* Note that stored failure ID, found at ITERATION of its run, was run again,
 * and whether it CAME. -ENOMEM. */
int tally_replayed(struct tally *tally, const char *id, uint64_t iteration,
                   bool came);

/* Failing iterations that nobody has accepted, and stored failures that came
 * again. */
uint64_t tally_new_failures(const struct tally *tally);

/* Whether enough has been seen to stop: MAX_FAILURES failing iterations that
 * nobody has accepted, for a scenario that expects to fail ones of the expected
 * kind. */
bool tally_is_done(const struct tally *tally, uint64_t max_failures);

/* Iterations that were judged without a new failure: those that were cut off
 * at the step bound may have had one. */
uint64_t tally_clean(const struct tally *tally);
uint64_t tally_cut_off(const struct tally *tally);

/* Whether TALLY is that of a target that fails now and then: it was given the
 * chance to fail and to pass after its first new failure, MAX_FAILURES not
 * being 1, and did both. One failure that ended the run says nothing of how
 * often. */
bool tally_is_flaky(const struct tally *tally, uint64_t max_failures);

/* All iterations have been run: note what is accepted and did not come, and
 * which stored failures are fixed: those that did not come when they were run
 * again, nor in more iterations than it took to find them. */
void tally_list_unseen(struct tally *tally);
void tally_list_fixed(struct tally *tally);

/* Come to the verdict; ENDED_EARLY: interrupted or out of time. */
enum verdict tally_verdict(struct tally *tally, bool ended_early);

#endif
