#include "finding.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static void finding_fini(struct finding *finding)
{
    for (size_t i = 0; i < finding->place_count; i++) {
        free(finding->places[i].role);
        free(finding->places[i].task);
    }
    free(finding->places);
    free(finding->frames);
    free(finding->object);
    free(finding->invariant);
    free(finding->what);
    free(finding->detail);
    free(finding->expected);
    free(finding->actual);
}

void finding_list_clear(struct finding_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        finding_fini(&list->items[i]);
    free(list->items);
    *list = (struct finding_list){0};
}

struct finding *finding_list_add(struct finding_list *list,
                                 enum finding_kind kind)
{
    /* An iteration has few findings, and most have none. */
    struct finding *items =
        realloc(list->items, (list->count + 1) * sizeof(*items));
    if (!items)
        return NULL;
    list->items = items;
    struct finding *finding = &items[list->count++];
    *finding = (struct finding){.kind = kind};
    return finding;
}

void finding_list_remove(struct finding_list *list, size_t index)
{
    finding_fini(&list->items[index]);
    list->count--;
    memmove(&list->items[index], &list->items[index + 1],
            (list->count - index) * sizeof(list->items[0]));
}

static char *copy(const char *text, bool *failed)
{
    char *new = text ? strdup(text) : NULL;
    *failed |= text && !new;
    return new;
}

int finding_add_place(struct finding *finding, const struct location *location,
                      const char *role, const char *task)
{
    struct finding_place *places =
        realloc(finding->places, (finding->place_count + 1) * sizeof(*places));
    if (!places)
        return -ENOMEM;
    finding->places = places;
    bool failed = false;
    struct finding_place place = {
        .location = *location,
        .role = copy(role, &failed),
        .task = copy(task, &failed),
    };
    if (failed) {
        free(place.role);
        free(place.task);
        return -ENOMEM;
    }
    places[finding->place_count++] = place;
    return 0;
}

int finding_add_frames(struct finding *finding, const struct location *frames,
                       size_t count)
{
    size_t whole = finding->frame_count + count;
    if (!count)
        return 0;
    struct finding_frame *all = realloc(finding->frames, whole * sizeof(*all));
    if (!all)
        return -ENOMEM;
    finding->frames = all;
    for (size_t i = 0; i < count; i++)
        all[finding->frame_count++] = (struct finding_frame){frames[i], i == 0};
    return 0;
}

int finding_set_object(struct finding *finding, const char *object)
{
    char *new = strdup(object);
    if (!new)
        return -ENOMEM;
    free(finding->object);
    finding->object = new;
    return 0;
}

/* What stands for a place: its function, or else the file it is in. */
static const char *place_name(const struct finding_place *place)
{
    const struct location *location = &place->location;
    if (location->function)
        return location->function;
    const char *slash =
        location->module ? strrchr(location->module, '/') : NULL;
    return slash ? slash + 1 : location->module;
}

/* Combining by addition makes the order of the places irrelevant; a name that
 * an earlier place had does not count again. */
static uint64_t hash_places(const struct finding *finding, bool *any)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < finding->place_count; i++) {
        const char *name = place_name(&finding->places[i]);
        bool new = name;
        for (size_t k = 0; k < i && new; k++) {
            const char *other = place_name(&finding->places[k]);
            new = !other || strcmp(other, name);
        }
        if (!new)
            continue;
        sum += XXH3_64bits(name, strlen(name));
        *any = true;
    }
    return sum;
}

static uint64_t hash_words(const char *what)
{
    uint64_t hash = 0;
    const char *end = what + strcspn(what, ":\"");
    while (what < end) {
        size_t length = strcspn(what, " ");
        if (length > (size_t)(end - what))
            length = (size_t)(end - what);
        bool plain = length > 0;
        for (size_t i = 0; i < length; i++)
            plain &= what[i] < '0' || what[i] > '9';
        if (plain)
            hash = XXH3_64bits_withSeed(what, length, hash);
        what += length + 1;
    }
    return hash;
}

void finding_seal(struct finding *finding)
{
    const char *kind = finding_kind_name(finding->kind);
    bool places = false;
    uint64_t parts[] = {
        XXH3_64bits(kind, strlen(kind)),
        finding->invariant
            ? XXH3_64bits(finding->invariant, strlen(finding->invariant))
            : 0,
        hash_places(finding, &places),
        0,
    };
    bool told = finding->invariant || places;
    bool many =
        finding->kind == FINDING_LEAK || finding->kind == FINDING_MISUSE ||
        finding->kind == FINDING_LOCK_ORDER;
    if (finding->what && (!told || many))
        parts[3] = hash_words(finding->what);
    finding->fingerprint = XXH3_64bits(parts, sizeof(parts));
}
