/* unique: all elements of a stream, over all tasks, are different. An element
 * is what one mps_emit() gave. */
#include <inttypes.h>

#include "check/items.h"
#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

static void report(struct judge *judge, const struct invariant *invariant,
                   const struct observation *first,
                   const struct observation *again, uint64_t doubled)
{
    struct str value, tasks;
    str_init(&value);
    str_init(&tasks);
    show_item(&value, first->data, first->size);
    if (first->task == again->task) {
        str_add(&tasks, "twice by ");
        show_task(&tasks, judge->segment, first->task);
    } else {
        str_add(&tasks, "by ");
        show_task(&tasks, judge->segment, first->task);
        str_add(&tasks, " and by ");
        show_task(&tasks, judge->segment, again->task);
    }
    struct finding *finding =
        judge_violation(judge, invariant, "%s: %s was emitted %s",
                        invariant->subject, value.data, tasks.data);
    judge_expected(judge, finding, "no value twice");
    judge_actual(judge, finding, "%s twice", value.data);
    judge_place(judge, finding, first->site, first->task, "emitted %s",
                value.data);
    judge_place(judge, finding, again->site, again->task, "emitted %s again",
                value.data);
    str_clear(&value);
    show_number(&value, doubled);
    str_addf(&value, " of the values had been emitted before\n");
    judge_detail(judge, finding, &value);
    str_fini(&tasks);
}

/* Looks for values that were there before; true if it found any. */
static bool find_double(struct judge *judge, const struct invariant *invariant,
                        const struct records *records, struct items *items)
{
    const struct observation *first = NULL, *again = NULL;
    uint64_t doubled = 0;
    for (size_t i = 0; i < records->count; i++) {
        const struct observation *o = &records->items[i];
        struct item *item = items_add(items, 0, o->data, o->size, (uint32_t)i);
        if (item->count[0] == 1)
            continue;
        if (!doubled++) {
            first = &records->items[item->first[0]];
            again = o;
        }
    }
    if (doubled)
        report(judge, invariant, first, again, doubled);
    return doubled;
}

int oracle_unique(struct judge *judge, const struct invariant *invariant)
{
    struct records records;
    struct items items = {0};
    int err = records_collect(&records, judge->segment,
                              RECORD_BIT(MPS_RECORD_EMIT), invariant->subject);
    if (err)
        return judge->err = err;
    if (!records.count && !invariant->count) {
        judge_never(judge, invariant, "mps_emit");
        return 0;
    }
    err = items_init(&items, records.count);
    if (err)
        judge->err = err;
    else if (!find_double(judge, invariant, &records, &items))
        err =
            judge_count(judge, invariant, records.count, "values", 0, NO_TASK);
    items_fini(&items);
    records_free(&records);
    return err;
}
