/* What the judges of one iteration share: the outcome, how it ended, and the
 * list that findings go into. Private to check/.
 *
 * Running out of memory is kept in the struct and reported once, at the end:
 * the functions below then do nothing, and take the NULL that an earlier one
 * gave. A finding's pointer is valid until the next finding is made. */
#ifndef MPS_CHECK_JUDGE_H
#define MPS_CHECK_JUDGE_H

#include "base/diag.h"
#include "base/str.h"
#include "check/check.h"

/* How the iteration ended, from best to worst: an oracle judges only as far
 * as its row in check.c says, because what comes after a crash follows from
 * it. */
enum ending {
    ENDING_CLEAN,    /* the root ended with the status it should have */
    ENDING_STATUS,   /* it ended by itself, with another one */
    ENDING_CRIPPLED, /* it did, but some other task crashed, or was ended */
    ENDING_NONE      /* it was killed or never ended */
};

struct judge {
    const struct outcome *outcome;
    const struct segment *segment; /* of the outcome */
    const struct reference *reference;
    struct finding_list *findings;
    struct mps_diag *diag;
    enum ending ending;
    int err; /* -ENOMEM once memory ran out */
};

/* Whether something missing (an observation, an item, a line) needs no finding
 * of its own: the way the iteration ended explains it. */
static inline bool judge_excuses_missing(const struct judge *judge)
{
    return judge->ending != ENDING_CLEAN;
}

/* The verdict with which the scheduler ended the iteration; SCHEDULE_OPEN: it
 * gave none, or there was no scheduler. */
enum schedule_verdict judge_verdict(const struct outcome *outcome);

/* Whether it did so while tasks could or should have gone on, so that mpstress
 * ended them. */
bool judge_was_cut_short(const struct outcome *outcome);

/* Whether that is what ended TASK: it lived at the verdict, or it was KILLED by
 * a SIGKILL that no task is known to have sent. */
bool judge_was_cut_down(const struct outcome *outcome, uint32_t task,
                        bool killed);

/* Add a finding of KIND, and of INVARIANT unless that is NULL; FORMAT says
 * what is wrong, in one line. */
struct finding *judge_find(struct judge *judge, enum finding_kind kind,
                           const struct invariant *invariant,
                           const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The usual case: INVARIANT does not hold. */
#define judge_violation(judge, invariant, ...) \
    judge_find(judge, FINDING_INVARIANT, invariant, __VA_ARGS__)

/* State both sides as text. */
void judge_expected(struct judge *judge, struct finding *finding,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void judge_actual(struct judge *judge, struct finding *finding,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Make DETAIL (any number of ended lines) the finding's detail; DETAIL is
 * empty afterwards. */
void judge_detail(struct judge *judge, struct finding *finding,
                  struct str *detail);

#define NO_TASK UINT32_MAX

/* Add the place SITE, where TASK (or NO_TASK) did what FORMAT says. Nothing is
 * added for a site of 0. */
void judge_place(struct judge *judge, struct finding *finding, uint64_t site,
                 uint32_t task, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* The same for a place that is already known. */
void judge_location(struct judge *judge, struct finding *finding,
                    const struct location *location, uint32_t task,
                    const char *role);

/* The source line of SITE, of OP; false when it is unknown. */
bool judge_locate(const struct judge *judge, uint64_t site,
                  struct location *out);
bool judge_locate_op(const struct judge *judge, const struct segment_op *op,
                     struct location *out);

/* Append BEFORE, the source line of SITE and AFTER, or nothing when the line is
 * unknown. */
void judge_show_site(const struct judge *judge, struct str *s,
                     const char *before, uint64_t site, const char *after);

/* The value of EXPR in this iteration; says what is wrong with INVARIANT in
 * the diagnostic when there is none. */
int judge_evaluate(struct judge *judge, const struct invariant *invariant,
                   const struct expr *expr, int64_t *value);

/* Append "4000 (workers * increments)", or "4000" when EXPR says just that. */
void judge_show_value(struct str *s, const struct expr *expr, int64_t value);

/* Nothing was reported under the name that INVARIANT looks at: a violation,
 * unless the ending explains it. CALL is what the target should have called:
 * "mps_observe". */
void judge_never(struct judge *judge, const struct invariant *invariant,
                 const char *call);

/* There are COUNT of WHAT ("values", "items") but invariant->count says
 * otherwise: a violation. Too few are excused by a bad ending. */
int judge_count(struct judge *judge, const struct invariant *invariant,
                uint64_t count, const char *what, uint64_t site, uint32_t task);

#endif
