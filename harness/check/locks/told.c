#include "told.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check/show.h"

enum { FRAMES_SHOWN = 8 };

static char *text_of(struct str *s)
{
    char *text = str_take(s);
    str_fini(s);
    return text;
}

static int name_lock(struct told_lock *out, const struct judge *judge,
                     const struct lock_hold *hold)
{
    struct str s;
    str_init(&s);
    show_object(&s, judge->segment, hold->object);
    out->name = text_of(&s);
    const struct lock_places *places = &judge->segment->lock_places;
    for (uint32_t i = 0; hold->place && hold->place <= LOCK_PLACES; i++) {
        const uint64_t *frames = places->stacks[hold->place - 1].frames;
        if (i == LOCK_FRAMES || !frames[i] ||
            !judge_locate(judge, frames[i], &out->frames[i]))
            break;
        out->frame_count = i + 1;
    }
    if (!out->frame_count)
        out->frame_count =
            judge_locate(judge, hold->site, &out->frames[0]) ? 1 : 0;
    return out->name ? 0 : -ENOMEM;
}

int told_take(struct told_taking *out, const struct outcome *outcome,
              const struct lock_taking *taking)
{
    const struct judge judge = {.outcome = outcome,
                                .segment = outcome->segment};
    *out = (struct told_taking){.iteration = outcome->iteration};
    struct str s;
    str_init(&s);
    show_task(&s, judge.segment, taking->task);
    out->task = text_of(&s);
    int err =
        out->task ? name_lock(&out->lock, &judge, &taking->lock) : -ENOMEM;
    for (uint32_t i = 0; i < taking->held_count && i < LOCK_HELD && !err; i++) {
        err = name_lock(&out->held[i], &judge, &taking->held[i]);
        out->held_count = i + 1;
    }
    if (err)
        told_fini(out);
    return err;
}

void told_fini(struct told_taking *told)
{
    free(told->task);
    free(told->lock.name);
    for (uint32_t i = 0; i < told->held_count; i++)
        free(told->held[i].name);
    *told = (struct told_taking){0};
}

/* Two calls in one function, which therefore takes both locks. */
static bool is_common(const struct location *a, const struct location *b)
{
    return a->function && b->function && a->offset != b->offset &&
           !strcmp(a->function, b->function);
}

static bool is_same(const struct location *a, const struct location *b)
{
    return a->offset == b->offset && a->module && b->module &&
           !strcmp(a->module, b->module);
}

const struct location *told_where(const struct told_taking *told, uint32_t held,
                                  const struct location **held_where)
{
    const struct told_lock *lock = &told->lock, *other = &told->held[held];
    *held_where = other->frame_count ? &other->frames[0] : NULL;
    if (!lock->frame_count || !other->frame_count)
        return lock->frame_count ? &lock->frames[0] : NULL;
    for (uint32_t i = 0; i < lock->frame_count; i++)
        for (uint32_t k = 0; k < other->frame_count; k++)
            if (is_common(&lock->frames[i], &other->frames[k])) {
                *held_where = &other->frames[k];
                return &lock->frames[i];
            }
    uint32_t at = 0;
    while (at + 1 < lock->frame_count && at + 1 < other->frame_count &&
           is_same(&lock->frames[at], &other->frames[at]))
        at++;
    *held_where = &other->frames[at];
    return &lock->frames[at];
}

char *told_role(const struct told_taking *told, uint32_t held)
{
    return str_format("takes %s, holding %s", told->lock.name,
                      told->held[held].name);
}

char *told_held_role(const struct told_taking *told, uint32_t held)
{
    return str_format("took %s", told->held[held].name);
}

void told_show_stack(struct str *s, const struct told_lock *lock)
{
    uint32_t shown = 0;
    for (int all = 0; all < 2 && !shown; all++)
        for (uint32_t i = 0; i < lock->frame_count && shown < FRAMES_SHOWN;
             i++) {
            if (!all && !symbols_is_user_code(&lock->frames[i]))
                continue;
            str_addf(s, "    #%u ", shown++);
            show_location(s, &lock->frames[i]);
            str_add_char(s, '\n');
        }
}
