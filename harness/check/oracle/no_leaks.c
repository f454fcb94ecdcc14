/* no_leaks: nothing was left behind, apart from what `allow` names and the
 * files that other invariants of the scenario read. A finding for each sort of
 * thing. */
#include <fnmatch.h>
#include <string.h>

#include "check/show.h"
#include "oracle.h"

enum { SHOWN = 6 };

static const char *const abouts[] = {
#define ABOUT(id, about) about,
    LEFTOVER_KINDS(ABOUT)
#undef ABOUT
};

/* The patterns see the whole name; a named object also without its slash. */
static bool is_allowed(const struct invariant *invariant, const char *name)
{
    for (const char *const *p = invariant->allow; p && *p; p++)
        if (!fnmatch(*p, name, 0) ||
            (*name == '/' && !fnmatch(*p, name + 1, 0)))
            return true;
    return false;
}

/* Whether an invariant of the scenario reads the file NAME, or one in the
 * directory of that name: then it is the target's result. */
static bool is_read(const struct judge *judge, const char *name)
{
    const struct scenario *scenario = judge->outcome->choice->scenario;
    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const char *file = scenario->invariants[i].file;
        size_t length = strlen(name);
        if (file && !strncmp(file, name, length) &&
            (!file[length] || file[length] == '/'))
            return true;
    }
    return false;
}

static bool is_process(unsigned kind)
{
    return kind == LEFTOVER_PROCESS || kind == LEFTOVER_ZOMBIE;
}

static void show_leftover(struct str *s, const struct segment *segment,
                          const struct segment_leftover *leftover)
{
    bool known =
        leftover->task && leftover->task <= segment_task_count(segment);
    if (is_process(leftover->kind) && known) {
        show_task(s, segment, leftover->task - 1);
        return;
    }
    show_text(s, leftover->name);
    if (leftover->kind == LEFTOVER_SHM || leftover->kind == LEFTOVER_SYSV_SHM ||
        leftover->kind == LEFTOVER_FILE) {
        str_add(s, " (");
        show_number(s, leftover->amount);
        str_add(s, " bytes)");
    }
    if (known) {
        str_add(s, ", made by ");
        show_task(s, segment, leftover->task - 1);
    }
}

/* Where it was made: a task, by its parent. */
static void add_place(struct judge *judge, struct finding *finding,
                      const struct segment_leftover *leftover)
{
    const struct segment *segment = judge->segment;
    uint32_t task = leftover->task ? leftover->task - 1 : NO_TASK;
    struct str s;
    str_init(&s);
    if (is_process(leftover->kind) && task < segment_task_count(segment)) {
        str_add(&s, "started ");
        show_task(&s, segment, task);
        uint32_t parent = segment->tasks[task].parent;
        task = parent ? parent - 1 : NO_TASK;
    } else {
        str_add(&s, "made ");
        show_text(&s, leftover->name);
    }
    judge_place(judge, finding, leftover->site, task, "%s", s.data);
    str_fini(&s);
}

/* One finding for all leftovers of KIND in LIST. */
static void report(struct judge *judge, const struct invariant *invariant,
                   unsigned kind, const struct segment_leftover *list,
                   size_t count)
{
    struct str s;
    str_init(&s);
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (list[i].kind != kind)
            continue;
        if (++found > SHOWN)
            continue;
        str_add(&s, found > 1 ? "; " : "");
        show_leftover(&s, judge->segment, &list[i]);
    }
    if (found > SHOWN)
        str_addf(&s, "; and %zu more", found - SHOWN);
    struct finding *finding =
        found ? judge_find(judge, FINDING_LEAK, invariant, "%s%s: %s",
                           abouts[kind], is_process(kind) ? "" : " left behind",
                           s.data)
              : NULL;
    found = 0;
    for (size_t i = 0; finding && i < count && found < SHOWN; i++) {
        if (list[i].kind != kind)
            continue;
        found++;
        add_place(judge, finding, &list[i]);
    }
    str_fini(&s);
}

int oracle_no_leaks(struct judge *judge, const struct invariant *invariant)
{
    const struct segment *segment = judge->segment;
    uint32_t noted = segment->control.leftover_count;
    if (!noted)
        return 0;
    struct segment_leftover list[SEGMENT_LEFTOVERS];
    size_t count = 0;
    /* Of those beyond the table nothing is known: they are taken to be like
     * the ones in it. */
    for (uint32_t i = 0; i < noted && i < SEGMENT_LEFTOVERS; i++) {
        struct segment_leftover *leftover = &list[count];
        *leftover = segment->leftovers[i];
        leftover->name[sizeof(leftover->name) - 1] = '\0';
        count += leftover->kind < LEFTOVER_KIND_COUNT &&
                 !is_allowed(invariant, leftover->name) &&
                 !(leftover->kind == LEFTOVER_FILE &&
                   is_read(judge, leftover->name));
    }
    for (unsigned kind = 0; kind < LEFTOVER_KIND_COUNT; kind++)
        report(judge, invariant, kind, list, count);
    return 0;
}
