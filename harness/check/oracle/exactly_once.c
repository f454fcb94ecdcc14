/* exactly_once: what tasks put into a queue and what they got out of it are
 * the same items, each as often: none lost, doubled or invented. Items are
 * told apart by their bytes. */
#include <inttypes.h>

#include "check/items.h"
#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

enum { PUT, GOT, SHOWN = 10, PLACES = 4 };

/* The ways an item can go wrong, worst first. */
enum wrong { LOST, DOUBLED, INVENTED, WRONG_COUNT };

static const struct {
    const char *word, *role;
    unsigned witness; /* which sighting names task and place */
} wrongs[] = {
    [LOST] = {"lost", "put it", PUT},
    [DOUBLED] = {"doubled", "got it", GOT},
    [INVENTED] = {"invented", "got what nobody had put", GOT},
};

struct balance {
    const struct records *records;
    struct items items;
    uint64_t put, got;
    uint64_t counts[WRONG_COUNT];
};

/* How many copies of ITEM went wrong, and how. */
static uint64_t wrong_with(const struct item *item, enum wrong *how)
{
    uint32_t put = item->count[PUT], got = item->count[GOT];
    *how = got < put ? LOST : put ? DOUBLED : INVENTED;
    return got < put ? put - got : got - put;
}

static int take_stock(struct balance *balance)
{
    const struct records *records = balance->records;
    int err = items_init(&balance->items, records->count);
    for (size_t i = 0; !err && i < records->count; i++) {
        const struct observation *o = &records->items[i];
        bool put = o->kind == MPS_RECORD_PUT;
        balance->put += put;
        balance->got += !put;
        items_add(&balance->items, put ? PUT : GOT, o->data, o->size,
                  (uint32_t)i);
    }
    for (size_t i = 0; !err && i < balance->items.count; i++) {
        enum wrong how;
        uint64_t copies = wrong_with(&balance->items.list[i], &how);
        balance->counts[how] += copies;
    }
    return err;
}

static const struct observation *
witness(const struct balance *balance, const struct item *item, enum wrong how)
{
    return &balance->records->items[item->first[wrongs[how].witness]];
}

/* A line for each item that went wrong, and the places of the first few. */
static void describe(struct judge *judge, struct finding *finding,
                     const struct balance *balance, bool excuse_lost)
{
    struct str s;
    str_init(&s);
    uint64_t shown = 0, all = 0;
    for (size_t i = 0; i < balance->items.count; i++) {
        const struct item *item = &balance->items.list[i];
        enum wrong how;
        if (!wrong_with(item, &how) || (how == LOST && excuse_lost))
            continue;
        if (++all > SHOWN)
            continue;
        const struct observation *o = witness(balance, item, how);
        str_addf(&s, "%s: ", wrongs[how].word);
        show_item(&s, item->bytes, item->size);
        str_addf(&s, ", put %" PRIu32 " times, got %" PRIu32 " times, by ",
                 item->count[PUT], item->count[GOT]);
        show_task(&s, judge->segment, o->task);
        str_add_char(&s, '\n');
        if (++shown <= PLACES)
            judge_place(judge, finding, o->site, o->task, "%s",
                        wrongs[how].role);
    }
    if (all > SHOWN)
        str_addf(&s, "and %" PRIu64 " more\n", all - SHOWN);
    judge_detail(judge, finding, &s);
}

static int judge_balance(struct judge *judge, const struct invariant *invariant,
                         const struct balance *balance)
{
    bool excuse_lost = judge_excuses_missing(judge);
    struct str s;
    str_init(&s);
    for (int how = 0; how < WRONG_COUNT; how++) {
        if (!balance->counts[how] || (how == LOST && excuse_lost))
            continue;
        str_addf(&s, "%s%" PRIu64 " %s", s.len ? ", " : "",
                 balance->counts[how], wrongs[how].word);
    }
    int err = 0;
    if (s.len) {
        struct finding *finding =
            judge_violation(judge, invariant, "%s: of %" PRIu64 " items %s",
                            invariant->subject, balance->put, s.data);
        judge_expected(judge, finding, "every item once");
        judge_actual(judge, finding, "%s", s.data);
        describe(judge, finding, balance, excuse_lost);
    } else {
        err = judge_count(judge, invariant, balance->put, "items", 0, NO_TASK);
    }
    str_fini(&s);
    return err;
}

int oracle_exactly_once(struct judge *judge, const struct invariant *invariant)
{
    struct records records;
    int err =
        records_collect(&records, judge->segment,
                        RECORD_BIT(MPS_RECORD_PUT) | RECORD_BIT(MPS_RECORD_GOT),
                        invariant->subject);
    if (err)
        return judge->err = err;
    if (!records.count && !invariant->count) {
        judge_never(judge, invariant, "mps_put");
        return 0;
    }
    struct balance balance = {.records = &records};
    err = take_stock(&balance);
    if (err)
        judge->err = err;
    else
        err = judge_balance(judge, invariant, &balance);
    items_fini(&balance.items);
    records_free(&records);
    return err;
}
