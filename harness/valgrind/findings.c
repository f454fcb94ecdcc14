#include "findings.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "check/show.h"
#include "kinds.h"

/* The finding that is being made of one complaint of one process. */
struct maker {
    const struct valgrind_report *report;
    struct symbols *symbols;
    bool alone; /* the run's only process */
    const struct kind *kind;
    struct finding_list made; /* of one finding */
    struct str what, detail;
    int err;
};

static struct finding *finding_of(struct maker *maker)
{
    return &maker->made.items[0];
}

/* "thread #3", "process 4, thread #3". */
static void show_thread(struct str *s, const struct maker *maker,
                        unsigned long thread)
{
    if (!maker->alone)
        str_addf(s, "process %zu%s", maker->report->process,
                 thread ? ", " : "");
    if (thread)
        str_addf(s, "thread #%lu", thread);
}

static void add_place(struct maker *maker, const struct valgrind_stack *stack,
                      unsigned long thread, const char *role)
{
    struct location place;
    struct str task;
    if (!calls_place(maker->symbols, stack, &place))
        return;
    str_init(&task);
    show_thread(&task, maker, thread);
    if (!str_ok(&task) || finding_add_place(finding_of(maker), &place, role,
                                            task.len ? task.data : NULL))
        maker->err = -ENOMEM;
    str_fini(&task);
}

/* For the user's suppressions. */
static void add_frames(struct maker *maker, const struct valgrind_stack *stack)
{
    struct location frames[CALLS_MOST];
    size_t count = calls_read(maker->symbols, stack, frames);
    if (finding_add_frames(finding_of(maker), frames, count))
        maker->err = -ENOMEM;
}

/* Add " in bump() race.c:5" for the place that STACK stands for. */
static void say_place(struct maker *maker, struct str *s,
                      const struct valgrind_stack *stack)
{
    struct location place;
    if (!calls_place(maker->symbols, stack, &place))
        return;
    str_add(s, " in ");
    show_location(s, &place);
}

/* -- The detail: the shape of ThreadSanitizer's reports ---------------------*/

static void detail_part(struct maker *maker, const char *text,
                        const struct valgrind_stack *stack)
{
    str_add(&maker->detail, "  ");
    show_text(&maker->detail, text && *text ? text : "there:");
    str_add_char(&maker->detail, '\n');
    calls_show(&maker->detail, maker->symbols, stack);
}

/* Where the threads that the complaint names were made. */
static void detail_threads(struct maker *maker, unsigned long a,
                           unsigned long b)
{
    const struct valgrind_report *report = maker->report;
    for (size_t i = 0; i < report->thread_count; i++) {
        const struct valgrind_thread *thread = &report->threads[i];
        if (thread->root || !thread->created.count ||
            (thread->number != a && thread->number != b))
            continue;
        str_addf(&maker->detail, "  Thread #%u was created\n", thread->number);
        calls_show_caller(&maker->detail, maker->symbols, &thread->created);
    }
}

/* The line to look for in logs. */
static void detail_summary(struct maker *maker, const char *title,
                           const struct valgrind_stack *stack)
{
    struct location place;
    str_addf(&maker->detail, "SUMMARY: mpstress: %s", title);
    if (calls_place(maker->symbols, stack, &place)) {
        str_add_char(&maker->detail, ' ');
        if (place.file) {
            show_text(&maker->detail, place.file);
            str_addf(&maker->detail, ":%d", place.line);
        }
        if (place.function) {
            str_add(&maker->detail, place.file ? " in " : "in ");
            show_text(&maker->detail, place.function);
        }
    }
    str_addf(&maker->detail, " (%s)\n", maker->report->tool);
}

/* -- Races
 * -------------------------------------------------------------------*/

static const char *verb(const struct access *access)
{
    return access->writes ? "write" : "read";
}

