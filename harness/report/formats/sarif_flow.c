/* Code flows in SARIF: a thread flow per task. */
#include <stdlib.h>
#include <string.h>

#include "formats/sarif.h"
#include "segment/ops.h"
#include "trace/place.h"
#include "trace/timeline.h"

/* GitHub reads no more of a result. */
enum { MOST_STEPS = 1000 };

static void add_task(struct str *s, const char *path, const char *name)
{
    str_add(s, path);
    if (*name)
        str_addf(s, " (%s)", name);
}

/* What SARIF (3.38.8) calls an op. */
static json_t *kinds_of(const struct timeline_step *step, bool *failed)
{
    static const char *const by_class[][2] = {
        [OP_ACQUIRE] = {"acquire", "resource"},
        [OP_RELEASE] = {"release", "resource"},
        [OP_MEMORY] = {"memory"},
        [OP_NOTE] = {NULL},
    };
    enum op_class class = op_kind_class(op_kind_find(step->kind));
    json_t *array = json_array();
    for (size_t i = 0; i < 2 && by_class[class][i]; i++) {
        const char *kind = by_class[class][i];
        if (i && strstr(step->kind, "lock"))
            kind = "lock";
        value_append(array, json_string(kind), failed);
    }
    return array;
}

static const char *importance_of(const struct timeline_step *step)
{
    return step->pair                      ? "essential"
           : step->switched || step->stuck ? "important"
                                           : "unimportant";
}

static json_t *step_location(const struct checkout *checkout,
                             const struct timeline_step *step)
{
    struct str words, function, file, value;
    str_init(&words);
    str_init(&function);
    str_init(&file);
    str_init(&value);
    timeline_add_op(&words, step->kind, step->object);
    timeline_add_value(&value, step);
    if (value.len)
        str_addf(&words, ": %s", value.data);
    if (step->stuck)
        str_add(&words, ": does not return");
    if (step->pair)
        str_add(&words, step->pair == TIMELINE_FIRST
                            ? " (the first of the two that decide)"
                            : " (the second of the two that decide)");
    struct location location = {.line =
                                    place_split(step->place, &function, &file)};
    location.function = function.len ? function.data : NULL;
    location.file = file.len ? file.data : NULL;
    /* Of "libring.so+0x12" there is but the text. */
    location.module = sarif_is_known(&location) ? NULL : step->place;
    json_t *o = NULL;
    if (str_ok(&words) && str_ok(&function) && str_ok(&file) && str_ok(&value))
        o = sarif_location(checkout, &location, words.data);
    str_fini(&words);
    str_fini(&function);
    str_fini(&file);
    str_fini(&value);
    return o;
}

static json_t *flow_step(const struct checkout *checkout,
                         const struct timeline *schedule, size_t n)
{
    bool failed = false;
    const struct timeline_step *step = &schedule->steps[n];
    json_t *o = json_object(), *kinds = kinds_of(step, &failed);
    value_put(o, "location", step_location(checkout, step), &failed);
    if (json_array_size(kinds))
        value_put(o, "kinds", json_incref(kinds), &failed);
    json_decref(kinds);
    /* From 1 on, over all tasks. */
    value_put(o, "executionOrder", value_number(n + 1), &failed);
    value_put(o, "importance", json_string(importance_of(step)), &failed);
    return value_finish(o, failed);
}

/* Whether step N is shown of a schedule that is too long for all. */
static bool is_near_switch(const struct timeline *schedule, size_t n)
{
    const struct timeline_step *step = &schedule->steps[n];
    return step->pair || step->switched || step->stuck ||
           n + 1 == schedule->step_count || step[1].switched;
}

/* The steps that are shown, the last ones when even these are too many, as
 * flags; NULL when memory is too short. */
