#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "html/lanes.h"
#include "html/parse_test.h"
#include "html/parts.h"

#define LOCK_A     "mutex /ring+0x40"
#define LOCK_B     "mutex /ring+0x80"
#define LEN(array) (sizeof(array) / sizeof((array)[0]))

static struct timeline_task tasks[] = {
    {"0", ""}, {"0.0", "payer"}, {"0.1", "<payee>"}};

/* Two forks, a lock that each takes, a byte through a pipe, and a deadlock. */
static struct timeline_step steps[] = {
    {.task = 0, .kind = "fork", .begin = 1, .end = 2, .completed = true},
    {.task = 0, .kind = "fork", .begin = 3, .end = 4, .completed = true},
    {.task = 1,
     .kind = "mutex lock",
     .object = LOCK_A,
     .begin = 5,
     .end = 6,
     .completed = true,
     .switched = true,
     .place = "pay() locks.c:12"},
    {.task = 1,
     .kind = "write",
     .object = "pipe 0:3",
     .begin = 7,
     .end = 8,
     .result = 1,
     .completed = true},
    {.task = 2,
     .kind = "mutex lock",
     .object = LOCK_B,
     .begin = 9,
     .end = 10,
     .completed = true,
     .switched = true,
     .pair = TIMELINE_FIRST},
    {.task = 2,
     .kind = "read",
     .object = "pipe 0:3",
     .begin = 11,
     .end = 12,
     .result = 1,
     .completed = true},
    {.task = 0, .kind = "wait", .begin = 13, .stuck = true, .switched = true},
    {.task = 1,
     .kind = "mutex lock",
     .object = LOCK_B,
     .begin = 14,
     .stuck = true,
     .switched = true,
     .pair = TIMELINE_THEN},
    {.task = 2,
     .kind = "mutex lock",
     .object = LOCK_A,
     .begin = 15,
     .stuck = true,
     .switched = true},
};

static struct timeline_message messages[] = {
    {7, 1, false, "jobs", "ab", 2},
    {8, 1, false, "jobs", "cd", 2},
    {12, 2, true, "jobs", "cd", 2},
};

static struct timeline example(void)
{
    for (size_t i = 0; i < LEN(steps); i++) {
        steps[i].object = steps[i].object ? steps[i].object : "";
        steps[i].place = steps[i].place ? steps[i].place : "";
    }
    return (struct timeline){.minimal = true,
                             .tasks = tasks,
                             .task_count = LEN(tasks),
                             .steps = steps,
                             .step_count = LEN(steps),
                             .messages = messages,
                             .message_count = LEN(messages)};
}

static size_t count_arrows(const struct lanes *lanes, bool message, bool object)
{
    size_t count = 0;
    for (size_t i = 0; i < lanes->arrow_count; i++)
        count += (lanes->arrows[i].message != NULL) == message &&
                 (lanes->arrows[i].object != NULL) == object;
    return count;
}

Test(lanes, show_locks_from_where_they_are_taken_to_where_they_are_given_back)
{
    struct timeline timeline = example();
    struct lanes lanes;
    cr_assert_eq(lanes_init(&lanes, &timeline, 100), 0);
    cr_expect_eq(lanes.row_count, LEN(steps));
    cr_expect_eq(lanes.lane_count, 3);
    cr_assert_eq(lanes.lock_count, 2);
    cr_expect_eq(lanes.locks[0].lane, 1);
    cr_expect_eq(lanes.locks[0].first, 2);
    cr_expect_eq(lanes.locks[0].last, 8);
    cr_expect(lanes.locks[0].open);
    cr_expect_neq(lanes.locks[0].number, lanes.locks[1].number);
    cr_expect_eq(lanes_holder(&timeline, LOCK_A), 1);
    cr_expect_eq(lanes_holder(&timeline, "mutex /none"), -1);
    lanes_fini(&lanes);
}

Test(lanes, show_waits_from_where_they_begin)
{
    struct timeline timeline = example();
    struct lanes lanes;
    cr_assert_eq(lanes_init(&lanes, &timeline, 100), 0);
    cr_assert_eq(lanes.wait_count, 3);
    for (size_t i = 0; i < 3; i++) {
        cr_expect(lanes.waits[i].open);
        cr_expect_eq(lanes.waits[i].first, 6);
        cr_expect_eq(lanes.waits[i].last, 8);
    }
    lanes_fini(&lanes);
}

Test(lanes, show_messages_bytes_and_new_tasks_on_their_way)
{
    struct timeline timeline = example();
    struct lanes lanes;
    cr_assert_eq(lanes_init(&lanes, &timeline, 100), 0);
    cr_expect_eq(count_arrows(&lanes, false, false), 2, "two children");
    cr_expect_eq(count_arrows(&lanes, false, true), 1, "a byte");
    cr_assert_eq(count_arrows(&lanes, true, false), 1, "a message");
    const struct lanes_arrow *arrow = lanes.arrows;
    while (!arrow->message)
        arrow++;
    cr_expect_eq(arrow->from_row, 3);
    cr_expect_eq(arrow->to_row, 5);
    cr_expect_eq(arrow->to_lane, 2);
    lanes_fini(&lanes);
}

