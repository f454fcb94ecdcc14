/* The races that were noted under control, in the shape that users of
 * ThreadSanitizer know: both accesses with their stacks and locks, what the
 * memory is called, where it and the tasks come from. A race that several tasks
 * ran into is one finding. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "always.h"
#include "check/memory/naming.h"
#include "check/memory/stack.h"
#include "check/show.h"

enum {
    ALSO = 8,        /* lines about others */
    LOCK_BYTES = 128 /* no lock is larger */
};

struct side {
    const struct memory_access *access;
    struct stack stack;
    const struct location *place; /* in STACK, or NULL */
};

struct race {
    uint32_t number; /* in memory.races[] */
    struct side sides[2];
};

enum { NOW, BEFORE };

/* -- Words ------------------------------------------------------------------*/

/* MEMORY_WRITE and MEMORY_ATOMIC, the latter where it is certain. */
static uint32_t kind_of(const struct memory_access *access)
{
    return access->flags &
           (access->flags & MEMORY_EITHER ? MEMORY_WRITE
                                          : MEMORY_WRITE | MEMORY_ATOMIC);
}

/* "atomic write of size 8", "read of size 4". */
static void show_access(struct str *s, const struct memory_access *access,
                        bool capital)
{
    bool writes = access->flags & MEMORY_WRITE;
    bool atomic = kind_of(access) & MEMORY_ATOMIC;
    const char *words[] = {writes ? "write" : "read",
                           writes ? "Write" : "Read"};
    if (atomic)
        str_addf(s, "%s %s", capital ? "Atomic" : "atomic", words[0]);
    else
        str_add(s, words[capital]);
    str_addf(s, " of size %" PRIu32, access->size);
}

static void show_place(struct str *s, const struct side *side)
{
    if (!side->place)
        return;
    str_add(s, " in ");
    show_location(s, side->place);
}

/* "process 0.1 (consumer) (pid 812)", "thread 0.1 (tid 813)". */
static void show_who(struct str *s, const struct segment *segment,
                     uint32_t task)
{
    const struct segment_task *t = &segment->tasks[task];
    str_add(s, t->is_thread ? "thread " : "process ");
    show_task(s, segment, task);
    if (t->is_thread)
        str_addf(s, " (tid %d)", t->tid);
    else
        str_addf(s, " (pid %d)", t->pid);
}

/* -- The detail -------------------------------------------------------------*/

/* "mutex /ring+0x40", "mutex 0:1 (table_lock)" of one that is a global
 * variable: the runtime names private locks by where in a module they are. */
static void show_lock(struct str *s, const struct judge *judge, uint32_t number)
{
    const struct segment_object *object =
        segment_object_get(judge->segment, number);
    show_object(s, judge->segment, number);
    module_path path;
    struct str name, type;
    if (!object || *object->name || !stack_module(judge, object->offset, path))
        return;
    str_init(&name);
    str_init(&type);
    /* All of the lock, not a member of it. */
    if (symbols_name_global(judge->outcome->symbols, path,
                            segment_site_offset(object->offset), LOCK_BYTES,
                            &name, &type) != SYMBOLS_NO_FIT) {
        str_add(s, " (");
        show_text(s, name.data);
        str_add_char(s, ')');
    }
    str_fini(&name);
    str_fini(&type);
}

static void show_locks(struct str *s, const struct judge *judge,
                       const struct side *side)
{
    struct held_lock locks[MEMORY_LOCKS];
    size_t count = locks_read(judge, side->access->locks, locks);
    str_add(s, ", locks held: ");
    for (size_t i = 0; i < count; i++) {
        str_add(s, i ? ", " : "");
        show_lock(s, judge, locks[i].object);
    }
    str_add(s, count ? "\n" : "none\n");
    stack_show(s, &side->stack);
    for (size_t i = 0; i < count; i++) {
        struct stack taken;
        stack_read(&taken, judge, locks[i].context);
        const struct location *place = stack_place(&taken);
        if (!place)
            continue;
        str_add(s, "    ");
        show_lock(s, judge, locks[i].object);
        str_add(s, ", taken in ");
        show_location(s, place);
        str_add_char(s, '\n');
    }
}

static void show_side(struct str *s, const struct judge *judge,
                      const struct side *side, bool earlier)
{
    str_add(s, earlier ? "  Previous " : "  ");
    show_access(s, side->access, !earlier);
    str_add(s, " by ");
    show_who(s, judge->segment, side->access->task);
    show_locks(s, judge, side);
}

