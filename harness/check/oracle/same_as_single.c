/* same_as_single: a file, the last value under a name, or a stream is what the
 * run with one worker gave.
 *
 * A stream that a single task emits has an order, and must have the same one.
 * When several tasks emit it, in this run or in that with one worker, their
 * order is chance: then it must have the same elements, each as often. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "check/files.h"
#include "check/items.h"
#include "check/records.h"
#include "check/reference.h"
#include "check/show.h"
#include "oracle.h"

enum { THEN, NOW, CONTEXT_BYTES = 24 };

/* Both sides of a comparison. */
struct sides {
    struct judge *judge;
    const struct invariant *invariant;
    const struct reference_entry *then, *now;
};

static const char *subject_of(const struct invariant *invariant)
{
    return invariant->file ? invariant->file : invariant->subject;
}

static void judge_length(const struct sides *sides, size_t then, size_t now,
                         const char *unit)
{
    if (now < then && judge_excuses_missing(sides->judge))
        return;
    struct finding *finding =
        judge_violation(sides->judge, sides->invariant,
                        "%s has %zu %s, in the run with one worker %zu",
                        subject_of(sides->invariant), now, unit, then);
    judge_expected(sides->judge, finding, "%zu %s", then, unit);
    judge_actual(sides->judge, finding, "%zu %s", now, unit);
}

/* Show the two items that differ; takes the text that says where. */
static void judge_pair(const struct sides *sides, struct str *what,
                       const void *then, size_t then_size, const void *now,
                       size_t now_size)
{
    struct str expected, actual;
    str_init(&expected);
    str_init(&actual);
    show_item(&expected, then, then_size);
    show_item(&actual, now, now_size);
    struct finding *finding = judge_violation(
        sides->judge, sides->invariant, "%s: %s, in the run with one worker %s",
        what->data, actual.data, expected.data);
    judge_expected(sides->judge, finding, "%s", expected.data);
    judge_actual(sides->judge, finding, "%s", actual.data);
    str_fini(&expected);
    str_fini(&actual);
    str_fini(what);
}

static void compare_file(const struct sides *sides)
{
    const struct str *then = &sides->then->bytes, *now = &sides->now->bytes;
    size_t both = then->len < now->len ? then->len : now->len;
    size_t at = 0, line = 1;
    while (at < both && then->data[at] == now->data[at])
        line += then->data[at++] == '\n';
    if (at == both) {
        if (then->len != now->len)
            judge_length(sides, then->len, now->len, "bytes");
        return;
    }
    struct str what;
    str_init(&what);
    str_addf(&what, "%s differs at byte %zu (line %zu)", sides->invariant->file,
             at, line);
    size_t room = both - at < CONTEXT_BYTES ? both - at : CONTEXT_BYTES;
    /* To the end of the line: what follows differs for the same reason. */
    size_t then_size = strcspn(then->data + at, "\n");
    size_t now_size = strcspn(now->data + at, "\n");
    judge_pair(sides, &what, then->data + at,
               then_size && then_size < room ? then_size : room, now->data + at,
               now_size && now_size < room ? now_size : room);
}

static void compare_observation(const struct sides *sides)
{
    const struct str *then = &sides->then->bytes, *now = &sides->now->bytes;
    if (sides->then->kind == sides->now->kind && then->len == now->len &&
        !memcmp(then->data, now->data, then->len))
        return;
    struct str what;
    str_init(&what);
    str_addf(&what, "%s differs", sides->invariant->subject);
    judge_pair(sides, &what, then->data, then->len, now->data, now->len);
}

static void compare_sequence(const struct sides *sides)
{
    const struct reference_entry *then = sides->then, *now = sides->now;
    for (size_t i = 0; i < then->element_count && i < now->element_count; i++) {
        const struct element *a = &then->elements[i];
        const struct element *b = &now->elements[i];
        const char *left = then->bytes.data + a->at;
        const char *right = now->bytes.data + b->at;
        if (a->size == b->size && !memcmp(left, right, a->size))
            continue;
        struct str what;
        str_init(&what);
        str_addf(&what, "%s differs at value %zu", sides->invariant->subject,
                 i + 1);
        judge_pair(sides, &what, left, a->size, right, b->size);
        return;
    }
    if (then->element_count != now->element_count)
        judge_length(sides, then->element_count, now->element_count, "values");
}

static void judge_share(const struct sides *sides, const struct item *item)
{
    struct str value;
    str_init(&value);
    show_item(&value, item->bytes, item->size);
    struct finding *finding = judge_violation(
        sides->judge, sides->invariant,
        "%s differs: %s is there %" PRIu32 " times, in the run with one worker "
        "%" PRIu32 " times",
        sides->invariant->subject, value.data, item->count[NOW],
        item->count[THEN]);
    judge_expected(sides->judge, finding, "%s %" PRIu32 " times", value.data,
                   item->count[THEN]);
    judge_actual(sides->judge, finding, "%s %" PRIu32 " times", value.data,
                 item->count[NOW]);
    str_fini(&value);
}

static int compare_shares(const struct sides *sides)
{
    struct items items;
    int err = items_init(&items, sides->then->element_count +
                                     sides->now->element_count);
    if (err)
        return err;
    const struct reference_entry *entries[] = {sides->then, sides->now};
    for (unsigned which = THEN; which <= NOW; which++)
        for (size_t i = 0; i < entries[which]->element_count; i++) {
            const struct element *element = &entries[which]->elements[i];
            items_add(&items, which, entries[which]->bytes.data + element->at,
                      element->size, (uint32_t)i);
        }
    bool excused = judge_excuses_missing(sides->judge);
    for (size_t i = 0; i < items.count; i++) {
        const struct item *item = &items.list[i];
        if (item->count[NOW] == item->count[THEN] ||
            (excused && item->count[NOW] < item->count[THEN]))
            continue;
        judge_share(sides, item);
        break;
    }
    items_fini(&items);
    return 0;
}

static int compare(const struct sides *sides)
{
    if (sides->invariant->file)
        compare_file(sides);
    else if (sides->invariant->subject_kind != SUBJECT_STREAM)
        compare_observation(sides);
    else if (sides->then->one_task && sides->now->one_task)
        compare_sequence(sides);
    else
        return compare_shares(sides);
    return 0;
}

/* The run left nothing to compare. */
static int judge_absent(struct judge *judge, const struct invariant *invariant,
                        int err)
{
    if (err == -ENOMEM)
        return err;
    if (err == -ENOENT && judge_excuses_missing(judge))
        return 0;
    if (invariant->file)
        judge_violation(judge, invariant, "%s %s", invariant->file,
                        files_reason(err));
    else
        judge_never(judge, invariant,
                    invariant->subject_kind == SUBJECT_STREAM ? "mps_emit"
                                                              : "mps_observe");
    return 0;
}

int oracle_same_as_single(struct judge *judge,
                          const struct invariant *invariant)
{
    const struct reference_entry *then =
        judge->reference &&
                reference_fits(judge->reference, judge->outcome->choice)
            ? reference_entry_of(judge->reference, invariant)
            : NULL;
    if (!then)
        return diag_set(judge->diag, -MPS_EINTERNAL,
                        "invariant '%s': no run with one worker and the same "
                        "other parameters to compare with",
                        invariant->name);
    struct reference_entry now = {.invariant = invariant};
    str_init(&now.bytes);
    int err = entry_take(&now, judge->outcome);
    const struct sides sides = {judge, invariant, then, &now};
    err = err ? judge_absent(judge, invariant, err) : compare(&sides);
    if (err)
        judge->err = err;
    entry_fini(&now);
    return err;
}
