/* What races say of a failure. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "facts.h"
#include "scenario/arena.h"
#include "trace/place.h"
#include "trace/timeline.h"

/* Whether the program calls it by a name, not by where it lies. */
static bool has_name(const struct finding *finding)
{
    static const char *const places[] = {"mapping ", "shm ", "SysV ", "file "};
    if (!finding->object)
        return false;
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        if (!strncmp(finding->object, places[i], strlen(places[i])))
            return false;
    return true;
}

static const struct finding *best_race(const struct finding_list *findings)
{
    const struct finding *best = NULL;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *one = &findings->items[i];
        if (one->kind == FINDING_RACE && one->object && one->place_count > 1 &&
            (!best || (has_name(one) && !has_name(best))))
            best = one;
    }
    return best;
}

static bool is_access(const struct timeline_step *step)
{
    return op_kind_class(op_kind_find(step->kind)) == OP_MEMORY &&
           step->completed;
}

static bool writes(const struct timeline_step *step)
{
    return strcmp(step->kind, op_kind_name(OP_KIND_LOAD)) != 0;
}

/* Whether no word that tasks share is written by two of them. */
static bool one_writes(const struct timeline *timeline)
{
    bool shared = false;
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        for (size_t k = i + 1; is_access(step) && k < timeline->step_count;
             k++) {
            const struct timeline_step *other = &timeline->steps[k];
            if (other->task == step->task || !is_access(other) ||
                strcmp(other->object, step->object) != 0)
                continue;
            shared = true;
            if (writes(step) && writes(other))
                return false;
        }
    }
    return shared;
}

static const char *place_text(struct facts *facts,
                              const struct location *location)
{
    struct str s;
    str_init(&s);
    place_add(&s, location);
    const char *text = str_ok(&s) ? arena_text(facts->texts, s.data) : NULL;
    str_fini(&s);
    return text;
}

/* "locks held: none" stands in the stack of each side. */
static bool holds_lock(const struct finding *finding)
{
    static const char held[] = "locks held: ";
    for (const char *at = finding->detail; at && (at = strstr(at, held));) {
        at += sizeof(held) - 1;
        if (strncmp(at, "none", 4) != 0)
            return true;
    }
    return false;
}

/* Append PLACE, "mapping 0:0+0x28" or `shm "/ring"+0x0`, as the text of an
 * object has it: without quotation marks, and without an offset of 0. */
static void add_place(struct str *s, const char *place, size_t length)
{
    static const char shm[] = "shm \"";
    if (length > sizeof(shm) - 1 && !strncmp(place, shm, sizeof(shm) - 1)) {
        place += sizeof(shm) - 1;
        length -= sizeof(shm) - 1;
    }
    for (size_t i = 0; i < length; i++) {
        bool nothing = length - i == 4 && !strncmp(place + i, "+0x0", 4);
        if (nothing)
            break;
        if (place[i] != '"')
            str_add_char(s, place[i]);
    }
}

/* "Location: mapping 0:0+0x28 = name (type)" stands in the report of RACE. */
static const char *word_of(struct facts *facts, const struct finding *race)
{
    static const char start[] = "Location: ";
    const char *at = race->detail ? strstr(race->detail, start) : NULL;
    if (!at)
        return NULL;
    at += sizeof(start) - 1;
    size_t length = strcspn(at, "\n");
    const char *equals = memmem(at, length, " = ", 3);
    const char *type = memmem(at, length, " (", 2);
    if (equals)
        length = (size_t)(equals - at);
    else if (type)
        length = (size_t)(type - at);
    struct str s;
    str_init(&s);
    str_add(&s, "word ");
    add_place(&s, at, length);
    const char *text = str_ok(&s) ? arena_text(facts->texts, s.data) : NULL;
    str_fini(&s);
    return text;
}

const char *facts_raced_word(struct facts *facts,
                             const struct finding_list *findings,
                             const char *object)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].kind == FINDING_RACE &&
            findings->items[i].object &&
            !strcmp(findings->items[i].object, object))
            return word_of(facts, &findings->items[i]);
    return NULL;
}

int facts_use_races(struct facts *facts, const struct finding_list *findings,
                    const struct timeline *timeline)
{
    const struct finding *race = best_race(findings);
    if (!race || facts->race.object)
        return 0;
    facts->race.object = arena_text(facts->texts, race->object);
    for (size_t i = 0; i < 2; i++) {
        const struct finding_place *place = &race->places[i];
        facts->race.tasks[i] =
            arena_text(facts->texts, place->task ? place->task : "?");
        facts->race.does[i] =
            arena_text(facts->texts, place->role ? place->role : "accesses it");
        facts->race.places[i] = place_text(facts, &place->location);
        if (!facts->race.tasks[i] || !facts->race.does[i] ||
            !facts->race.places[i])
            return -ENOMEM;
    }
    facts->race.word = word_of(facts, race);
    facts->race.locked = holds_lock(race);
    facts->race.one_writes = one_writes(timeline);
    return facts->race.object ? 0 : -ENOMEM;
}
