/* mpstress diagnose: from a stored failure to the rule that was broken.
 *
 * Six steps, each an experiment with a verdict and its evidence; then the rule
 * whose breach fits all of it, in one paragraph. */
#ifndef MPS_DIAGNOSE_DIAGNOSE_H
#define MPS_DIAGNOSE_DIAGNOSE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/str.h"
#include "campaign/campaign.h"

struct mps_diag;

enum { DIAGNOSE_STEPS = 6 };

struct diagnose_options {
    const struct toolchain *toolchain;
    const char *workspace;
    enum isolation isolation;
    uint64_t shrink_ns; /* for shrinking what was not shrunk; 0: no limit */
    const char *log;    /* file for the log of step 2; NULL: beside the trace */
    const bool *stop;
};

/* What one step found. */
struct diagnose_step {
    const char *key, *title; /* "single", "Single process first" */
    const char *verdict;     /* a word for programs: "concurrency", ... */
    struct str says;         /* the verdict as a sentence without its end */
    struct str evidence;     /* lines, each ended */
    uint64_t elapsed_ns;
};

/* One of the two operations that it comes down to. */
struct diagnose_op {
    char *task;  /* "0.1 (worker 1)"; NULL: there is no such operation */
    char *does;  /* "mutex lock", "looks whether it is empty" */
    char *place; /* "work() primes.c:180", the program's own line, or "" */
    char *calls; /* "take() lock.c:44 < put() queue.c:130", innermost first, or
                    "" */
};

struct diagnose {
    char *id, *what; /* of the failure: its name, its first finding */
    char *log;       /* the file of step 2; NULL: none */
    struct diagnose_step steps[DIAGNOSE_STEPS];
    const char *rule_key; /* NULL: no rule that is known fits */
    const char *rule;     /* "take locks in one order everywhere" */
    char *object;         /* what the two are about; NULL without a rule */
    struct diagnose_op ops[2];
    char *conclusion;
    uint64_t elapsed_ns;
};

/* Diagnose the failure in the file TRACE, which is replaced by one that holds
 * its shortest schedule should that not be known yet. The experiments are the
 * same every time but for those of step 5, and for what the machine's load
 * does to programs that are only partly under control.
 *
 * On success the caller releases OUT with diagnose_fini(); -EINTR when
 * *OPTIONS->stop was set; otherwise what went wrong, with DIAG. OUT is empty
 * then. */
int diagnose_run(struct diagnose *out, const char *trace,
                 const struct diagnose_options *options, struct mps_diag *diag);
void diagnose_fini(struct diagnose *diagnose);

/* For people: 80 columns, the steps, then the conclusion. -EIO. */
int diagnose_print(FILE *out, const struct diagnose *diagnose, bool color);
/* For programs: SCHEMA.md. Fails as diagnose_print() does, or
 * with -ENOMEM. */
int diagnose_json(FILE *out, const struct diagnose *diagnose);

#endif