static void race_place(struct maker *maker, const struct valgrind_part *part,
                       const struct access *access, bool previous)
{
    static const char *const roles[2][2] = {{"reads", "writes"},
                                            {"read earlier", "wrote earlier"}};
    add_place(maker, &part->stack, access->thread,
              roles[previous][access->writes]);
    add_frames(maker, &part->stack);
}

static void race_detail(struct maker *maker, const struct valgrind_part *part,
                        const struct access *access, bool previous)
{
    struct str text;
    str_init(&text);
    str_addf(&text, "%s of size %lu by ",
             previous ? access->writes ? "Previous write" : "Previous read"
             : access->writes ? "Write"
                              : "Read",
             access->size);
    show_thread(&text, maker, access->thread);
    detail_part(maker, text.data, &part->stack);
    str_fini(&text);
}

/* What memory it is: the variable, or what the tool knows of it. */
static void show_location_line(struct maker *maker, const char *said,
                               const char *name)
{
    str_add(&maker->detail, "  Location: ");
    if (*name) {
        str_add(&maker->detail, name);
        str_add(&maker->detail, said ? ", " : "");
    }
    if (said)
        show_text(&maker->detail, said);
    str_add_char(&maker->detail, '\n');
}

static void race_words(struct maker *maker, const struct valgrind_error *error,
                       const struct access *access,
                       const struct valgrind_part *other,
                       const struct access *conflict, const char *location)
{
    str_addf(&maker->what, "%s of size %lu", verb(access), access->size);
    say_place(maker, &maker->what, &error->parts[0].stack);
    if (other) {
        str_addf(&maker->what, " and earlier %s", verb(conflict));
        say_place(maker, &maker->what, &other->stack);
        str_add(&maker->what, " are not ordered");
    } else {
        str_add(&maker->what, " is not ordered with another thread's access");
    }
    if (!*location)
        return;
    str_add(&maker->what, ": ");
    show_text(&maker->what, location);
    if (finding_set_object(finding_of(maker), location))
        maker->err = -ENOMEM;
}

/* The access, the one it conflicts with, and what it is that they touch. DRD
 * does not tell the other one; Helgrind may have forgotten it. */
static void make_race(struct maker *maker, const struct valgrind_error *error)
{
    const struct valgrind_part *first = &error->parts[0], *other = NULL;
    const char *said = NULL;
    struct access access = {0}, conflict = {0};
    struct str name;
    str_init(&name);
    kind_access(first->text, &access);
    calls_name(&name, maker->symbols, &first->stack, access.address,
               access.size);
    str_add(&maker->detail,
            "WARNING: mpstress: data race between two threads\n");
    race_detail(maker, first, &access, false);
    race_place(maker, first, &access, false);
    for (size_t i = 1; i < error->part_count; i++) {
        const struct valgrind_part *part = &error->parts[i];
        const char *location = kind_location(part->text);
        if (!other && kind_access(part->text, &conflict)) {
            other = part;
            race_detail(maker, part, &conflict, true);
            race_place(maker, part, &conflict, true);
        } else if (location && !said) {
            said = location;
            show_location_line(maker, said, name.data);
            calls_show(&maker->detail, maker->symbols, &part->stack);
        } else {
            detail_part(maker, part->text, &part->stack);
        }
    }
    if (!said && name.len)
        show_location_line(maker, NULL, name.data);
    detail_threads(maker, access.thread, conflict.thread);
    str_addf(&maker->detail,
             "%s sees neither C11 atomics nor pthread_once() nor other "
             "processes: of what only these order this is noise\n",
             maker->report->tool);
    detail_summary(maker, "data race", &first->stack);
    race_words(maker, error, &access, other, &conflict,
               name.len ? name.data
               : said   ? said
                        : "");
    if (!str_ok(&name))
        maker->err = -ENOMEM;
    str_fini(&name);
}

/* -- Lock orders
 * --------------------------------------------------------------*/

