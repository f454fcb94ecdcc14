#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool record_is_named(const struct observation *record, const char *subject)
{
    return !strncmp(record->name, subject, MPS_NAME_MAX);
}

static bool grow(struct records *records, size_t *capacity)
{
    size_t wanted = *capacity ? *capacity * 2 : 64;
    struct observation *items =
        realloc(records->items, wanted * sizeof(*items));
    if (!items)
        return false;
    records->items = items;
    *capacity = wanted;
    return true;
}

int records_collect(struct records *out, const struct segment *segment,
                    unsigned kinds, const char *subject)
{
    *out = (struct records){0};
    size_t capacity = 0;
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(segment, &at, &o)) {
        if (o.kind >= 32 || !(kinds & RECORD_BIT(o.kind)) ||
            !record_is_named(&o, subject))
            continue;
        if (out->count == capacity && !grow(out, &capacity)) {
            records_free(out);
            return -ENOMEM;
        }
        out->items[out->count++] = o;
    }
    return 0;
}

void records_free(struct records *records)
{
    free(records->items);
    *records = (struct records){0};
}

static int by_ticket(const void *a, const void *b)
{
    uint64_t left = ((const struct observation *)a)->ticket;
    uint64_t right = ((const struct observation *)b)->ticket;
    return (left > right) - (left < right);
}

void records_sort(struct records *records)
{
    /* A record's room is taken just before its ticket is drawn: they are
     * nearly always in order already. */
    for (size_t i = 1; i < records->count; i++)
        if (records->items[i].ticket < records->items[i - 1].ticket) {
            qsort(records->items, records->count, sizeof(*records->items),
                  by_ticket);
            return;
        }
}

int records_group_by_task(struct records *records)
{
    uint32_t last = 0;
    bool sorted = true;
    for (size_t i = 0; i < records->count; i++) {
        uint32_t task = records->items[i].task;
        sorted &= task >= last;
        last = task > last ? task : last;
    }
    if (sorted)
        return 0;
    /* A counting sort; starts[t] is where task t's records go. */
    size_t *starts = calloc((size_t)last + 2, sizeof(*starts));
    struct observation *items = malloc(records->count * sizeof(*items));
    if (!starts || !items) {
        free(starts);
        free(items);
        return -ENOMEM;
    }
    for (size_t i = 0; i < records->count; i++)
        starts[records->items[i].task + 1]++;
    for (size_t t = 0; t < last; t++)
        starts[t + 1] += starts[t];
    for (size_t i = 0; i < records->count; i++)
        items[starts[records->items[i].task]++] = records->items[i];
    free(starts);
    free(records->items);
    records->items = items;
    return 0;
}
