#include "formats/chrome.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define MUTEX         "mutex /ring+0x40"
#define TEXT(literal) ((char[]){literal})

static struct timeline_task tasks[] = {
    {"0", ""}, {"0.0", "payer"}, {"0.1", ""}};

/* A lock that 0.0 gives 0.1, which waited for it; then 0.0 waits in vain. */
static struct timeline_step steps[] = {
    {.task = 1,
     .kind = "mutex lock",
     .object = MUTEX,
     .place = "pay() pay.c:1",
     .begin = 10,
     .end = 11,
     .completed = true},
    {.task = 1,
     .kind = "mutex unlock",
     .object = MUTEX,
     .place = "pay() pay.c:3",
     .begin = 15,
     .end = 18,
     .completed = true},
    {.task = 2,
     .kind = "mutex lock",
     .object = MUTEX,
     .place = "pay() pay.c:1",
     .begin = 12,
     .end = 17,
     .completed = true},
    {.task = 2,
     .kind = "read",
     .object = "pipe 0:3",
     .place = "pay() pay.c:2",
     .begin = 19,
     .end = 20,
     .result = 17,
     .completed = true},
    {.task = 2, .kind = "exit", .object = "", .place = "", .begin = 23},
    {.task = 1,
     .kind = "mutex lock",
     .object = MUTEX,
     .place = "pay() pay.c:1",
     .begin = 22,
     .stuck = true},
};

static struct timeline_message messages[] = {
    {.ticket = 13, .task = 1, .queue = "jobs", .data = "ab", .size = 2},
    {.ticket = 14, .task = 1, .queue = "jobs", .data = "a\0", .size = 2},
    {.ticket = 16, .task = 1, .queue = "jobs", .data = "ab", .size = 2},
    {.ticket = 21,
     .task = 2,
     .got = true,
     .queue = "jobs",
     .data = "ab",
     .size = 2},
};

static const struct timeline sample = {
    .tasks = tasks,
    .task_count = 3,
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(*steps),
    .messages = messages,
    .message_count = 4,
};

static const struct trace_meta meta = {
    .id = "pay-1a2b3c4d",
    .scenario_name = "pay",
    .command = "mpstress run pay",
    .strategy = "pct",
    .version = "0.1.0",
    .seed = UINT64_MAX,
};

static struct finding found[] = {
    {.kind = FINDING_DEADLOCK, .what = TEXT("0.0 waits for ever")}};
static const struct finding_list findings = {found, 1};

static json_t *load(const struct timeline *timeline,
                    const struct finding_list *list)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    cr_assert_eq(chrome_write(out, &meta, timeline, list), 0);
    cr_assert(!fclose(out));
    json_error_t error;
    json_t *document = json_loads(text, 0, &error);
    cr_assert(document, "line %d: %s", error.line, error.text);
    free(text);
    return document;
}

static const char *text_of(json_t *event, const char *key)
{
    const char *text = json_string_value(json_object_get(event, key));
    return text ? text : "";
}

static double number_of(json_t *event, const char *key)
{
    return json_number_value(json_object_get(event, key));
}

/* The N-th event of PHASE called NAME. */
static json_t *find(json_t *document, const char *phase, const char *name,
                    size_t n)
{
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(document, "traceEvents"), i, event)
    {
        if (!strcmp(text_of(event, "ph"), phase) &&
            !strcmp(text_of(event, "name"), name) && !n--)
            return event;
    }
    return NULL;
}

static void expect_slice(json_t *document, const char *name, size_t n, int tid,
                         double begin, double duration)
{
    json_t *event = find(document, "X", name, n);
    cr_assert(event, "no %s", name);
    cr_expect_eq(number_of(event, "tid"), tid, "%s", name);
    cr_expect_eq(number_of(event, "ts"), begin, "%s: %f", name,
                 number_of(event, "ts"));
    cr_expect_eq(number_of(event, "dur"), duration, "%s: %f", name,
                 number_of(event, "dur"));
}