/* The lock taken against the order, and the two acquisitions that made it. */
static void make_order(struct maker *maker, const struct valgrind_error *error)
{
    static const char *const roles[] = {"takes them the other way round",
                                        "took the first lock",
                                        "then the second"};
    const struct valgrind_part *first = &error->parts[0];
    size_t places = 0;
    str_add(&maker->detail, "WARNING: mpstress: lock-order inversion "
                            "(potential deadlock)\n");
    for (size_t i = 0; i < error->part_count; i++) {
        const struct valgrind_part *part = &error->parts[i];
        detail_part(maker, i ? part->text : kind_deed(part->text),
                    &part->stack);
        add_frames(maker, &part->stack);
        if (places < 3 && part->stack.count)
            add_place(maker, &part->stack, 0, roles[places++]);
    }
    detail_summary(maker, "lock-order inversion", &first->stack);
    show_text(&maker->what, kind_deed(first->text));
    say_place(maker, &maker->what, &first->stack);
    if (error->part_count > 1 && error->parts[1].stack.count) {
        str_add(&maker->what, ", which was the order");
        say_place(maker, &maker->what, &error->parts[1].stack);
    }
}

/* -- Misuses
 * ------------------------------------------------------------------*/

static void make_misuse(struct maker *maker, const struct valgrind_error *error)
{
    const struct valgrind_part *first = &error->parts[0];
    const char *title = maker->kind->title;
    if (title)
        str_addf(&maker->what, "%s: ", title);
    show_text(&maker->what, kind_deed(first->text));
    say_place(maker, &maker->what, &first->stack);
    add_place(maker, &first->stack, 0, "does it");
    add_frames(maker, &first->stack);
    for (size_t i = 0; i < error->part_count; i++)
        detail_part(maker, error->parts[i].text, &error->parts[i].stack);
    detail_summary(maker, title ? title : "misuse", &first->stack);
}

/* -- Putting them together
 * ----------------------------------------------------*/

static bool is_there(const struct finding_list *list,
                     const struct finding *finding)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].fingerprint == finding->fingerprint)
            return true;
    return false;
}

/* Move the finding that was made to FINDINGS, or drop it if that has it. */
static int hand_over(struct maker *maker, struct finding_list *findings)
{
    struct finding *finding = finding_of(maker);
    bool whole = str_ok(&maker->what) && str_ok(&maker->detail);
    finding->what = str_take(&maker->what);
    if (maker->detail.len)
        finding->detail = str_take(&maker->detail);
    if (!whole || !finding->what)
        maker->err = -ENOMEM;
    if (!maker->err) {
        finding_seal(finding);
        if (!is_there(findings, finding)) {
            struct finding *kept = finding_list_add(findings, finding->kind);
            if (kept) {
                *kept = *finding;
                maker->made.count = 0;
            } else {
                maker->err = -ENOMEM;
            }
        }
    }
    finding_list_clear(&maker->made);
    str_fini(&maker->what);
    str_fini(&maker->detail);
    return maker->err;
}

static int begin(struct maker *maker, enum finding_kind kind)
{
    str_init(&maker->what);
    str_init(&maker->detail);
    return finding_list_add(&maker->made, kind) ? 0 : -ENOMEM;
}

static int make(struct maker *maker, const struct valgrind_error *error,
                struct finding_list *findings)
{
    int err = begin(maker, (enum finding_kind)maker->kind->finding);
    if (err)
        return err;
    if (maker->kind->finding == FINDING_RACE)
        make_race(maker, error);
    else if (maker->kind->finding == FINDING_LOCK_ORDER)
        make_order(maker, error);
    else
        make_misuse(maker, error);
    return hand_over(maker, findings);
}

/* Whether LATER is what became of the call that ERROR complains of: Helgrind
 * says that by itself, right after. */
static bool is_echo(const struct maker *maker,
                    const struct valgrind_error *error,
                    const struct valgrind_error *later)
{
    struct location a, b;
    return !strcmp(later->kind, "PthAPIerror") &&
           calls_place(maker->symbols, &error->parts[0].stack, &a) &&
           calls_place(maker->symbols, &later->parts[0].stack, &b) &&
           a.function == b.function && a.file == b.file && a.line == b.line;
}

