#include <mpstress/mpstress.h>
#include <string.h>

#include "always.h"
#include "check/show.h"

/* More different claims than this do not fail in one iteration without a
 * common cause. */
enum { CLAIMS_SHOWN = 16 };

struct claim {
    struct observation first;
    uint64_t times;
};

static bool holds(const struct observation *check)
{
    return check->size != 1 || *(const unsigned char *)check->data;
}

static void report(struct judge *judge, const struct claim *claim)
{
    const struct observation *o = &claim->first;
    struct str name, task;
    str_init(&name);
    str_init(&task);
    show_text(&name, o->name);
    show_task(&task, judge->segment, o->task);
    /* The claim's own name stands where an invariant of the scenario has its
     * own, so that failures are told apart by it. */
    const struct invariant invariant = {.name = name.data};
    struct finding *finding = judge_violation(
        judge, &invariant, "%s did not hold in %s", name.data, task.data);
    judge_place(judge, finding, o->site, o->task, "checked it");
    if (claim->times > 1) {
        struct str detail;
        str_init(&detail);
        str_add(&detail, "it did not hold ");
        show_number(&detail, claim->times);
        str_add(&detail, " times in this iteration\n");
        judge_detail(judge, finding, &detail);
    }
    str_fini(&name);
    str_fini(&task);
}

bool always_claims(struct judge *judge)
{
    struct claim claims[CLAIMS_SHOWN];
    size_t count = 0;
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(judge->segment, &at, &o)) {
        if (o.kind != MPS_RECORD_CHECK || holds(&o))
            continue;
        size_t i = 0;
        while (i < count && strcmp(claims[i].first.name, o.name))
            i++;
        if (i == CLAIMS_SHOWN)
            continue;
        if (i == count)
            claims[count++] = (struct claim){.first = o};
        claims[i].times++;
    }
    for (size_t i = 0; i < count; i++)
        report(judge, &claims[i]);
    return count;
}
