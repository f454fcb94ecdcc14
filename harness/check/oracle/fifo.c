/* fifo: the items of one producer come out in the order it put them.
 *
 * Two consumers may each take an item and say so in the other order, so that
 * only what one and the same consumer sees is compared: the items that it got
 * from each producer are in that producer's order. Items whose bytes were put
 * more than once (end markers, say) cannot be told apart and are left out. */
#include <errno.h>
#include <stdlib.h>

#include "check/items.h"
#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

enum { PUT, GOT };

struct pair {
    uint32_t consumer, producer;
};

struct fifo {
    const struct records *records;
    struct items items; /* by their bytes */
    struct items pairs; /* struct pair; first[GOT]: index of its newest item */
    struct pair *keys;  /* what `pairs` borrows */
};

static void report(struct judge *judge, const struct invariant *invariant,
                   const struct fifo *fifo, const struct observation *got,
                   const struct item *late, const struct item *early)
{
    const struct observation *put = &fifo->records->items[late->first[PUT]];
    struct str first, second, tasks;
    str_init(&first);
    str_init(&second);
    str_init(&tasks);
    show_item(&first, late->bytes, late->size);
    show_item(&second, early->bytes, early->size);
    show_task(&tasks, judge->segment, got->task);
    str_addf(&tasks, " got %s after %s, but ", first.data, second.data);
    show_task(&tasks, judge->segment, put->task);
    struct finding *finding =
        judge_violation(judge, invariant, "%s: %s had put it before",
                        invariant->subject, tasks.data);
    judge_expected(judge, finding, "%s before %s", first.data, second.data);
    judge_actual(judge, finding, "%s before %s", second.data, first.data);
    judge_place(judge, finding, put->site, put->task, "put %s", first.data);
    judge_place(judge, finding, got->site, got->task, "got %s", first.data);
    str_fini(&first);
    str_fini(&second);
    str_fini(&tasks);
}

/* Looks at the record INDEX, a GOT; true when it breaks the order. */
static bool judge_got(struct judge *judge, const struct invariant *invariant,
                      struct fifo *fifo, size_t index)
{
    const struct observation *got = &fifo->records->items[index];
    const struct item *item = items_find(&fifo->items, got->data, got->size);
    if (!item || item->count[PUT] != 1)
        return false;
    uint32_t producer = fifo->records->items[item->first[PUT]].task;
    struct pair *key = &fifo->keys[index];
    *key = (struct pair){got->task, producer};
    uint32_t number = (uint32_t)(item - fifo->items.list);
    struct item *pair = items_add(&fifo->pairs, GOT, key, sizeof(*key), number);
    const struct item *newest = &fifo->items.list[pair->first[GOT]];
    /* Of one producer, the record put later stands later. */
    if (item->first[PUT] < newest->first[PUT]) {
        report(judge, invariant, fifo, got, item, newest);
        return true;
    }
    pair->first[GOT] = number;
    return false;
}

static void judge_order(struct judge *judge, const struct invariant *invariant,
                        struct fifo *fifo)
{
    const struct records *records = fifo->records;
    for (size_t i = 0; i < records->count; i++) {
        const struct observation *o = &records->items[i];
        if (o->kind == MPS_RECORD_PUT)
            items_add(&fifo->items, PUT, o->data, o->size, (uint32_t)i);
    }
    for (size_t i = 0; i < records->count; i++)
        if (records->items[i].kind == MPS_RECORD_GOT &&
            judge_got(judge, invariant, fifo, i))
            return;
}

int oracle_fifo(struct judge *judge, const struct invariant *invariant)
{
    struct records records;
    int err =
        records_collect(&records, judge->segment,
                        RECORD_BIT(MPS_RECORD_PUT) | RECORD_BIT(MPS_RECORD_GOT),
                        invariant->subject);
    if (err)
        return judge->err = err;
    if (!records.count) {
        judge_never(judge, invariant, "mps_put");
        return 0;
    }
    struct fifo fifo = {.records = &records};
    fifo.keys = calloc(records.count, sizeof(*fifo.keys));
    err = fifo.keys ? items_init(&fifo.items, records.count) : -ENOMEM;
    if (!err)
        err = items_init(&fifo.pairs, records.count);
    if (err)
        judge->err = err;
    else
        judge_order(judge, invariant, &fifo);
    items_fini(&fifo.items);
    items_fini(&fifo.pairs);
    free(fifo.keys);
    records_free(&records);
    return err;
}