Test(lanes, fold_what_is_far_from_switches_and_leave_the_oldest_out)
{
    enum { COUNT = 5000 };
    struct timeline_step *many = calloc(COUNT, sizeof(*many));
    cr_assert(many);
    for (size_t i = 0; i < COUNT; i++)
        many[i] = (struct timeline_step){.task = i / 10 % 2,
                                         .kind = i % 2 ? "mutex unlock"
                                                       : "mutex lock",
                                         .object = LOCK_A,
                                         .place = "",
                                         .completed = true,
                                         .switched = i && i % 10 == 0};
    struct timeline timeline = {
        .tasks = tasks, .task_count = 2, .steps = many, .step_count = COUNT};
    struct lanes lanes;
    cr_assert_eq(lanes_init(&lanes, &timeline, 60), 0);
    cr_expect_eq(lanes.row_count, 60);
    cr_expect_gt(lanes.left_out, 1000);
    const struct timeline_row *last = &lanes.rows[59];
    cr_expect_eq(last->step + last->count, COUNT);
    cr_expect_leq(lanes.arrow_count, 60);
    lanes_fini(&lanes);
    free(many);
}

/* 15 failures of that size leave room for the rest of a page of 3 MB. */
Test(lanes, a_timeline_of_a_full_page_stays_small)
{
    enum { COUNT = 3000, ROWS = 2400 / 15, LIMIT = 180 << 10 };
    struct timeline_step *many = calloc(COUNT, sizeof(*many));
    struct timeline_message *said = calloc(COUNT, sizeof(*said));
    cr_assert(many && said);
    for (size_t i = 0; i < COUNT; i++) {
        many[i] = (struct timeline_step){
            .task = i % 3,
            .kind = i % 2 ? "mq send" : "mq receive",
            .object = "message queue /a-queue-of-a-long-name",
            .place = "function_of_a_long_name() targets/some/where/file.c:1234",
            .begin = 2 * i + 1,
            .end = 2 * i + 2,
            .result = 100,
            .completed = true,
            .switched = true};
        said[i] = (struct timeline_message){2 * i + 2, i % 3,  i % 2,
                                            "jobs",    "item", 4};
    }
    struct timeline timeline = {.tasks = tasks,
                                .task_count = 3,
                                .steps = many,
                                .step_count = COUNT,
                                .messages = said,
                                .message_count = COUNT};
    struct lanes lanes;
    struct source source = {.directory = NULL};
    struct str s;
    str_init(&s);
    cr_assert_eq(lanes_init(&lanes, &timeline, ROWS), 0);
    cr_expect_eq(lanes.row_count, ROWS);
    cr_expect_gt(lanes.arrow_count, 50);
    html_timeline(&s, &lanes, &source, "x");
    cr_expect_leq(s.len, LIMIT, "%zu bytes", s.len);
    cr_expect(strstr(s.data, "Left out: the first 2840 steps."));
    lanes_fini(&lanes);
    str_fini(&s);
    free(many);
    free(said);
}

static char *draw(const struct timeline *timeline)
{
    struct lanes lanes;
    struct source source = {.directory = NULL};
    struct str s;
    str_init(&s);
    cr_assert_eq(lanes_init(&lanes, timeline, 100), 0);
    html_timeline(&s, &lanes, &source, "x");
    cr_assert(str_ok(&s));
    lanes_fini(&lanes);
    source_fini(&source);
    return str_take(&s);
}

Test(html_timeline, is_a_table_with_a_picture_beside_it)
{
    struct timeline timeline = example();
    char *text = draw(&timeline);
    struct parsed page;
    parsed_open(&page, text);
    expect_number(&page, "count(//table[@class='steps']/tbody/tr)", 9);
    expect_number(&page, "count(//svg/circle)", 9);
    expect_number(&page, "count(//svg/circle[@class='stuck'])", 2);
    expect_number(&page, "count(//svg/rect[starts-with(@class, 'lock')])", 2);
    expect_number(&page, "count(//svg/path[@class='message'])", 1);
    expect_text(&page, "//svg/path[@class='message']/title", "jobs: \"cd\"");
    expect_number(&page, "count(//tr[contains(@class, 'crit')])", 2);
    expect_text(&page, "//tr[5]/td[3]/b", "first");
    expect_text(&page, "//tbody/tr[4]/td[3]/span", "1 byte");
    expect_text(&page, "//tbody/tr[6]/td[2]", "0.1 (<payee>)");
    expect_text(&page, "//tbody/tr[3]/td[4]", "pay() locks.c:12");
    parsed_close(&page);
    free(text);
}