static bool *choose_steps(const struct timeline *schedule)
{
    bool all = schedule->step_count <= MOST_STEPS;
    bool *shown = calloc(schedule->step_count + 1, sizeof(*shown));
    size_t count = 0;
    for (size_t i = schedule->step_count; shown && i && count < MOST_STEPS;
         i--) {
        shown[i - 1] = all || is_near_switch(schedule, i - 1);
        count += shown[i - 1];
    }
    return shown;
}

static json_t *thread_flow(const char *id, struct str *name, json_t *locations)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "id", value_text(id), &failed);
    value_put(o, "message", sarif_message_take(name), &failed);
    value_put(o, "locations", locations, &failed);
    return value_finish(o, failed);
}

/* Takes THREADS. One without threads is none. */
static void append_flow(json_t *array, json_t *threads, const char *words,
                        bool *failed)
{
    if (!json_array_size(threads)) {
        *failed |= !threads;
        json_decref(threads);
        return;
    }
    json_t *o = json_object();
    value_put(o, "message", sarif_message(words), failed);
    value_put(o, "threadFlows", threads, failed);
    value_append(array, o, failed);
}

static void append_schedule(json_t *array, const struct checkout *checkout,
                            const struct timeline *schedule, bool *failed)
{
    bool *shown = choose_steps(schedule);
    json_t *threads = json_array();
    *failed |= !shown;
    for (size_t t = 0; t < schedule->task_count && !*failed; t++) {
        json_t *locations = json_array();
        for (size_t i = 0; i < schedule->step_count; i++)
            if (shown[i] && schedule->steps[i].task == t)
                value_append(locations, flow_step(checkout, schedule, i),
                             failed);
        if (!json_array_size(locations)) {
            json_decref(locations);
            continue;
        }
        const struct timeline_task *task = &schedule->tasks[t];
        struct str name;
        str_init(&name);
        add_task(&name, task->path, task->name);
        value_append(threads, thread_flow(task->path, &name, locations),
                     failed);
    }
    free(shown);
    append_flow(array, threads, "The shortest schedule with this finding",
                failed);
}

/* -- From the places of a finding ------------------------------------------*/

static bool has_flow_place(const struct finding_place *place)
{
    return place->task && sarif_is_known(&place->location);
}

/* Whether a place before number N is of the same task. */
static bool is_repeated(const struct finding *finding, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (has_flow_place(&finding->places[i]) &&
            !strcmp(finding->places[i].task, finding->places[n].task))
            return true;
    return false;
}

static json_t *task_places(const struct checkout *checkout,
                           const struct finding *finding, size_t first)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = first; i < finding->place_count; i++) {
        const struct finding_place *place = &finding->places[i];
        if (!has_flow_place(place) ||
            strcmp(place->task, finding->places[first].task) != 0)
            continue;
        json_t *o = json_object();
        value_put(o, "location",
                  sarif_location(checkout, &place->location, place->role),
                  &failed);
        value_append(array, o, &failed);
    }
    return value_finish(array, failed);
}

static void append_places(json_t *array, const struct checkout *checkout,
                          const struct finding *finding, bool *failed)
{
    json_t *threads = json_array();
    for (size_t i = 0; i < finding->place_count; i++) {
        const char *task = finding->places[i].task;
        if (!has_flow_place(&finding->places[i]) || is_repeated(finding, i))
            continue;
        /* "0.1 (consumer)": the path alone is the name. */
        char *id = strndup(task, strcspn(task, " "));
        struct str name;
        str_init(&name);
        str_add(&name, task);
        value_append(threads,
                     thread_flow(id, &name, task_places(checkout, finding, i)),
                     failed);
        free(id);
    }
    append_flow(array, threads, "Where the tasks of this finding are", failed);
}

json_t *sarif_flows(const struct checkout *checkout,
                    const struct finding *finding,
                    const struct timeline *schedule)
{
    bool failed = false;
    json_t *array = json_array();
    if (schedule)
        append_schedule(array, checkout, schedule, &failed);
    append_places(array, checkout, finding, &failed);
    return value_finish(array, failed);
}
