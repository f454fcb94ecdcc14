#include "judge.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/expr.h"
#include "show.h"

enum { NAMES_SHOWN = 16 };

/* Keeps TEXT's content in *OUT, or notes that memory ran out. */
static void keep(struct judge *judge, char **out, struct str *text)
{
    free(*out);
    *out = str_take(text);
    if (!*out)
        judge->err = -ENOMEM;
}

__attribute__((format(printf, 3, 0))) static void
keep_formatted(struct judge *judge, char **out, const char *format,
               va_list args)
{
    struct str text;
    str_init(&text);
    str_vaddf(&text, format, args);
    keep(judge, out, &text);
}

enum schedule_verdict judge_verdict(const struct outcome *outcome)
{
    uint32_t verdict = outcome->segment->schedule.verdict;
    return outcome->controlled && verdict <= SCHEDULE_STEP_BOUND
               ? (enum schedule_verdict)verdict
               : SCHEDULE_OPEN;
}

bool judge_was_cut_short(const struct outcome *outcome)
{
    enum schedule_verdict verdict = judge_verdict(outcome);
    /* When the others are idle for ever the root has ended by itself. */
    return verdict != SCHEDULE_OPEN && verdict != SCHEDULE_IDLE;
}

bool judge_was_cut_down(const struct outcome *outcome, uint32_t task,
                        bool killed)
{
    if (!judge_was_cut_short(outcome) || task >= SEGMENT_TASKS)
        return false;
    uint32_t state = outcome->segment->tasks[task].turn.state;
    return killed || (state > TURN_NONE && state < TURN_DEAD);
}

struct finding *judge_find(struct judge *judge, enum finding_kind kind,
                           const struct invariant *invariant,
                           const char *format, ...)
{
    struct finding *finding = finding_list_add(judge->findings, kind);
    if (!finding) {
        judge->err = -ENOMEM;
        return NULL;
    }
    if (invariant && invariant->name) {
        finding->invariant = strdup(invariant->name);
        if (!finding->invariant)
            judge->err = -ENOMEM;
    }
    va_list args;
    va_start(args, format);
    keep_formatted(judge, &finding->what, format, args);
    va_end(args);
    return finding;
}

void judge_expected(struct judge *judge, struct finding *finding,
                    const char *format, ...)
{
    if (!finding)
        return;
    va_list args;
    va_start(args, format);
    keep_formatted(judge, &finding->expected, format, args);
    va_end(args);
}

void judge_actual(struct judge *judge, struct finding *finding,
                  const char *format, ...)
{
    if (!finding)
        return;
    va_list args;
    va_start(args, format);
    keep_formatted(judge, &finding->actual, format, args);
    va_end(args);
}

void judge_detail(struct judge *judge, struct finding *finding,
                  struct str *detail)
{
    if (finding && (detail->len || !str_ok(detail)))
        keep(judge, &finding->detail, detail);
    str_fini(detail);
}

static bool locate(const struct judge *judge, uint64_t site,
                   bool return_address, struct location *out)
{
    const struct segment_module *module =
        segment_module_of(judge->segment, site);
    if (!module)
        return false;
    /* Copied: the text must not change under the reader. */
    char path[sizeof(module->path)];
    memcpy(path, module->path, sizeof(path));
    path[sizeof(path) - 1] = '\0';
    symbols_find(judge->outcome->symbols, path, segment_site_offset(site),
                 return_address, out);
    return true;
}

bool judge_locate(const struct judge *judge, uint64_t site,
                  struct location *out)
{
    return locate(judge, site, true, out);
}

bool judge_locate_op(const struct judge *judge, const struct segment_op *op,
                     struct location *out)
{
    /* Of a signal the first instruction of its handler is known, of all else
     * where the call returns to. */
    return locate(judge, op->site, op->kind != OP_KIND_SIGNAL, out);
}

