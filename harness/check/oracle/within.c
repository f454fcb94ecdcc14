/* within: the iteration took no more time, or no more points, than so. */
#include <inttypes.h>

#include "base/parse.h"
#include "oracle.h"

static void judge_time(struct judge *judge, const struct invariant *invariant)
{
    uint64_t took = judge->outcome->elapsed_ns;
    if (!invariant->time_ns || took <= invariant->time_ns)
        return;
    char actual[32], limit[32];
    parse_show_duration(took, actual, sizeof(actual));
    parse_show_duration(invariant->time_ns, limit, sizeof(limit));
    struct finding *finding = judge_violation(
        judge, invariant, "took %s, expected at most %s", actual, limit);
    judge_expected(judge, finding, "at most %s", limit);
    judge_actual(judge, finding, "%s", actual);
}

static int judge_points(struct judge *judge, const struct invariant *invariant)
{
    if (!invariant->points)
        return 0;
    int64_t limit;
    int err = judge_evaluate(judge, invariant, invariant->points, &limit);
    if (err)
        return err;
    uint64_t points = outcome_points(judge->outcome);
    if (limit >= 0 && points <= (uint64_t)limit)
        return 0;
    struct str text;
    str_init(&text);
    judge_show_value(&text, invariant->points, limit);
    struct finding *finding = judge_violation(
        judge, invariant, "took %" PRIu64 " points, expected at most %s",
        points, text.data);
    judge_expected(judge, finding, "at most %s", text.data);
    judge_actual(judge, finding, "%" PRIu64, points);
    str_fini(&text);
    return 0;
}

int oracle_within(struct judge *judge, const struct invariant *invariant)
{
    judge_time(judge, invariant);
    return judge_points(judge, invariant);
}
