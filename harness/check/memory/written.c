#include "written.h"

#include <stdio.h>
#include <string.h>

#include "stack.h"

enum { EXPRESSIONS = 8 };

struct side {
    struct symbols_expression items[EXPRESSIONS];
    size_t count;
};

/* What the line of ACCESS may have accessed. Where some of its expressions are
 * given values and some not, those that are what the access does. */
static void read_side(struct side *out, const struct judge *judge,
                      const struct memory_access *access, uint64_t offset)
{
    module_path path;
    uint64_t site = stack_site(judge, access->context);
    bool writes = access->flags & MEMORY_WRITE;
    size_t fitting = 0, doing = 0;
    out->count = 0;
    if (!stack_module(judge, site, path))
        return;
    out->count = symbols_expressions(judge->outcome->symbols, path,
                                     segment_site_offset(site), true,
                                     access->size, out->items, EXPRESSIONS);
    /* What is there begins in the mapping, not before it. */
    for (size_t i = 0; i < out->count; i++)
        if (out->items[i].offset <= offset)
            out->items[fitting++] = out->items[i];
    out->count = fitting;
    for (size_t i = 0; i < out->count; i++)
        if (writes ? out->items[i].written : out->items[i].read)
            out->items[doing++] = out->items[i];
    /* None: a call on the line may do it. */
    if (doing)
        out->count = doing;
}

/* Whether both can be the same piece of memory: a plain pointer may point to
 * any member. */
static bool agree(const struct symbols_expression *a,
                  const struct symbols_expression *b)
{
    if (!*a->record || !*b->record)
        return *a->record || *b->record || !strcmp(a->type, b->type);
    return !strcmp(a->record, b->record) && a->offset == b->offset &&
           a->stride == b->stride;
}

static const struct symbols_expression *pick(const struct side *now,
                                             const struct side *before)
{
    /* One side may be a memset(). */
    if (!now->count)
        return before->count == 1 ? &before->items[0] : NULL;
    if (!before->count)
        return now->count == 1 ? &now->items[0] : NULL;
    for (size_t i = 0; i < now->count; i++)
        for (size_t k = 0; k < before->count; k++) {
            const struct symbols_expression *a = &now->items[i];
            const struct symbols_expression *b = &before->items[k];
            if (agree(a, b))
                return *a->record || !*b->record ? a : b;
        }
    return NULL;
}

bool written_find(struct written *out, const struct judge *judge,
                  const struct memory_race *race, uint64_t offset)
{
    struct side now, before;
    read_side(&now, judge, &race->now, offset);
    read_side(&before, judge, &race->before, offset);
    const struct symbols_expression *one = pick(&now, &before);
    if (!one)
        return false;
    snprintf(out->text, sizeof(out->text), "%s", one->text);
    snprintf(out->type, sizeof(out->type), "%s", one->type);
    snprintf(out->record, sizeof(out->record), "%s", one->record);
    return true;
}
