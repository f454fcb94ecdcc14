/* The Trace Event format of chrome://tracing, which Perfetto reads, too. There
 * is no time in a recorded iteration but the order of tickets: one of them is
 * one microsecond. */
#include "formats/chrome.h"

#include <errno.h>
#include <stdlib.h>

#include "base/str.h"
#include "formats/json_values.h"
#include "report.h"
#include "segment/ops.h"

enum { PROCESS = 1 };

static const char *const categories[] = {
    [OP_ACQUIRE] = "sync",  [OP_RELEASE] = "sync", [OP_BOTH] = "sync",
    [OP_INPUT] = "io",      [OP_OUTPUT] = "io",    [OP_TASK] = "task",
    [OP_OPEN] = "object",   [OP_CLOSE] = "object", [OP_TIME] = "time",
    [OP_MEMORY] = "memory", [OP_NOTE] = "note",
};

struct chrome {
    const struct timeline *timeline;
    json_t *events;
    uint64_t start, end; /* tickets */
    bool failed;
};

/* TICKET, and what is beyond the end at the end: numbers of a stranger's trace
 * may be anything. */
static double time_of(const struct chrome *chrome, double ticket)
{
    double start = (double)chrome->start, end = (double)chrome->end;
    return (ticket < start ? start : ticket > end ? end : ticket) - start;
}

/* Append an event of PHASE on the track of TASK; takes NAME. The caller puts
 * the rest into it. */
static json_t *add_event(struct chrome *chrome, const char *phase,
                         uint32_t task, json_t *name, const char *category)
{
    json_t *o = json_object();
    value_put(o, "ph", json_string(phase), &chrome->failed);
    value_put(o, "pid", json_integer(PROCESS), &chrome->failed);
    value_put(o, "tid", value_number((uint64_t)task + 1), &chrome->failed);
    value_put(o, "name", name, &chrome->failed);
    if (category)
        value_put(o, "cat", json_string(category), &chrome->failed);
    value_append(chrome->events, o, &chrome->failed);
    return o;
}

static void put_time(struct chrome *chrome, json_t *event, const char *key,
                     double time)
{
    value_put(event, key, json_real(time), &chrome->failed);
}

/* -- Names of tracks -------------------------------------------------------*/

static void add_name(struct chrome *chrome, const char *kind, uint32_t task,
                     const char *key, json_t *value)
{
    json_t *args = json_object();
    value_put(args, key, value, &chrome->failed);
    json_t *event = add_event(chrome, "M", task, json_string(kind), NULL);
    value_put(event, "args", args, &chrome->failed);
}

static void add_tracks(struct chrome *chrome, const struct trace_meta *meta)
{
    add_name(chrome, "process_name", 0, "name", value_text(meta->id));
    for (size_t i = 0; i < chrome->timeline->task_count; i++) {
        const struct timeline_task *task = &chrome->timeline->tasks[i];
        struct str name;
        str_init(&name);
        str_add(&name, task->path);
        if (*task->name)
            str_addf(&name, " (%s)", task->name);
        add_name(chrome, "thread_name", (uint32_t)i, "name", value_take(&name));
        add_name(chrome, "thread_sort_index", (uint32_t)i, "sort_index",
                 value_number(i));
    }
}

/* -- Steps and messages ----------------------------------------------------*/

static json_t *step_args(struct chrome *chrome,
                         const struct timeline_step *step)
{
    struct str value;
    json_t *args = json_object();
    if (*step->object)
        value_put(args, "object", value_text(step->object), &chrome->failed);
    value_put(args, "at", value_text(step->place), &chrome->failed);
    str_init(&value);
    timeline_add_value(&value, step);
    if (value.len)
        value_put(args, "came of it", value_text(value.data), &chrome->failed);
    chrome->failed |= !str_ok(&value);
    str_fini(&value);
    value_put(args, "ticket", value_number(step->begin), &chrome->failed);
    if (step->stuck)
        value_put(args, "returned", json_false(), &chrome->failed);
    return args;
}

/* One that never comes back goes on to the end, one that is not meant to is
 * short. */
static void add_step(struct chrome *chrome, const struct timeline_step *step)
{
    double begin = time_of(chrome, (double)step->begin);
    double end = step->completed ? time_of(chrome, (double)step->end)
                 : step->stuck   ? time_of(chrome, (double)chrome->end)
                                 : begin + 1;
    struct str name;
    str_init(&name);
    timeline_add_op(&name, step->kind, step->object);
    json_t *event =
        add_event(chrome, "X", step->task, value_take(&name),
                  categories[op_kind_class(op_kind_find(step->kind))]);
    put_time(chrome, event, "ts", begin);
    put_time(chrome, event, "dur", end > begin ? end - begin : 0);
    /* Red, in chrome://tracing. */
    if (step->stuck)
        value_put(event, "cname", json_string("terrible"), &chrome->failed);
    value_put(event, "args", step_args(chrome, step), &chrome->failed);
}

