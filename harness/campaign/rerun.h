/* The iteration of a stored failure, run again and again: for replays, for
 * shrinking, for diagnosing. One job slot, or a run under the tool of Valgrind
 * that found it; one thread. */
#ifndef MPS_CAMPAIGN_RERUN_H
#define MPS_CAMPAIGN_RERUN_H

#include <stdbool.h>

#include "campaign.h"
#include "check/finding.h"
#include "runner/slot.h"
#include "trace/trace.h"

struct rerun_options {
    const struct toolchain *toolchain;
    const char *workspace; /* an existing directory; gets a folder for a slot */
    enum isolation isolation;
    char *const *program; /* to run instead of the target; NULL: the target */
    struct scenario *scenario; /* to be run as it is now; NULL: as recorded */
    struct symbols *symbols;   /* findings point into; NULL: its own */
    const bool *stop;
};

struct rerun;

/* Start the target of TRACE. OPTIONS and TRACE must outlive it. -MPS_ENOMATCH
 * when the scenario in OPTIONS cannot have the recorded parameters. */
int rerun_open(struct rerun **out, const struct trace *trace,
               const struct rerun_options *options, struct mps_diag *diag);
void rerun_close(struct rerun *rerun);

/* Whether TRACE was found under a tool: its name; else NULL. */
const char *rerun_tool(const struct trace *trace);

const struct scenario *rerun_scenario(const struct rerun *rerun);
/* The values of its parameters: the trace's, until others are set. VALUES must
 * outlive the use. */
const char **rerun_values(struct rerun *rerun);

/* Take the values of PARAMS, which must outlive the use, instead; those that
 * are not among them stay. */
void rerun_set_params(struct rerun *rerun, const struct trace_param *params,
                      size_t count);

/* For what at_stop looks at; lives as long as RERUN. */
struct symbols *rerun_symbols(const struct rerun *rerun);
/* Whether control.guard can show the accesses of a plain binary here. */
bool rerun_can_guard(const struct rerun *rerun);

/* For control.at_stop: as slot_resume(). */
void rerun_resume(struct rerun *rerun);

/* The control that TRACE asks for: its strategy's numbers, to be used with a
 * plan; only for controlled traces, others get defaults. */
void rerun_control(const struct trace *trace, struct control *out);

/* Run once, with seed SEED, under CONTROL or freely with the recorded delays
 * (NULL), and judge; under a tool there is no control. OUTCOME is valid until
 * the next run; FINDINGS are the caller's to clear. */
int rerun_once(struct rerun *rerun, uint64_t seed,
               const struct control *control, struct outcome *outcome,
               struct finding_list *findings, struct mps_diag *diag);

/* Run once freely, with sleeps of LOW_NS to HIGH_NS at points (both 0: without
 * any delay), and LIMIT_NS in place of the time limit; otherwise as
 * rerun_once(). */
int rerun_freely(struct rerun *rerun, uint64_t seed, uint64_t low_ns,
                 uint64_t high_ns, uint64_t limit_ns, struct outcome *outcome,
                 struct finding_list *findings, struct mps_diag *diag);

/* Run once freely, undisturbed, with the messages that were put into queues in
 * the recorded iteration for mps_serial(); outcome.segment->control.fed tells
 * whether the program took them. -MPS_ENOMATCH when there are none,
 * as of every failure found under a tool, -MPS_EFULL when they are too many. */
int rerun_serially(struct rerun *rerun, struct outcome *outcome,
                   struct finding_list *findings, struct mps_diag *diag);

/* Whether FINDINGS has the finding that gave TRACE its name; any of its
 * findings, when ANY. */
bool rerun_same(const struct trace *trace, const struct finding_list *findings,
                bool any);

#endif
