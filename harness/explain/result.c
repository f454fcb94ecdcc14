#include <errno.h>
#include <mpstress/mpstress.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "explain.h"
#include "runner/outcome.h"
#include "scenario/arena.h"
#include "trace/place.h"

void explain_result_fini(struct explain_result *result)
{
    plan_fini(&result->plan);
    free(result->ops);
    free(result->messages);
    free(result->names);
    arena_free(result->texts);
    *result = (struct explain_result){.verdict = EXPLAIN_PASSED};
}

bool explain_is_shorter(const struct trace_schedule_cost *a,
                        const struct trace_schedule_cost *b)
{
    if (a->preemptions != b->preemptions)
        return a->preemptions < b->preemptions;
    if (a->switches != b->switches)
        return a->switches < b->switches;
    return a->steps < b->steps;
}

/* Whether OP waits, or did when all was over; an exit never comes back. */
static bool is_stuck(const struct segment_op *op)
{
    return !op->end && op->kind != OP_KIND_EXIT && op->kind != OP_KIND_EXEC &&
           op->kind != OP_KIND_THREAD_EXIT;
}

/* In the order of their ends, those without one by their beginning. */
static int by_end(const void *a, const void *b)
{
    const struct segment_op *x = *(const struct segment_op *const *)a;
    const struct segment_op *y = *(const struct segment_op *const *)b;
    if (is_stuck(x) != is_stuck(y))
        return is_stuck(y) ? -1 : 1;
    uint64_t left = x->end ? x->end : x->begin;
    uint64_t right = y->end ? y->end : y->begin;
    return (left > right) - (left < right);
}

static const char *place_text(struct explain_result *result,
                              const struct outcome *outcome, uint64_t site)
{
    const struct segment_module *module =
        segment_module_of(outcome->segment, site);
    if (!module)
        return "";
    char path[sizeof(module->path) + 1];
    memcpy(path, module->path, sizeof(module->path));
    path[sizeof(module->path)] = '\0';
    struct location location = {
        .module = path,
        .offset = segment_site_offset(site),
    };
    if (outcome->symbols)
        symbols_find(outcome->symbols, path, location.offset, true, &location);
    struct str text;
    str_init(&text);
    place_add(&text, &location);
    const char *copy =
        str_ok(&text) ? arena_text(result->texts, text.data) : NULL;
    str_fini(&text);
    return copy;
}

/* The texts of OP; false when out of memory. */
static bool describe(struct explain_result *result, struct explain_op *to,
                     const struct outcome *outcome, const struct segment_op *op)
{
    to->object = "";
    if (segment_object_get(outcome->segment, op->object)) {
        char text[192];
        to->object = arena_text(
            result->texts, segment_object_text(outcome->segment, op->object,
                                               text, sizeof(text)));
    }
    to->place = place_text(result, outcome, op->site);
    return to->object && to->place;
}

static int take_ops(struct explain_result *result,
                    const struct outcome *outcome)
{
    const struct segment *segment = outcome->segment;
    const struct segment_op **ops = calloc(SEGMENT_OPS, sizeof(const void *));
    uint64_t *done = calloc(result->plan.task_count + 1u, sizeof(*done));
    int err = ops && done ? 0 : -ENOMEM;
    size_t count = 0;
    uint64_t at = 0;
    const struct segment_op *op;
    while (!err && count < SEGMENT_OPS && (op = segment_op_next(segment, &at)))
        if (op->task < result->plan.task_count)
            ops[count++] = op;
    result->ops = calloc(count + 1, sizeof(*result->ops));
    if (!result->ops)
        err = -ENOMEM;
    if (!err)
        qsort(ops, count, sizeof(const void *), by_end);
    for (size_t i = 0; i < count && !err; i++) {
        struct explain_op *to = &result->ops[result->op_count++];
        *to = (struct explain_op){
            .task = ops[i]->task,
            .nth = done[ops[i]->task],
            .kind = (enum op_kind)ops[i]->kind,
            .completed = ops[i]->end != 0,
            .begin = ops[i]->begin,
            .end = ops[i]->end,
            .result = ops[i]->result,
            .argument = ops[i]->argument,
        };
        done[to->task] += to->completed;
        if (!describe(result, to, outcome, ops[i]))
            err = -ENOMEM;
    }
    result->ops_lost = segment_ops_lost(segment) != 0;
    free(ops);
    free(done);
    return err;
}

static bool is_message(const struct observation *record)
{
    return record->kind == MPS_RECORD_PUT || record->kind == MPS_RECORD_GOT;
}

static int by_ticket(const void *a, const void *b)
{
    const struct trace_explained_message *x = a, *y = b;
    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

/* The first ones of a run that says too much. */
static int take_messages(struct explain_result *result,
                         const struct segment *segment)
{
    enum { MOST = 1000, LONGEST = 256 };
    struct observation record;
    result->messages = calloc(MOST, sizeof(*result->messages));
    if (!result->messages)
        return -ENOMEM;
    size_t at = 0;
    while (result->message_count < MOST &&
           segment_observation_next(segment, &at, &record)) {
        if (!is_message(&record) || record.task >= result->plan.task_count)
            continue;
        size_t size = record.size < LONGEST ? record.size : LONGEST;
        const char *queue = arena_text(result->texts, record.name);
        const char *data = arena_text_bytes(result->texts, record.data, size);
        if (!queue || !data)
            return -ENOMEM;
        result->messages[result->message_count++] =
            (struct trace_explained_message){
                .ticket = record.ticket,
                .task = record.task,
                .got = record.kind == MPS_RECORD_GOT,
                .queue = queue,
                .data = data,
                .size = size,
            };
    }
    qsort(result->messages, result->message_count, sizeof(*result->messages),
          by_ticket);
    return 0;
}

static int take_names(struct explain_result *result,
                      const struct segment *segment)
{
    uint32_t count = result->plan.task_count;
    result->names = calloc(count + 1u, sizeof(*result->names));
    if (!result->names)
        return -ENOMEM;
    for (uint32_t i = 0; i < count; i++) {
        const char *name = segment->tasks[i].name;
        size_t length = strnlen(name, sizeof(segment->tasks[i].name));
        result->names[i] = arena_text_bytes(result->texts, name, length);
        if (!result->names[i])
            return -ENOMEM;
    }
    return 0;
}

int explain_take(struct explain_result *result, const struct outcome *outcome,
                 bool ops)
{
    const struct segment_schedule *schedule = &outcome->segment->schedule;
    *result = (struct explain_result){.verdict = EXPLAIN_PASSED};
    int err = plan_from_outcome(&result->plan, outcome);
    if (err)
        return err;
    result->cost = (struct trace_schedule_cost){
        .preemptions = schedule->preemptions,
        .switches = schedule->switches,
        .steps = schedule->grants,
    };
    if (ops) {
        result->texts = arena_new();
        err = result->texts ? take_ops(result, outcome) : -ENOMEM;
        if (!err)
            err = take_names(result, outcome->segment);
        if (!err)
            err = take_messages(result, outcome->segment);
    }
    if (err)
        explain_result_fini(result);
    return err;
}
