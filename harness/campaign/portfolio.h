/* Which way an iteration is run: freely, with delays (stress), or under
 * control by one of the strategies. No way finds everything, so a run mixes
 * them; which one an iteration gets depends on its seed alone. */
#ifndef MPS_CAMPAIGN_PORTFOLIO_H
#define MPS_CAMPAIGN_PORTFOLIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runner/slot.h"
#include "valgrind/tools.h"

struct mps_diag;

enum { PORTFOLIO_WAYS = STRATEGY_REPLAY + 1 }; /* stress, and strategies */
enum { WAY_STRESS = 0 };                       /* strategy S is way S + 1 */
/* Beside them, under a tool: tool T is way WAY_TOOL + T. */
enum {
    WAY_TOOL = PORTFOLIO_WAYS + 1,
    WAY_COUNT = WAY_TOOL + VALGRIND_TOOL_COUNT
};

struct portfolio {
    unsigned weights[PORTFOLIO_WAYS];
};

/* The mixtures behind --mode: "auto", "stress", "control". -1: no such. */
int portfolio_by_mode(struct portfolio *portfolio, const char *mode);
/* The I-th of them; NULL after the last. */
const char *portfolio_mode_name(size_t i);
/* A list of names, "random,pct": equal weights; also "stress" and "auto".
 * -MPS_EINPUT with DIAG. */
int portfolio_parse(struct portfolio *portfolio, const char *list,
                    struct mps_diag *diag);
/* The I-th name of a way that a list may have; NULL after the last. */
const char *portfolio_strategy_name(size_t i);
const char *portfolio_way_name(int way);
bool portfolio_way_is_controlled(int way);
/* Whether any way is under control; whether all are. */
bool portfolio_has_control(const struct portfolio *portfolio);
bool portfolio_has_stress(const struct portfolio *portfolio);

/* The way of the iteration with seed SEED. */
int portfolio_choose(const struct portfolio *portfolio, uint64_t seed);

/* What a sequential iteration of the scenario measured: PCT's k and n. */
struct measure {
    uint64_t decisions;
    uint32_t tasks;
};

/* How WAY, not stress, schedules the iteration with seed SEED. */
void portfolio_control(int way, uint64_t seed, const struct measure *measure,
                       struct control *out);

#endif
