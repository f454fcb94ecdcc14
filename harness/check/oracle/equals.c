/* equals: the last value observed under a name is that of an expression. */
#include <inttypes.h>
#include <string.h>

#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

/* The number that O reports, if it is a whole one. */
static bool as_integer(const struct observation *o, int64_t *value)
{
    double real;
    if (o->size != 8)
        return false;
    if (o->kind == MPS_RECORD_INT) {
        memcpy(value, o->data, sizeof(*value));
        return true;
    }
    if (o->kind != MPS_RECORD_REAL)
        return false;
    memcpy(&real, o->data, sizeof(real));
    /* Beyond 2^53 a double names several integers. */
    if (!(real >= -9007199254740992.0 && real <= 9007199254740992.0))
        return false;
    *value = (int64_t)real;
    return (double)*value == real;
}

static void show_observed(struct str *s, const struct observation *o)
{
    int64_t integer;
    double real;
    if (as_integer(o, &integer)) {
        str_addf(s, "%" PRId64, integer);
    } else if (o->kind == MPS_RECORD_REAL && o->size == 8) {
        memcpy(&real, o->data, sizeof(real));
        str_addf(s, "%.17g", real);
    } else {
        show_item(s, o->data, o->size);
    }
}

static bool find_last(const struct judge *judge, const char *subject,
                      struct observation *last)
{
    bool found = false;
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(judge->segment, &at, &o)) {
        if (o.kind < MPS_RECORD_INT || o.kind > MPS_RECORD_TEXT ||
            !record_is_named(&o, subject))
            continue;
        if (!found || o.ticket > last->ticket)
            *last = o;
        found = true;
    }
    return found;
}

int oracle_equals(struct judge *judge, const struct invariant *invariant)
{
    struct observation last;
    if (!find_last(judge, invariant->subject, &last)) {
        judge_never(judge, invariant, "mps_observe");
        return 0;
    }
    int64_t wanted, value;
    int err = judge_evaluate(judge, invariant, invariant->value, &wanted);
    if (err || (as_integer(&last, &value) && value == wanted))
        return err;

    struct str expected, actual;
    str_init(&expected);
    str_init(&actual);
    judge_show_value(&expected, invariant->value, wanted);
    show_observed(&actual, &last);
    struct finding *finding =
        judge_violation(judge, invariant, "%s is %s, expected %s",
                        invariant->subject, actual.data, expected.data);
    judge_expected(judge, finding, "%s", expected.data);
    judge_actual(judge, finding, "%s", actual.data);
    judge_place(judge, finding, last.site, last.task, "observed %s",
                invariant->subject);
    str_fini(&expected);
    str_fini(&actual);
    return 0;
}
