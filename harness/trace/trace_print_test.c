#include "trace/trace_print.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fixture_test.h"
#include "utf8.h"

/* The trace, opened and printed; the caller frees it. */
static char *print_saved(struct fixture *f,
                         const struct trace_print_options *options)
{
    struct trace *trace;
    char *text = NULL;
    size_t size;
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    cr_expect_eq(trace_print(out, trace, options), 0);
    fclose(out);
    trace_close(trace);
    return text;
}

static char *print(struct fixture *f, const struct trace_print_options *options)
{
    fixture_save(f);
    return print_saved(f, options);
}

static void expect_line(const char *text, const char *line)
{
    char whole[400];
    snprintf(whole, sizeof(whole), "\n%s\n", line);
    cr_expect(strstr(text, whole), "no line '%s' in\n%s", line, text);
}

Test(trace_print, tells_the_whole_story)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 0};
    char *text = print(f, &options);
    static const char head[] = "FAIL ring  iteration 17  "
                               "seed 0xfedcba9876543210\n";
    cr_expect_arr_eq(text, head, strlen(head), "%s", text);
    static const char *const lines[] = {
        "  deadlock: 2 tasks wait for each other",
        "  invariant: total is -3987, expected 4000",
        "  schedule    stress",
        "  parameters  workers=2 mode=fast delay=0..50us",
        "  target      /srv/target --workers=2 'two words'",
        "  expected   4000 (workers * increments)",
        ("  0.0 (producer)  waits for mutex /ring+0x80  produce() "
         "src/producer.c:12"),
        "  0.1 (consumer)  waits for mutex /ring+0x40  target+0x4321",
        "    0.0 holds mutex /ring+0x40",
        "  world",
        "  \\x1b[31mred",
        "  logs/a.log     14",
    };
    for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        expect_line(text, lines[i]);
    cr_expect(strstr(text, "EAGAIN"));
    cr_expect(strstr(text, "no return"));
    cr_expect(strstr(text, "not at all"));
    cr_expect(strstr(text, "\"first\""));
    cr_expect(strstr(text, "killed by SIGKILL"));
    cr_expect(strstr(text, "2023-11-14 22:13:20 UTC"));
    static const char last[] = "\nreproduce: mpstress replay ring-1a2b3c4d\n";
    cr_expect_str_eq(text + strlen(text) - strlen(last), last);
    if (getenv("SHOW"))
        fputs(text, stderr);
    free(text);
    fixture_free(f);
}

Test(trace_print, tells_how_a_controlled_iteration_was_scheduled)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 0};
    fixture_control(f);
    char *text = print(f, &options);
    expect_line(text, "  schedule    control, strategy pct of depth 3: 200009 "
                      "steps, 17 decisions, 4 switches, 2 of them preemptions");
    expect_line(text, "  ended       in a deadlock, by mpstress after 2s, "
                      "10 points");
    cr_expect(strstr(text, "only partly controlled: io_uring_enter at "
                           "fixture_landmark() "));
    cr_expect(strstr(text, "\nMisuse\n"));
    cr_expect(strstr(text, "unlocks a lock that another task holds  "
                           "mutex /ring+0x40"),
              "%s", text);
    free(text);
    fixture_free(f);
}

Test(trace_print, the_cause_comes_first)
{
    static const char expected[] =
        "\nIt fails when these two come in this order, and passes when they "
        "come in the other\n"
        "         task            op          object      at\n"
        "  first  0.1             mutex lock  /ring+0x80  "
        "consume() ring.c:21\n"
        "  then   0.0 (producer)  mutex lock  /ring+0x80  "
        "produce() ring.c:8\n"
        "  then   called by work() ring.c:33\n"
        "         called by main() main.c:9\n"
        "\nThe shortest schedule with the same finding\n"
        "  1 preemption, 3 switches, 10 steps (recorded: 7 preemptions, 20 "
        "switches, 101 steps)\n"
        "  with workers=1\n"
        "     0     0.0 (producer)         0.1                    val"
        "ue                at\n"
        "     fork                                                   "
        "                  produce() ring.c:7\n"
        "     fork                                                   "
        "                  produce() ring.c:7\n"
        "  >        read file log                                 EAG"
        "AIN               produce() ring.c:7\n"
        "           read file log                                 17 "
        "bytes             produce() ring.c:7\n"
        "           read file log                                    "
        "                  produce() ring.c:7\n"
        "           read file log                                    "
        "                  produce() ring.c:7\n"
        "           read file log                                    "
        "                  produce() ring.c:7\n"
        "           mutex lock /ring+0x40                            "
        "                  produce() ring.c:7\n"
        "  >                               mutex lock /ring+0x80     "
        "       <- first   consume() ring.c:21\n"
        "                                  mutex lock /ring+0x40     "
        "       no return  consume() ring.c:22\n"
        "  >        mutex lock /ring+0x80                            "
        "       <- then    produce() ring.c:8\n"
        "\nAs recorded\n"
        "  ended  ";
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 0};
    fixture_save(f);
    fixture_explain(f);
    char *text = print_saved(f, &options);
    cr_expect(strstr(text, expected), "%s", text);
    free(text);
    fixture_free(f);
}