/* Where TASK was made; nothing for the root, which mpstress made. */
static void show_creation(struct str *s, const struct judge *judge,
                          uint32_t task)
{
    const struct segment_task *t = &judge->segment->tasks[task];
    struct location place;
    if (!t->parent || t->parent > segment_task_count(judge->segment))
        return;
    str_add(s, t->is_thread ? "  Thread " : "  Process ");
    show_task(s, judge->segment, task);
    str_add(s, " was created by ");
    show_task(s, judge->segment, t->parent - 1);
    if (judge_locate(judge, t->created_site, &place)) {
        str_add(s, " in ");
        show_location(s, &place);
    }
    str_add_char(s, '\n');
}

static void show_location_line(struct str *s, const struct naming *naming)
{
    str_addf(s, "  Location: %s", naming->where.data);
    if (naming->name.len)
        str_addf(s, " = %s", naming->name.data);
    if (naming->type.len)
        str_addf(s, " (%s)", naming->type.data);
    str_addf(s, "\n%s", naming->more.data);
}

/* The line that people search logs for. */
static void show_summary(struct str *s, const struct side *side)
{
    str_add(s, "SUMMARY: mpstress: data race");
    const struct location *place = side->place;
    if (place && place->file) {
        str_add_char(s, ' ');
        show_text(s, place->file);
        str_addf(s, ":%d", place->line);
    } else if (place && place->module) {
        const char *slash = strrchr(place->module, '/');
        str_add(s, " (");
        show_text(s, slash ? slash + 1 : place->module);
        str_addf(s, "+0x%" PRIx64 ")", place->offset);
    }
    if (place && place->function) {
        str_add(s, " in ");
        show_text(s, place->function);
    }
    str_add_char(s, '\n');
}

/* -- One finding ------------------------------------------------------------*/

static void add_places(struct judge *judge, struct finding *finding,
                       const struct race *race)
{
    static const char *const roles[2][4] = {
        [NOW] = {"reads", "writes", "reads atomically", "writes atomically"},
        [BEFORE] = {"read earlier", "wrote earlier", "read atomically earlier",
                    "wrote atomically earlier"},
    };
    static_assert(MEMORY_WRITE == 1 && MEMORY_ATOMIC == 2,
                  "roles are indexed by flags");
    for (int i = NOW; i <= BEFORE; i++) {
        const struct side *side = &race->sides[i];
        if (side->place)
            judge_location(judge, finding, side->place, side->access->task,
                           roles[i][kind_of(side->access)]);
        if (finding &&
            finding_add_frames(finding, side->stack.frames, side->stack.count))
            judge->err = -ENOMEM;
    }
}

static void report(struct judge *judge, const struct race *race,
                   struct str *others)
{
    const struct segment *segment = judge->segment;
    const struct side *now = &race->sides[NOW], *before = &race->sides[BEFORE];
    struct naming naming;
    struct str what, detail;
    str_init(&what);
    str_init(&detail);
    naming_find(&naming, judge, race->number);

    show_task(&what, segment, now->access->task);
    str_add(&what, now->access->flags & MEMORY_WRITE ? " writes " : " reads ");
    str_add(&what, naming_short(&naming));
    show_place(&what, now);
    str_addf(&what, ", and nothing orders that with the %s by ",
             before->access->flags & MEMORY_WRITE ? "write" : "read");
    show_task(&what, segment, before->access->task);
    show_place(&what, before);
    struct finding *finding =
        judge_find(judge, FINDING_RACE, NULL, "%s", what.data);

    bool threads = segment_task_process(segment, now->access->task) ==
                   segment_task_process(segment, before->access->task);
    str_addf(&detail, "WARNING: mpstress: data race between two %s\n",
             threads ? "threads" : "processes");
    show_side(&detail, judge, now, false);
    show_side(&detail, judge, before, true);
    show_location_line(&detail, &naming);
    show_creation(&detail, judge, now->access->task);
    if (before->access->task != now->access->task)
        show_creation(&detail, judge, before->access->task);
    str_add_bytes(&detail, others->data, others->len);
    show_summary(&detail, now);

    add_places(judge, finding, race);
    if (finding && finding_set_object(finding, naming_short(&naming)))
        judge->err = -ENOMEM;
    judge_detail(judge, finding, &detail);
    str_fini(&what);
    naming_fini(&naming);
}

/* -- Which are the same -----------------------------------------------------*/

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

