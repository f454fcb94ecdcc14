/* streams: no run of values that one task emitted turns up again, with another
 * task or later with the same one: what happens when generators share a seed,
 * or a worker seeds its own again. A run is `overlap` values in a row; an
 * element is what one mps_emit() gave.
 *
 * Every window of that length gets a rolling hash (Karp and Rabin, "Efficient
 * randomized pattern-matching algorithms", 1987) over the hashes of its
 * elements, so that the time is linear however long the windows are. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

/* Any odd number of full size. */
#define BASE UINT64_C(0x9e3779b97f4a7c15)

struct streams {
    const struct records *records; /* grouped by task */
    uint64_t *hashes;              /* of each record's bytes */
    size_t window;
    /* Hash table of the windows seen: index of their first record, + 1. */
    uint32_t *slots;
    size_t mask;
};

static bool same_element(const struct streams *streams, size_t a, size_t b)
{
    const struct observation *left = &streams->records->items[a];
    const struct observation *right = &streams->records->items[b];
    return streams->hashes[a] == streams->hashes[b] &&
           left->size == right->size &&
           !memcmp(left->data, right->data, left->size);
}

static bool same_window(const struct streams *streams, size_t a, size_t b)
{
    for (size_t i = 0; i < streams->window; i++)
        if (!same_element(streams, a + i, b + i))
            return false;
    return true;
}

/* Enter the window that starts at AT. Returns the start of an equal one that
 * was there before, or AT. */
static size_t enter(struct streams *streams, size_t at, uint64_t hash)
{
    hash ^= hash >> 32;
    hash *= BASE;
    size_t i = (hash >> 32) & streams->mask;
    for (; streams->slots[i]; i = (i + 1) & streams->mask)
        if (same_window(streams, streams->slots[i] - 1, at))
            return streams->slots[i] - 1;
    streams->slots[i] = (uint32_t)at + 1;
    return at;
}

/* The end of the task's records that start at START. */
static size_t group_end(const struct records *records, size_t start)
{
    size_t end = start;
    while (end < records->count &&
           records->items[end].task == records->items[start].task)
        end++;
    return end;
}

/* Looks for a window of the records START to END that was there before. */
static bool scan_group(struct streams *streams, size_t start, size_t end,
                       size_t *earlier, size_t *later)
{
    size_t window = streams->window;
    if (end - start < window)
        return false;
    uint64_t hash = 0, power = 1; /* power: BASE to the window - 1 */
    for (size_t i = 0; i < window; i++) {
        hash = hash * BASE + streams->hashes[start + i];
        power = i ? power * BASE : 1;
    }
    for (size_t at = start;; at++) {
        *earlier = enter(streams, at, hash);
        *later = at;
        if (*earlier != at)
            return true;
        if (at + window == end)
            return false;
        hash = (hash - streams->hashes[at] * power) * BASE +
               streams->hashes[at + window];
    }
}

/* How many elements are equal from A and from B on, within their tasks. */
static size_t run_length(const struct streams *streams, size_t a, size_t b)
{
    const struct records *records = streams->records;
    size_t n = 0;
    while (b + n < records->count &&
           records->items[a + n].task == records->items[a].task &&
           records->items[b + n].task == records->items[b].task &&
           same_element(streams, a + n, b + n))
        n++;
    return n;
}

/* The place of record AT among those of its task, from 1. */
static size_t ordinal(const struct records *records, size_t at)
{
    size_t start = at;
    while (start && records->items[start - 1].task == records->items[at].task)
        start--;
    return at - start + 1;
}

static void report(struct judge *judge, const struct invariant *invariant,
                   const struct streams *streams, size_t a, size_t b)
{
    const struct records *records = streams->records;
    const struct observation *first = &records->items[a];
    const struct observation *again = &records->items[b];
    size_t length = run_length(streams, a, b);
    struct str left, right;
    str_init(&left);
    str_init(&right);
    show_task(&left, judge->segment, first->task);
    show_task(&right, judge->segment, again->task);
    struct finding *finding;
    if (first->task == again->task)
        finding = judge_violation(
            judge, invariant,
            "%s: %s emitted the same %zu values in a row twice (from number "
            "%zu and from number %zu on)",
            invariant->subject, left.data, length, ordinal(records, a),
            ordinal(records, b));
    else
        finding = judge_violation(
            judge, invariant,
            "%s: %s and %s emitted the same %zu values in a row (from number "
            "%zu and from number %zu on)",
            invariant->subject, left.data, right.data, length,
            ordinal(records, a), ordinal(records, b));
    judge_expected(judge, finding, "no %zu values in a row twice",
                   streams->window);
    judge_actual(judge, finding, "%zu values in a row twice", length);
    judge_place(judge, finding, first->site, first->task, "emitted them");
    judge_place(judge, finding, again->site, again->task, "emitted them again");
    str_clear(&left);
    str_add(&left, "they begin with");
    for (size_t i = 0; i < length && i < 5; i++) {
        str_add(&left, i ? ", " : " ");
        show_item(&left, records->items[a + i].data,
                  records->items[a + i].size);
    }
    str_add_char(&left, '\n');
    judge_detail(judge, finding, &left);
    str_fini(&right);
}

static int judge_streams(struct judge *judge, const struct invariant *invariant,
                         struct records *records)
{
    struct streams streams = {
        .records = records,
        .window = invariant->overlap ? (size_t)invariant->overlap : 1,
        .mask = 15,
    };
    while (streams.mask < 2 * records->count)
        streams.mask = streams.mask * 2 + 1;
    streams.slots = calloc(streams.mask + 1, sizeof(*streams.slots));
    streams.hashes = malloc((records->count + 1) * sizeof(*streams.hashes));
    bool ready = streams.slots && streams.hashes;
    for (size_t i = 0; ready && i < records->count; i++)
        streams.hashes[i] =
            XXH3_64bits(records->items[i].data, records->items[i].size);
    for (size_t start = 0; ready && start < records->count;) {
        size_t end = group_end(records, start);
        size_t earlier, later;
        if (scan_group(&streams, start, end, &earlier, &later)) {
            report(judge, invariant, &streams, earlier, later);
            break;
        }
        start = end;
    }
    free(streams.slots);
    free(streams.hashes);
    return ready ? 0 : -ENOMEM;
}

int oracle_streams(struct judge *judge, const struct invariant *invariant)
{
    struct records records;
    int err = records_collect(&records, judge->segment,
                              RECORD_BIT(MPS_RECORD_EMIT), invariant->subject);
    if (!err && !records.count)
        judge_never(judge, invariant, "mps_emit");
    if (!err)
        err = records_group_by_task(&records);
    if (!err)
        err = judge_streams(judge, invariant, &records);
    if (err)
        judge->err = err;
    records_free(&records);
    return err;
}