/* What every reader of the format relies on. */
static void check_events(json_t *document)
{
    size_t i;
    json_t *event;
    json_array_foreach(json_object_get(document, "traceEvents"), i, event)
    {
        const char *phase = text_of(event, "ph");
        cr_expect(strlen(phase) == 1 && strchr("MXsfi", *phase), "%s", phase);
        cr_expect(json_is_integer(json_object_get(event, "pid")));
        cr_expect(json_is_integer(json_object_get(event, "tid")));
        cr_expect(json_is_string(json_object_get(event, "name")));
        if (*phase == 'M')
            continue;
        cr_expect(number_of(event, "ts") >= 0);
        cr_expect(json_is_number(json_object_get(event, "ts")));
        if (*phase == 'X')
            cr_expect(number_of(event, "dur") >= 0);
    }
}

Test(chrome, has_a_track_per_task)
{
    json_t *document = load(&sample, &findings);
    static const char *const names[] = {"0", "0.0 (payer)", "0.1"};
    check_events(document);
    for (size_t i = 0; i < 3; i++) {
        json_t *event = find(document, "M", "thread_name", i);
        cr_expect_eq(number_of(event, "tid"), (double)i + 1);
        cr_expect_str_eq(text_of(json_object_get(event, "args"), "name"),
                         names[i]);
    }
    cr_expect_null(find(document, "M", "thread_name", 3));
    json_decref(document);
}

Test(chrome, has_a_complete_event_per_op)
{
    json_t *document = load(&sample, &findings);
    expect_slice(document, "mutex lock /ring+0x40", 0, 2, 0, 1);
    expect_slice(document, "mutex unlock /ring+0x40", 0, 2, 5, 3);
    /* As long as it waited. */
    expect_slice(document, "mutex lock /ring+0x40", 1, 3, 2, 5);
    expect_slice(document, "read pipe 0:3", 0, 3, 9, 1);
    /* No exit comes back; the lock should, and lasts to the end. */
    expect_slice(document, "exit", 0, 3, 13, 1);
    expect_slice(document, "mutex lock /ring+0x40", 2, 2, 12, 2);
    json_t *stuck = find(document, "X", "mutex lock /ring+0x40", 2);
    cr_expect_str_eq(text_of(stuck, "cname"), "terrible");
    json_t *args =
        json_object_get(find(document, "X", "read pipe 0:3", 0), "args");
    cr_expect_str_eq(text_of(args, "came of it"), "17 bytes");
    cr_expect_str_eq(text_of(args, "at"), "pay() pay.c:2");
    json_decref(document);
}

static void expect_flow(json_t *document, const char *name, int from_tid,
                        double from, int to_tid, double to)
{
    json_t *start = find(document, "s", name, 0);
    json_t *end = find(document, "f", name, 0);
    cr_assert(start && end, "no %s", name);
    cr_expect_eq(number_of(start, "id"), number_of(end, "id"));
    cr_expect_eq(number_of(start, "tid"), from_tid);
    cr_expect_eq(number_of(start, "ts"), from, "%f", number_of(start, "ts"));
    cr_expect_eq(number_of(end, "tid"), to_tid);
    cr_expect_eq(number_of(end, "ts"), to, "%f", number_of(end, "ts"));
    cr_expect_str_eq(text_of(end, "bp"), "e");
    cr_expect_null(find(document, "s", name, 1));
    cr_expect_null(find(document, "f", name, 1));
}

Test(chrome, has_arrows_from_task_to_task)
{
    json_t *document = load(&sample, &findings);
    expect_flow(document, "hand-over", 2, 5.5, 3, 6.5);
    /* The same one was put twice: the first. */
    expect_flow(document, "message", 2, 3.25, 3, 11.25);
    json_decref(document);
}