static bool same_place(const struct location *a, const struct location *b)
{
    if (!a || !b)
        return a == b;
    if (!same_text(a->function, b->function) || !same_text(a->file, b->file))
        return false;
    return a->file ? a->line == b->line
                   : same_text(a->module, b->module) && a->offset == b->offset;
}

static bool same_function(const struct location *a, const struct location *b)
{
    return a && b && a->function && same_text(a->function, b->function);
}

typedef bool place_test(const struct location *a, const struct location *b);

static bool same_sides(const struct race *a, const struct race *b,
                       place_test *same)
{
    return (same(a->sides[0].place, b->sides[0].place) &&
            same(a->sides[1].place, b->sides[1].place)) ||
           (same(a->sides[0].place, b->sides[1].place) &&
            same(a->sides[1].place, b->sides[0].place));
}

/* False for one that no detector can have written. */
static bool read_race(struct race *race, const struct judge *judge,
                      uint32_t number)
{
    const struct memory_race *from = &judge->outcome->memory->races[number];
    const struct memory_access *accesses[] = {
        [NOW] = &from->now, [BEFORE] = &from->before};
    size_t tasks = segment_task_count(judge->segment);
    race->number = number;
    for (int i = NOW; i <= BEFORE; i++) {
        if (accesses[i]->task >= tasks)
            return false;
        race->sides[i].access = accesses[i];
        stack_read(&race->sides[i].stack, judge, accesses[i]->context);
        race->sides[i].place = stack_place(&race->sides[i].stack);
    }
    return true;
}

/* Whether two of memory.races[] are of the same tasks at the same memory, the
 * other way round or by other ways to get there. */
static bool same_story(const struct judge *judge, uint32_t a, uint32_t b)
{
    const struct memory_race *one = &judge->outcome->memory->races[a];
    const struct memory_race *other = &judge->outcome->memory->races[b];
    return one->chunk == other->chunk && one->offset == other->offset &&
           ((one->now.task == other->now.task &&
             one->before.task == other->before.task) ||
            (one->now.task == other->before.task &&
             one->before.task == other->now.task));
}

/* "Also between 0.2 and 0.1, on ring->tail"; ELSEWHERE: with both lines. */
static void show_other(struct str *s, const struct judge *judge,
                       const struct race *race, bool elsewhere)
{
    struct naming naming;
    naming_find(&naming, judge, race->number);
    str_add(s, "  Also between ");
    for (int i = NOW; i <= BEFORE; i++) {
        const struct side *side = &race->sides[i];
        show_task(s, judge->segment, side->access->task);
        if (elsewhere)
            show_place(s, side);
        str_add(s, i == NOW ? " and " : "");
    }
    str_addf(s, ", on %s\n", naming_short(&naming));
    naming_fini(&naming);
}

/* Append those that are the same as RACE, and mark them as told; and those of
 * other lines in the same functions, which have findings of their own that a
 * run's report takes for the same bug. */
static void gather_others(struct str *s, const struct judge *judge,
                          const struct race *race, uint32_t count, bool *told)
{
    uint32_t shown[ALSO];
    size_t others = 0;
    struct race other;
    for (uint32_t i = race->number + 1; i < count; i++) {
        if (told[i] || !read_race(&other, judge, i) ||
            !(same_sides(race, &other, same_place) ||
              same_sides(race, &other, same_function)))
            continue;
        told[i] = same_sides(race, &other, same_place);
        bool known = told[i] && same_story(judge, race->number, i);
        for (size_t k = 0; k < others && k < ALSO; k++)
            known |= same_story(judge, shown[k], i);
        if (known)
            continue;
        if (others < ALSO) {
            shown[others] = i;
            show_other(s, judge, &other, !told[i]);
        }
        others++;
    }
    if (others > ALSO)
        str_addf(s, "  and %zu times more\n", others - ALSO);
}

bool always_races(struct judge *judge)
{
    const struct memory *memory = judge->outcome->memory;
    if (!memory || !judge->outcome->controlled)
        return false;
    uint32_t count =
        memory->race_count < MEMORY_RACES ? memory->race_count : MEMORY_RACES;
    bool told[MEMORY_RACES] = {false};
    bool any = false;
    struct race race;
    for (uint32_t i = 0; i < count; i++) {
        if (told[i] || !read_race(&race, judge, i))
            continue;
        struct str others;
        str_init(&others);
        gather_others(&others, judge, &race, count, told);
        report(judge, &race, &others);
        str_fini(&others);
        any = true;
    }
    return any;
}