/* Whether the tool is wrong about locks when it makes complaint INDEX. */
static bool is_lost(const struct valgrind_report *report, size_t index)
{
    for (size_t i = 0; i < report->error_count; i++)
        if (kind_of(&report->errors[i])->finding == KIND_LOST &&
            (i < index || !strcmp(report->errors[i].kind, "MutexErr")))
            return true;
    return false;
}

/* What a misuse of this process is taken for. Of objects that several
 * processes share each tool sees a part: a lock that another one took, a
 * semaphore that it posted. mpstress's own detector sees all of it. */
static int weigh(const struct maker *maker, size_t index)
{
    const struct valgrind_report *report = maker->report;
    const struct valgrind_error *error = &report->errors[index];
    int finding = maker->kind->finding;
    /* Said already. */
    if (index && is_echo(maker, error - 1, error) &&
        kind_of(error - 1)->finding == FINDING_MISUSE && finding != KIND_LOST)
        return KIND_REFUSED;
    if (finding != FINDING_MISUSE)
        return finding;
    if (!maker->alone || is_lost(report, index))
        return KIND_REMARK;
    if (index + 1 < report->error_count && is_echo(maker, error, error + 1) &&
        kind_of(error + 1)->finding == KIND_REFUSED)
        return KIND_REFUSED;
    return finding;
}

static int judge_errors(struct maker *maker, struct finding_list *findings,
                        struct valgrind_remarks *remarks)
{
    const struct valgrind_report *report = maker->report;
    for (size_t i = 0; i < report->error_count; i++) {
        const struct valgrind_error *error = &report->errors[i];
        maker->kind = kind_of(error);
        int finding = weigh(maker, i);
        remarks->remarks += finding == KIND_REMARK || finding == KIND_LOST;
        int err = finding < 0 ? 0 : make(maker, error, findings);
        if (err)
            return err;
    }
    return 0;
}

/* Signals that a program sends itself by what it does; others are sent. */
static bool is_crash(const struct valgrind_report *report)
{
    switch (report->signal) {
    case SIGABRT:
        return true;
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
        return report->signal_code > 0;
    default:
        return false;
    }
}

/* The crash of the root, whose place only the tool knows. */
static struct finding *find_crash(struct finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].kind == FINDING_CRASH)
            return &findings->items[i];
    return NULL;
}

static int judge_end(struct maker *maker, bool root,
                     struct finding_list *findings)
{
    const struct valgrind_report *report = maker->report;
    struct location place;
    struct finding *known = root ? find_crash(findings) : NULL;
    if (known && report->signal && !known->place_count &&
        calls_place(maker->symbols, &report->signal_stack, &place)) {
        int err = finding_add_place(known, &place, "died", NULL);
        finding_seal(known);
        return err;
    }
    if (root || !is_crash(report))
        return 0;
    int err = begin(maker, FINDING_CRASH);
    if (err)
        return err;
    str_addf(&maker->what, "process %zu was killed by ", report->process);
    show_signal(&maker->what, report->signal);
    say_place(maker, &maker->what, &report->signal_stack);
    add_place(maker, &report->signal_stack, 0, "died");
    detail_part(maker, "It died", &report->signal_stack);
    return hand_over(maker, findings);
}

int valgrind_judge(const struct valgrind_report *reports, size_t count,
                   struct symbols *symbols, struct finding_list *findings,
                   struct valgrind_remarks *remarks)
{
    for (size_t i = 0; i < count; i++) {
        struct maker maker = {
            .report = &reports[i],
            .symbols = symbols,
            .alone = count == 1,
        };
        bool known = false;
        for (size_t k = 0; k < i; k++)
            known |= reports[k].process == reports[i].process;
        remarks->processes += !known;
        int err = judge_errors(&maker, findings, remarks);
        if (!err)
            err = judge_end(&maker, reports[i].process == reports[0].process,
                            findings);
        if (err)
            return err;
    }
    return 0;
}
