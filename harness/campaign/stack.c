#include "stack.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/str.h"
#include "symbols/symbols.h"
#include "trace/place.h"
#include "trace/plan.h"

struct look {
    struct symbols *symbols;
    struct location *frames;
    size_t max, count;
};

static void look_at(void *context, pid_t pid, pid_t tid)
{
    enum { DEPTH = 48 };
    struct look *look = context;
    struct location all[DEPTH];
    int count = symbols_unwind(look->symbols, pid, tid, all, DEPTH);
    for (int i = 0; i < count && look->count < look->max; i++)
        if (symbols_is_user_code(&all[i]))
            look->frames[look->count++] = all[i];
}

/* A copy of FROM in which the task with PATH has the number *NUMBER. */
static int plan_with(struct schedule_plan *plan,
                     const struct schedule_plan *from, const char *path,
                     uint32_t *number)
{
    int err = plan_copy(plan, from);
    if (err)
        return err;
    /* trace_plan_add() wants room for all tasks there can be. */
    struct schedule_task *tasks =
        realloc(plan->tasks, SCHEDULE_TASKS * sizeof(*tasks));
    if (tasks)
        plan->tasks = tasks;
    err = tasks ? trace_plan_add(plan, path, number) : -ENOMEM;
    if (err)
        plan_fini(plan);
    return err;
}

size_t stack_find(struct rerun *rerun, const struct trace *trace,
                  const struct schedule_plan *from, uint64_t seed,
                  const char *path, uint64_t nth, struct location *frames,
                  size_t max)
{
    struct look look = {
        .symbols = rerun_symbols(rerun), .frames = frames, .max = max};
    struct schedule_plan plan;
    struct outcome outcome;
    struct finding_list findings = {0};
    struct control control;
    struct mps_diag diag;
    uint32_t number = 0;
    if (plan_with(&plan, from, path, &number))
        return 0;
    rerun_control(trace, &control);
    control.plan = &plan;
    control.stop_task = number + 1;
    control.stop_op = nth;
    control.at_stop = look_at;
    control.context = &look;
    control.without_stacks = true;
    if (rerun_once(rerun, seed, &control, &outcome, &findings, &diag))
        look.count = 0;
    finding_list_clear(&findings);
    plan_fini(&plan);
    return look.count;
}

static const char *main_file(const struct location *frames, size_t count)
{
    for (size_t i = count; i-- > 0;)
        if (frames[i].function && !strcmp(frames[i].function, "main"))
            return frames[i].file;
    return NULL;
}

static size_t folder_length(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash ? (size_t)(slash - file) : 0;
}

size_t stack_own(const struct location *frames, size_t count)
{
    const char *file = main_file(frames, count);
    for (size_t i = 0; i < count && file; i++) {
        const char *other = frames[i].file;
        if (other && folder_length(other) == folder_length(file) &&
            !strncmp(other, file, folder_length(file)))
            return i;
    }
    return 0;
}

void stack_add(struct str *s, const struct location *frames, size_t first,
               size_t last)
{
    for (size_t i = first; i <= last; i++) {
        str_add(s, i > first ? " < " : "");
        place_add(s, &frames[i]);
    }
}
