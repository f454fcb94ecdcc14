#include <errno.h>
#include <mpstress/mpstress.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct state {
    char name[SEGMENT_NAME_BYTES];
    bool reached;
};

struct sometimes_set {
    struct state *states; /* sorted by name */
    size_t count;
};

struct sometimes_set *sometimes_new(void)
{
    return calloc(1, sizeof(struct sometimes_set));
}

void sometimes_free(struct sometimes_set *set)
{
    if (!set)
        return;
    free(set->states);
    free(set);
}

/* Where NAME is, or belongs. */
static size_t find(const struct sometimes_set *set, const char *name)
{
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(set->states[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int insert(struct sometimes_set *set, size_t at, const char *name)
{
    struct state *states =
        realloc(set->states, (set->count + 1) * sizeof(*states));
    if (!states)
        return -ENOMEM;
    set->states = states;
    memmove(&states[at + 1], &states[at], (set->count - at) * sizeof(*states));
    states[at] = (struct state){.reached = false};
    strncpy(states[at].name, name, sizeof(states[at].name) - 1);
    set->count++;
    return 0;
}

int sometimes_collect(struct sometimes_set *set, const struct outcome *outcome)
{
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(outcome->segment, &at, &o)) {
        if (o.kind != MPS_RECORD_SOMETIMES || o.size != 1)
            continue;
        size_t i = find(set, o.name);
        if (i == set->count || strcmp(set->states[i].name, o.name)) {
            int err = insert(set, i, o.name);
            if (err)
                return err;
        }
        set->states[i].reached |= *(const unsigned char *)o.data != 0;
    }
    return 0;
}

void sometimes_each(const struct sometimes_set *set,
                    void (*visit)(void *context, const char *name,
                                  bool reached),
                    void *context)
{
    for (size_t i = 0; i < set->count; i++)
        visit(context, set->states[i].name, set->states[i].reached);
}