/* An arrow begins and ends at an event: half a ticket is enough. */
static void add_message(struct chrome *chrome,
                        const struct timeline_message *message)
{
    enum { SHOWN = 64 };
    struct str name, data;
    str_init(&name);
    str_init(&data);
    str_addf(&name, "%s %s", message->got ? "got" : "put", message->queue);
    const unsigned char *bytes = message->data;
    for (size_t i = 0; i < message->size && i < SHOWN; i++)
        str_addf(&data, "%02x", bytes[i]);
    if (message->size > SHOWN)
        str_add(&data, "...");
    json_t *args = json_object();
    value_put(args, "data", value_take(&data), &chrome->failed);
    value_put(args, "size", value_number(message->size), &chrome->failed);
    json_t *event =
        add_event(chrome, "X", message->task, value_take(&name), "message");
    put_time(chrome, event, "ts", time_of(chrome, (double)message->ticket));
    put_time(chrome, event, "dur", 0.5);
    value_put(event, "args", args, &chrome->failed);
}

static void add_flow_end(struct chrome *chrome, const struct chrome_flow *flow,
                         size_t id, bool last)
{
    json_t *event = add_event(chrome, last ? "f" : "s",
                              last ? flow->to_task : flow->from_task,
                              json_string(flow->name), "flow");
    put_time(chrome, event, "ts",
             time_of(chrome, last ? flow->to : flow->from));
    value_put(event, "id", value_number(id), &chrome->failed);
    /* It ends in the event around it, not in the next one. */
    if (last)
        value_put(event, "bp", json_string("e"), &chrome->failed);
}

static int add_flows(struct chrome *chrome)
{
    struct chrome_flow *flows;
    size_t count;
    int err = chrome_flows(chrome->timeline, &flows, &count);
    for (size_t i = 0; i < count && !err; i++) {
        add_flow_end(chrome, &flows[i], i + 1, false);
        add_flow_end(chrome, &flows[i], i + 1, true);
    }
    free(flows);
    return err;
}

/* -- What it came to -------------------------------------------------------*/

static void add_findings(struct chrome *chrome,
                         const struct finding_list *findings)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        struct str name;
        str_init(&name);
        str_addf(&name, "%s: %s", finding_kind_name(finding->kind),
                 finding->what ? finding->what : "");
        json_t *args = json_object();
        value_put(args, "detail", value_text_or_null(finding->detail),
                  &chrome->failed);
        json_t *event = add_event(chrome, "i", 0, value_take(&name), "finding");
        put_time(chrome, event, "ts", time_of(chrome, (double)chrome->end));
        value_put(event, "s", json_string("g"), &chrome->failed);
        value_put(event, "args", args, &chrome->failed);
    }
}

static json_t *other_data(const struct chrome *chrome,
                          const struct trace_meta *meta)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "id", value_text(meta->id), &failed);
    value_put(o, "scenario", value_text(meta->scenario_name), &failed);
    value_put(o, "command", value_text(meta->command), &failed);
    value_put(o, "strategy", value_text(meta->strategy), &failed);
    value_put(o, "iteration", value_number(meta->iteration), &failed);
    value_put(o, "seed", value_hex(meta->seed), &failed);
    value_put(o, "mpstress", value_text(meta->version), &failed);
    value_put(o, "time", json_string("the order only: a microsecond an event"),
              &failed);
    value_put(o, "earlier operations that were not kept",
              value_number(chrome->timeline->ops_before), &failed);
    return value_finish(o, failed);
}

static void extend(struct chrome *chrome, uint64_t ticket)
{
    if (ticket < chrome->start)
        chrome->start = ticket;
    if (ticket >= chrome->end)
        chrome->end = ticket + (ticket < UINT64_MAX);
}

static void measure(struct chrome *chrome)
{
    const struct timeline *timeline = chrome->timeline;
    chrome->start = UINT64_MAX;
    for (size_t i = 0; i < timeline->step_count; i++) {
        extend(chrome, timeline->steps[i].begin);
        if (timeline->steps[i].completed)
            extend(chrome, timeline->steps[i].end);
    }
    for (size_t i = 0; i < timeline->message_count; i++)
        extend(chrome, timeline->messages[i].ticket);
    if (chrome->start > chrome->end)
        chrome->start = chrome->end;
}

int chrome_write(FILE *out, const struct trace_meta *meta,
                 const struct timeline *timeline,
                 const struct finding_list *findings)
{
    struct chrome chrome = {.timeline = timeline, .events = json_array()};
    measure(&chrome);
    add_tracks(&chrome, meta);
    for (size_t i = 0; i < timeline->step_count; i++)
        add_step(&chrome, &timeline->steps[i]);
    for (size_t i = 0; i < timeline->message_count; i++)
        add_message(&chrome, &timeline->messages[i]);
    int err = add_flows(&chrome);
    add_findings(&chrome, findings);
    json_t *document = json_object();
    value_put(document, "traceEvents", chrome.events, &chrome.failed);
    value_put(document, "displayTimeUnit", json_string("ms"), &chrome.failed);
    value_put(document, "otherData", other_data(&chrome, meta), &chrome.failed);
    document = value_finish(document, chrome.failed || err);
    return value_write(out, document);
}

int report_chrome(FILE *out, const struct trace *trace)
{
    struct timeline timeline;
    int err = timeline_init_recorded(&timeline, trace);
    if (!err)
        err = chrome_write(out, trace_meta(trace), &timeline,
                           trace_findings(trace));
    timeline_fini(&timeline);
    return err;
}
