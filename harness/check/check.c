#include "check.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/wait.h>

#include "always/always.h"
#include "base/error.h"
#include "oracle/oracle.h"

enum needs {
    NEEDS_NOTHING, /* but status, output and files */
    NEEDS_RUNTIME,
    NEEDS_RECORDS /* likewise; and senseless when observations were lost */
};

/* Each oracle, how badly the iteration may end for it still to say something
 * that does not follow from the end alone, and what it reads. What only looks
 * for wrong things among those that did happen always judges. */
static const struct row {
    oracle_function *judge;
    enum ending worst;
    enum needs needs;
} rows[ORACLE_COUNT] = {
    [ORACLE_EXIT] = {oracle_exit, ENDING_STATUS, NEEDS_NOTHING},
    [ORACLE_EQUALS] = {oracle_equals, ENDING_STATUS, NEEDS_RECORDS},
    [ORACLE_LINES] = {oracle_lines, ENDING_STATUS, NEEDS_NOTHING},
    [ORACLE_UNIQUE] = {oracle_unique, ENDING_NONE, NEEDS_RECORDS},
    [ORACLE_STREAMS] = {oracle_streams, ENDING_NONE, NEEDS_RECORDS},
    [ORACLE_EXACTLY_ONCE] = {oracle_exactly_once, ENDING_NONE, NEEDS_RECORDS},
    [ORACLE_FIFO] = {oracle_fifo, ENDING_NONE, NEEDS_RECORDS},
    [ORACLE_SAME_AS_SINGLE] = {oracle_same_as_single, ENDING_STATUS,
                               NEEDS_RECORDS},
    [ORACLE_NEVER_TOGETHER] = {oracle_never_together, ENDING_NONE,
                               NEEDS_RECORDS},
    [ORACLE_NO_LEAKS] = {oracle_no_leaks, ENDING_CRIPPLED, NEEDS_RUNTIME},
    [ORACLE_WITHIN] = {oracle_within, ENDING_STATUS, NEEDS_RUNTIME},
    [ORACLE_COMMAND] = {oracle_command, ENDING_CLEAN, NEEDS_RECORDS},
};

/* The invariants whose oracle is ORACLE_EXIT, or all the others. */
static int judge_invariants(struct judge *judge, bool exit, bool overflown)
{
    const struct scenario *scenario = judge->outcome->choice->scenario;
    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const struct invariant *invariant = &scenario->invariants[i];
        const struct row *row = &rows[invariant->oracle];
        if ((invariant->oracle == ORACLE_EXIT) != exit ||
            judge->ending > row->worst ||
            (overflown && row->needs == NEEDS_RECORDS) ||
            (judge->outcome->tool && row->needs != NEEDS_NOTHING))
            continue;
        int err = row->judge(judge, invariant);
        if (err || judge->err)
            return err;
    }
    return 0;
}

static bool root_was_cut_down(const struct judge *judge)
{
    int status = judge->outcome->status;
    return judge_was_cut_down(
        judge->outcome, 0, WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static int judge_all(struct judge *judge)
{
    if (always_damage(judge))
        return 0;
    struct crashes crashes = always_crash(judge);
    bool deadlocked = always_deadlock(judge);
    bool hung = always_hang(judge, deadlocked);
    always_livelock(judge);
    always_mishaps(judge);
    always_races(judge);
    bool cut_short = judge_was_cut_short(judge->outcome);
    if (crashes.root || hung || root_was_cut_down(judge))
        judge->ending = ENDING_NONE;
    else if (crashes.other || cut_short)
        judge->ending = ENDING_CRIPPLED;
    bool overflown = always_overflow(judge);
    always_claims(judge);

    size_t before = judge->findings->count;
    int err = judge_invariants(judge, true, overflown);
    if (judge->ending == ENDING_CLEAN && judge->findings->count > before)
        judge->ending = ENDING_STATUS;
    return err ? err : judge_invariants(judge, false, overflown);
}

int check_iteration(const struct outcome *outcome,
                    const struct reference *reference,
                    struct finding_list *findings, struct mps_diag *diag)
{
    struct judge judge = {
        .outcome = outcome,
        .segment = outcome->segment,
        .reference = reference,
        .findings = findings,
        .diag = diag,
    };
    size_t first = findings->count;
    int err = judge_all(&judge);
    for (size_t i = first; i < findings->count; i++)
        finding_seal(&findings->items[i]);
    if (judge.err)
        return diag_set(diag, judge.err,
                        "out of memory while judging an iteration");
    return err;
}