/* Of two equal messages one each, whoever got them. */
Test(chrome, has_an_arrow_for_each_message)
{
    struct timeline_message many[] = {
        {.ticket = 1, .task = 0, .queue = "q", .data = "x", .size = 1},
        {.ticket = 2, .task = 1, .queue = "q", .data = "x", .size = 1},
        {.ticket = 3, .task = 2, .got = true, .queue = "q", .data = "x", 1},
        {.ticket = 4, .task = 2, .got = true, .queue = "q", .data = "x", 1},
        /* Never put, and from another queue. */
        {.ticket = 5, .task = 2, .got = true, .queue = "q", .data = "x", 1},
        {.ticket = 6, .task = 0, .queue = "r", .data = "y", .size = 1},
        {.ticket = 7, .task = 2, .got = true, .queue = "q", .data = "y", 1},
        {.ticket = 8, .task = 0, .queue = "q", .data = "", .size = 0},
        {.ticket = 9, .task = 1, .got = true, .queue = "q", .data = "", 0},
    };
    const struct timeline timeline = {
        .messages = many, .message_count = sizeof(many) / sizeof(*many)};
    struct chrome_flow *flows;
    size_t count;
    cr_assert_eq(chrome_flows(&timeline, &flows, &count), 0);
    static const struct {
        double from, to;
    } expected[] = {{8.25, 9.25}, {1.25, 3.25}, {2.25, 4.25}};
    cr_assert_eq(count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(flows[i].from, expected[i].from);
        cr_expect_eq(flows[i].to, expected[i].to);
    }
    free(flows);
}

/* A try that failed got nothing from anybody. */
Test(chrome, has_no_arrow_for_what_failed)
{
    struct timeline_step tries[] = {
        {.task = 1, .kind = "sem post", .object = "s", .begin = 1, .end = 2},
        {.task = 0,
         .kind = "mutex trylock",
         .object = "s",
         .begin = 3,
         .end = 4,
         .result = -EBUSY,
         .completed = true},
        /* Nor from itself. */
        {.task = 1,
         .kind = "sem wait",
         .object = "s",
         .begin = 5,
         .end = 6,
         .completed = true},
    };
    const struct timeline timeline = {.steps = tries, .step_count = 3};
    struct chrome_flow *flows;
    size_t count;
    cr_assert_eq(chrome_flows(&timeline, &flows, &count), 0);
    cr_expect_eq(count, 0);
    free(flows);
}

Test(chrome, tells_what_it_came_to)
{
    json_t *document = load(&sample, &findings);
    json_t *event = find(document, "i", "deadlock: 0.0 waits for ever", 0);
    cr_assert(event);
    cr_expect_eq(number_of(event, "ts"), 14);
    cr_expect_str_eq(text_of(json_object_get(document, "otherData"), "seed"),
                     "0xffffffffffffffff");
    json_decref(document);
}

/* Numbers that no run gives, texts that no program has. */
Test(chrome, is_well_formed_whatever_the_trace)
{
    struct timeline_task task = {"\xff\x1b[m", "\"</script>"};
    struct timeline_step strange[] = {
        {.kind = "from a stranger",
         .object = "\xc0\x80",
         .place = "\n\t",
         .begin = UINT64_MAX,
         .end = 0,
         .result = INT64_MIN,
         .completed = true},
        {.kind = "sem post", .object = "\"", .place = "", .begin = UINT64_MAX},
        {.kind = "sem wait",
         .object = "\"",
         .place = "",
         .end = UINT64_MAX,
         .completed = true},
    };
    struct timeline_message message = {.ticket = UINT64_MAX,
                                       .got = true,
                                       .queue = "\x01",
                                       .data = "\0\xff",
                                       .size = 2};
    struct timeline timeline = {.tasks = &task,
                                .task_count = 1,
                                .steps = strange,
                                .step_count = 3,
                                .messages = &message,
                                .message_count = 1};
    struct finding finding = {.kind = FINDING_LEAK,
                              .detail = TEXT("\xed\xa0\x80")};
    const struct finding_list list = {&finding, 1};
    json_t *document = load(&timeline, &list);
    check_events(document);
    json_decref(document);
    timeline = (struct timeline){0};
    document = load(&timeline, &list);
    check_events(document);
    json_decref(document);
}