Test(trace_print, letters_stand_for_long_names_in_a_narrow_timeline)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 80};
    fixture_save(f);
    fixture_explain(f);
    char *text = print_saved(f, &options);
    expect_line(text, "     0     0.0 (producer)  0.1           value     "
                      "           at");
    expect_line(text, "  >                        mutex lock C            "
                      "<- first   ring.c:21");
    expect_line(text, "  A  file log");
    expect_line(text, "  C  mutex /ring+0x80");
    free(text);
    fixture_free(f);
}

/* The explanation alone, as a run shows it. */
static char *print_explained(struct fixture *f, unsigned width)
{
    struct trace_print_options options = {.width = width};
    struct trace *trace;
    char *text = NULL;
    size_t size;
    fixture_save(f);
    fixture_explain(f);
    cr_assert_eq(trace_open(&trace, f->path, &f->diag), 0);
    FILE *out = open_memstream(&text, &size);
    cr_assert_not_null(out);
    cr_expect_eq(trace_print_explanation(out, trace, &options), 0);
    fclose(out);
    trace_close(trace);
    return text;
}

Test(trace_print, beside_a_run_steps_far_from_switches_share_a_row)
{
    struct fixture *f = fixture_new();
    char *text = print_explained(f, 0);
    cr_expect(strstr(text, "\n           (2 more)\n"), "%s", text);
    free(text);
    fixture_free(f);
}

Test(trace_print, beside_a_run_too_many_tasks_for_the_width_share_a_column)
{
    struct fixture *f = fixture_new();
    char *text = print_explained(f, 80);
    cr_expect(strstr(text, "\n     task            op "), "%s", text);
    cr_expect(strstr(text, "\n  >  0.1             mutex lock /ring+0x80 "),
              "%s", text);
    free(text);
    fixture_free(f);
}

Test(trace_print, fits_its_tables_into_the_width)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 80, .max_ops = 3};
    char *text = print(f, &options);
    cr_expect(strstr(text, "\nPoints (the last 3 of 10)\n"), "%s", text);
    char *at = strstr(text, "\nPoints");
    for (char *line = strtok(at, "\n"); line; line = strtok(NULL, "\n"))
        cr_expect_leq(utf8_width(line), 80, "%s", line);
    free(text);
    fixture_free(f);
}

Test(trace_print, emits_no_control_character_but_its_own_colours)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.color = true};
    f->values[1] = "\x1b[2J\xc2\x9b\xe2\x80\xae";
    char *text = print(f, &options);
    cr_expect(strstr(text, "mode=\\x1b[2J\\xc2\\x9b\\xe2\\x80\\xae"), "%s",
              text);
    for (const char *at = text; (at = strchr(at, '\x1b')); at++) {
        size_t digits = strspn(at + 2, "0123456789;");
        cr_expect(at[1] == '[' && at[2 + digits] == 'm' && digits <= 4);
    }
    free(text);
    fixture_free(f);
}

Test(trace_print, without_colour_there_is_no_escape)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 100};
    char *text = print(f, &options);
    cr_expect_null(strchr(text, '\x1b'));
    free(text);
    fixture_free(f);
}

Test(trace_print, a_full_disk_is_noticed)
{
    struct fixture *f = fixture_new();
    struct trace_print_options options = {.width = 80};
    struct trace *trace;
    fixture_save(f);
    cr_assert_eq(trace_open(&trace, f->path, &f->diag), 0);
    FILE *full = fopen("/dev/full", "w");
    cr_assert_not_null(full);
    cr_expect_eq(trace_print(full, trace, &options), -EIO);
    fclose(full);
    trace_close(trace);
    fixture_free(f);
}