void judge_show_site(const struct judge *judge, struct str *s,
                     const char *before, uint64_t site, const char *after)
{
    struct location location;
    if (!judge_locate(judge, site, &location))
        return;
    str_add(s, before);
    show_location(s, &location);
    str_add(s, after);
}

void judge_location(struct judge *judge, struct finding *finding,
                    const struct location *location, uint32_t task,
                    const char *role)
{
    if (!finding)
        return;
    struct str name;
    str_init(&name);
    if (task != NO_TASK)
        show_task(&name, judge->segment, task);
    if (!str_ok(&name) || finding_add_place(finding, location, role,
                                            task == NO_TASK ? NULL : name.data))
        judge->err = -ENOMEM;
    str_fini(&name);
}

void judge_place(struct judge *judge, struct finding *finding, uint64_t site,
                 uint32_t task, const char *format, ...)
{
    struct location location;
    if (!finding || !judge_locate(judge, site, &location))
        return;
    char *role = NULL;
    va_list args;
    va_start(args, format);
    keep_formatted(judge, &role, format, args);
    va_end(args);
    judge_location(judge, finding, &location, task, role);
    free(role);
}

int judge_evaluate(struct judge *judge, const struct invariant *invariant,
                   const struct expr *expr, int64_t *value)
{
    struct mps_diag why = {""};
    int err = choice_evaluate(judge->outcome->choice, expr, value, &why);
    if (err)
        diag_set(judge->diag, err, "invariant '%s': %s", invariant->name,
                 why.text);
    return err;
}

void judge_show_value(struct str *s, const struct expr *expr, int64_t value)
{
    char number[24];
    snprintf(number, sizeof(number), "%" PRId64, value);
    str_add(s, number);
    if (strcmp(number, expr_text(expr)))
        str_addf(s, " (%s)", expr_text(expr));
}

/* The names that were reported, for whoever mistyped one of them. */
static void show_names(struct str *s, const struct segment *segment)
{
    const char *shown[NAMES_SHOWN];
    size_t count = 0;
    size_t at = 0;
    struct observation o;
    while (count < NAMES_SHOWN && segment_observation_next(segment, &at, &o)) {
        size_t i = 0;
        while (i < count && strcmp(shown[i], o.name))
            i++;
        if (i < count)
            continue;
        shown[count++] = o.name;
        str_add(s, count == 1 ? "reported were: " : ", ");
        show_text(s, o.name);
    }
    str_add(s, count ? "\n" : "the target reported nothing at all\n");
}

void judge_never(struct judge *judge, const struct invariant *invariant,
                 const char *call)
{
    if (judge_excuses_missing(judge))
        return;
    struct finding *finding = judge_violation(
        judge, invariant, "%s was never observed: no %s(\"%s\", ...)",
        invariant->subject, call, invariant->subject);
    judge_actual(judge, finding, "nothing");
    struct str detail;
    str_init(&detail);
    show_names(&detail, judge->segment);
    judge_detail(judge, finding, &detail);
}

int judge_count(struct judge *judge, const struct invariant *invariant,
                uint64_t count, const char *what, uint64_t site, uint32_t task)
{
    if (!invariant->count)
        return 0;
    int64_t wanted;
    int err = judge_evaluate(judge, invariant, invariant->count, &wanted);
    if (err)
        return err;
    if (wanted >= 0 && (uint64_t)wanted == count)
        return 0;
    if ((int64_t)count < wanted && judge_excuses_missing(judge))
        return 0;
    struct str value;
    str_init(&value);
    judge_show_value(&value, invariant->count, wanted);
    const char *subject =
        invariant->file ? invariant->file : invariant->subject;
    struct finding *finding =
        judge_violation(judge, invariant, "%s has %" PRIu64 " %s, expected %s",
                        subject, count, what, value.data);
    judge_expected(judge, finding, "%s", value.data);
    judge_actual(judge, finding, "%" PRIu64, count);
    judge_place(judge, finding, site, task, "reported the last one");
    str_fini(&value);
    return 0;
}