Test(html_waits, show_the_circle_that_the_steps_end_in)
{
    struct timeline timeline = example();
    const struct finding finding = {.kind = FINDING_DEADLOCK};
    struct str s;
    str_init(&s);
    html_waits(&s, &finding, &timeline);
    struct parsed page;
    parsed_open(&page, s.data);
    expect_number(&page, "count(//svg/g[@class='who'])", 2);
    expect_number(&page, "count(//svg/g[@class='object'])", 2);
    expect_number(&page, "count(//path[@class='held'])", 2);
    expect_text(&page, "//ul/li[1]", "0.0 waits for " LOCK_B);
    expect_text(&page, "//ul/li[2]", LOCK_B " is held by 0.1");
    parsed_close(&page);
    str_fini(&s);
}

Test(html_waits, show_what_the_finding_names_before_anything_else)
{
    char roles[4][40] = {"sem wait mapping 0:0", "took semaphore mapping 0:8",
                         "sem wait mapping 0:8", "took semaphore mapping 0:0"};
    char who[2][8] = {"0.0", "0.1"};
    struct finding_place places[] = {{.role = roles[0], .task = who[0]},
                                     {.role = roles[1], .task = who[0]},
                                     {.role = roles[2], .task = who[1]},
                                     {.role = roles[3], .task = who[1]}};
    const struct finding finding = {
        .kind = FINDING_HANG, .places = places, .place_count = LEN(places)};
    struct timeline timeline = example();
    struct str s;
    str_init(&s);
    html_waits(&s, &finding, &timeline);
    struct parsed page;
    parsed_open(&page, s.data);
    expect_number(&page, "count(//ul/li)", 4);
    expect_text(&page, "//ul/li[1]", "0.0 waits for semaphore mapping 0:0");
    expect_text(&page, "//ul/li[2]", "semaphore mapping 0:0 is held by 0.1");
    parsed_close(&page);
    str_fini(&s);
}

Test(html_waits, are_not_shown_of_what_is_no_wait)
{
    struct timeline timeline = example();
    const struct finding finding = {.kind = FINDING_INVARIANT};
    struct str s;
    str_init(&s);
    html_waits(&s, &finding, &timeline);
    cr_expect_eq(s.len, 0);
    str_fini(&s);
}

Test(html_finding, shows_the_accesses_of_a_race_side_by_side)
{
    char detail[] = "WARNING: mpstress: data race between two processes\n"
                    "  Write of size 4 by process 0.1, locks held: none\n"
                    "    #0 add() racy.c:9\n"
                    "  Previous read of size 4 by process 0.0\n"
                    "    #0 add() <racy>.c:7\n"
                    "    #1 main() racy.c:14\n"
                    "  Location: shared memory\n"
                    "SUMMARY: mpstress: data race racy.c:9\n";
    const struct finding finding = {.kind = FINDING_RACE, .detail = detail};
    struct source source = {.directory = NULL};
    struct str s;
    str_init(&s);
    html_finding(&s, &finding, &source);
    struct parsed page;
    parsed_open(&page, s.data);
    expect_number(&page, "count(//div[@class='stacks']/pre)", 2);
    expect_text(&page, "//div/pre[1]",
                "  Write of size 4 by process 0.1, locks held: none\n"
                "    #0 add() racy.c:9");
    expect_text(&page, "//div/pre[2]",
                "  Previous read of size 4 by process 0.0\n"
                "    #0 add() <racy>.c:7\n    #1 main() racy.c:14");
    expect_text(&page, "string(//div/following-sibling::pre)",
                "  Location: shared memory\n"
                "SUMMARY: mpstress: data race racy.c:9\n");
    parsed_close(&page);
    str_fini(&s);
}

static void write_file(const char *directory, const char *name,
                       const char *text)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

Test(html_source, reads_lines_of_source_and_of_nothing_else)
{
    char directory[] = "/tmp/mpstress-source-XXXXXX";
    cr_assert(mkdtemp(directory));
    write_file(directory, "a.c", "one\n  two(); \nthree\n");
    write_file(directory, "passwd", "root:x:0\n");
    struct source source = {.directory = directory};
    cr_expect_str_eq(source_at(&source, "f() a.c:2"), "two();");
    cr_expect_str_eq(source_at(&source, "f() a.c:2"), "two();");
    cr_expect_str_eq(source_at(&source, "a.c:3"), "three");
    cr_expect_str_eq(source_at(&source, "f() a.c:9"), "");
    cr_expect_str_eq(source_at(&source, "f() passwd:1"), "");
    cr_expect_str_eq(source_at(&source, "f() b.c:1"), "");
    cr_expect_str_eq(source_at(&source, ""), "");
    cr_expect_str_eq(source_at(&source, "a.c"), "");
    source_fini(&source);
    fs_remove_tree(directory);
}
