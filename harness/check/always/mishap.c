/* The misuses that the runtime noted under control: each way of it and each
 * pair of places is a finding. */
#include <errno.h>

#include "always.h"
#include "check/show.h"

/* For each kind: a title, the same whoever did it, which is part of the
 * fingerprint; a sentence with %T for the task and %S for where it did it, %O
 * for the other task and %P for its place, %M for the object; and the roles of
 * both places, before the object. */
static const struct text {
    const char *title, *sentence;
    const char *role, *other_role;
} texts[MISHAP_KIND_COUNT] = {
    [MISHAP_UNLOCK_FREE] = {.title = "unlock of a free lock",
                            .sentence = "%T unlocks %M%S, which nobody holds",
                            .role = "unlocks",
                            .other_role = "unlocked"},
    [MISHAP_UNLOCK_OTHERS] = {.title = "unlock of another task's lock",
                              .sentence = "%T unlocks %M%S, which %O took%P "
                                          "and still holds",
                              .role = "unlocks",
                              .other_role = "took"},
    [MISHAP_DESTROY_HELD] = {.title = "destroyed in use",
                             .sentence = "%T destroys %M%S, which %O uses%P",
                             .role = "destroys",
                             .other_role = "uses"},
    [MISHAP_INIT_HELD] = {.title = "initialised again in use",
                          .sentence = "%T initialises %M%S, which %O uses%P",
                          .role = "initialises",
                          .other_role = "uses"},
    [MISHAP_USE_DESTROYED] = {.title = "used after its end",
                              .sentence = "%T uses %M%S, which %O destroyed%P",
                              .role = "uses",
                              .other_role = "destroyed"},
    [MISHAP_HELD_AT_EXIT] = {.title = "held at exit",
                             .sentence = "%T waits for %M%S, which %O took%P "
                                         "and did not release before it ended",
                             .role = "waits for",
                             .other_role = "took"},
    [MISHAP_FORKED_LOCKED] = {.title = "copied locked by fork",
                              .sentence = "%T waits for its copy of %M%S, "
                                          "which %O had taken%P before the "
                                          "fork",
                              .role = "waits for",
                              .other_role = "took"},
    [MISHAP_FCNTL_DROPPED] = {.title = "lock dropped by close",
                              .sentence = "%T lost its lock of %M by closing "
                                          "another descriptor%S, and %O took "
                                          "it%P",
                              .role = "closed a descriptor of",
                              .other_role = "took"},
};

static bool is_same(const struct segment_mishap *a,
                    const struct segment_mishap *b)
{
    return a->kind == b->kind && a->site == b->site &&
           a->other_site == b->other_site;
}

static bool knows_other(const struct judge *judge,
                        const struct segment_mishap *mishap)
{
    return mishap->other && mishap->other <= segment_task_count(judge->segment);
}

static void show_other(struct str *s, const struct judge *judge,
                       const struct segment_mishap *mishap)
{
    if (!knows_other(judge, mishap))
        str_add(s, "another task");
    else if (mishap->other - 1 == mishap->task)
        str_add(s, "it");
    else
        show_task(s, judge->segment, mishap->other - 1);
}

static void show_sentence(struct str *s, const struct judge *judge,
                          const struct segment_mishap *mishap)
{
    for (const char *at = texts[mishap->kind].sentence; *at; at++) {
        if (*at != '%') {
            str_add_char(s, *at);
            continue;
        }
        switch (*++at) {
        case 'T':
            show_task(s, judge->segment, mishap->task);
            break;
        case 'O':
            show_other(s, judge, mishap);
            break;
        case 'M':
            show_object(s, judge->segment, mishap->object);
            break;
        case 'S':
            judge_show_site(judge, s, " in ", mishap->site, "");
            break;
        default:
            judge_show_site(judge, s, " in ", mishap->other_site, "");
        }
    }
}

static void report(struct judge *judge, const struct segment_mishap *mishap,
                   struct str *others)
{
    const struct text *text = &texts[mishap->kind];
    struct str s, object;
    str_init(&s);
    str_init(&object);
    show_sentence(&s, judge, mishap);
    show_object(&object, judge->segment, mishap->object);
    struct finding *finding =
        judge_find(judge, FINDING_MISUSE, NULL, "%s: %s", text->title, s.data);
    judge_place(judge, finding, mishap->site, mishap->task, "%s %s", text->role,
                object.data);
    judge_place(judge, finding, mishap->other_site,
                knows_other(judge, mishap) ? mishap->other - 1 : NO_TASK,
                "%s %s", text->other_role, object.data);
    if (finding && finding_set_object(finding, object.data))
        judge->err = -ENOMEM;
    if (others->len)
        judge_detail(judge, finding, others);
    str_fini(&s);
    str_fini(&object);
}

/* Append those of COUNT that are the same as the first but for tasks and
 * object, and mark them as told. */
static void gather_others(struct str *s, const struct judge *judge,
                          const struct segment_mishap *mishaps, size_t count,
                          bool *told)
{
    for (size_t i = 1; i < count; i++) {
        if (told[i] || !is_same(&mishaps[i], &mishaps[0]))
            continue;
        told[i] = true;
        str_add(s, "also: ");
        show_sentence(s, judge, &mishaps[i]);
        str_add_char(s, '\n');
    }
}

bool always_mishaps(struct judge *judge)
{
    if (!judge->outcome->controlled)
        return false;
    const struct segment_schedule *schedule = &judge->segment->schedule;
    bool told[SCHEDULE_MISHAPS] = {false};
    bool any = false;
    size_t count = schedule->mishap_count;
    if (count > SCHEDULE_MISHAPS)
        count = SCHEDULE_MISHAPS;
    for (size_t i = 0; i < count; i++) {
        const struct segment_mishap *mishap = &schedule->mishaps[i];
        if (told[i] || mishap->kind >= MISHAP_KIND_COUNT)
            continue;
        struct str others;
        str_init(&others);
        gather_others(&others, judge, mishap, count - i, told + i);
        report(judge, mishap, &others);
        str_fini(&others);
        any = true;
    }
    return any;
}
