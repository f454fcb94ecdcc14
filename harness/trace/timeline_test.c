#include "timeline.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "fixture_test.h"

static struct trace *reopen(struct fixture *f)
{
    struct trace *trace;
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return trace;
}

Test(timeline, shows_the_recorded_run_as_long_as_there_is_no_shorter_one)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    struct trace *trace = reopen(f);
    struct timeline timeline;
    cr_assert_eq(timeline_init(&timeline, trace), 0);
    cr_expect_not(timeline.minimal);
    cr_expect_eq(timeline.task_count, 3);
    cr_assert_eq(timeline.step_count, 10);
    for (size_t i = 1; i < 8; i++)
        cr_expect_lt(timeline.steps[i - 1].end, timeline.steps[i].end);
    cr_expect_not(timeline.steps[7].stuck);
    cr_expect(timeline.steps[8].stuck);
    cr_expect_str_eq(timeline.steps[9].kind, "mutex lock");
    cr_expect(timeline.steps[9].stuck);
    cr_expect(timeline.steps[9].switched);
    cr_assert_eq(timeline.message_count, 2);
    cr_expect_str_eq(timeline.tasks[timeline.messages[1].task].path, "0.1");
    timeline_fini(&timeline);
    trace_close(trace);
    fixture_free(f);
}

Test(timeline, shows_the_shortest_run_with_the_pair)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_explain(f);
    struct trace *trace = reopen(f);
    struct timeline timeline;
    cr_assert_eq(timeline_init(&timeline, trace), 0);
    cr_expect(timeline.minimal);
    cr_assert_eq(timeline.step_count, 11);
    cr_expect_eq(timeline.steps[8].pair, TIMELINE_FIRST);
    cr_expect_eq(timeline.steps[10].pair, TIMELINE_THEN);
    cr_expect_eq(timeline.steps[7].pair, TIMELINE_NEITHER);
    cr_expect(timeline.steps[2].switched);
    cr_expect_not(timeline.steps[3].switched);
    cr_assert_eq(timeline.message_count, 2);
    cr_expect_eq(timeline.messages[1].task, 2);
    timeline_fini(&timeline);
    /* The recorded one is still to be had. */
    cr_assert_eq(timeline_init_recorded(&timeline, trace), 0);
    cr_expect_not(timeline.minimal);
    cr_expect_eq(timeline.step_count, 10);
    timeline_fini(&timeline);
    trace_close(trace);
    fixture_free(f);
}

Test(timeline, says_what_an_op_read_moved_or_failed_with)
{
    static const struct {
        struct timeline_step step;
        const char *text;
    } cases[] = {
        {{.kind = "load", .result = 5, .argument = 4}, "read 5"},
        {{.kind = "load", .result = 0xffffffff, .argument = 4}, "read -1"},
        {{.kind = "load", .result = 0xff, .argument = 8}, "read 255"},
        {{.kind = "load", .result = 0x7f0012345678, .argument = 8},
         "read 0x7f0012345678"},
        {{.kind = "load", .result = 0, .argument = 64}, ""},
        {{.kind = "update", .result = 7, .argument = 8}, "was 7"},
        {{.kind = "store", .result = 7, .argument = 8}, ""},
        {{.kind = "read", .result = 17}, "17 bytes"},
        {{.kind = "write", .result = 1}, "1 byte"},
        {{.kind = "read", .result = 0}, ""},
        {{.kind = "mutex trylock", .result = -EBUSY}, "EBUSY"},
        {{.kind = "wait", .result = 4711}, ""},
        {{.kind = "from a stranger", .result = INT64_MIN}, ""},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        struct timeline_step step = cases[i].step;
        struct str text;
        str_init(&text);
        timeline_add_value(&text, &step);
        cr_expect_str_eq(text.data, "", "not of what has no result");
        step.completed = true;
        timeline_add_value(&text, &step);
        cr_expect_str_eq(text.data, cases[i].text);
        str_fini(&text);
    }
}
