#include <sys/stat.h>
#include <unistd.h>

#include "check/fixture_test.h"

static struct fixture *demand(const char *file, const char *pattern,
                              const char *count, bool distinct)
{
    struct fixture *f = fixture_new();
    struct invariant *lines = fixture_invariant(f, ORACLE_LINES, "lines");
    lines->file = file;
    lines->pattern = pattern;
    lines->distinct = distinct;
    if (count)
        lines->count = fixture_expr(f, count);
    return f;
}

#define PATTERN "worker [0-9]+ line [0-9]+"

Test(lines, accepts_a_whole_log)
{
    struct fixture *f = demand("out.log", PATTERN, "workers - 1", true);
    fixture_file(f, "out.log",
                 "worker 1 line 1\nworker 2 line 1\nworker 1 line 2\n");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(lines, finds_a_torn_line)
{
    struct fixture *f = demand("out.log", PATTERN, "3", true);
    uint32_t file = segment_object_intern(f->segment, OBJECT_FILE, 3, 0, 0, 0,
                                          "/tmp/x/out.log");
    f->site = 0x321;
    fixture_op(f, 0, OP_KIND_WRITE, file, 8);
    fixture_file(f, "out.log",
                 "worker 1 line 1\nworker 1 liworker 2 line 1\nne 2\n");
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "line 2 of out.log is torn: \"worker 1 liworker 2 line "
                       "1\"");
    cr_expect_str_eq(finding->expected, "lines that match " PATTERN);
    cr_expect_str_eq(finding->actual, "\"worker 1 liworker 2 line 1\"");
    cr_expect_str_eq(finding->detail, "3 lines, 2 that do not match\n");
    fixture_expect_place(finding, 0, 0x321, "writes out.log", "0");
    fixture_free(f);
}

Test(lines, finds_a_doubled_line)
{
    struct fixture *f = demand("stdout", NULL, NULL, true);
    fixture_file(f, "stdout", "a\nb\nc\nb\n");
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "line 4 of stdout is line 2 again: \"b\"");
    cr_expect_str_eq(finding->detail, "4 lines, 1 doubled\n");
    f->invariants[0].distinct = false;
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(lines, finds_a_last_line_without_its_end)
{
    struct fixture *f = demand("stderr", NULL, NULL, false);
    fixture_file(f, "stderr", "a\nb");
    const struct finding *finding = fixture_expect(
        f, FINDING_INVARIANT, "line 2, the last of stderr, has no end: \"b\"");
    cr_expect_str_eq(finding->expected, "a newline at the end");
    fixture_free(f);
}

Test(lines, finds_a_wrong_number_of_lines)
{
    struct fixture *f = demand("out.log", PATTERN, "workers * items", false);
    fixture_file(f, "out.log", "worker 1 line 1\n");
    const struct finding *finding =
        fixture_expect(f, FINDING_INVARIANT,
                       "out.log has 1 lines, expected 40 (workers * items)");
    cr_expect_str_eq(finding->actual, "1");
    fixture_free(f);
}

Test(lines, demands_that_the_pattern_matches_the_whole_line)
{
    struct fixture *f = demand("out.log", "a|ab|(c)d\\1", NULL, false);
    fixture_file(f, "out.log", "ab\na\ncdc\n");
    fixture_expect_clean(f);
    fixture_file(f, "out.log", "a\nxab\n");
    fixture_expect(f, FINDING_INVARIANT, "line 2 of out.log is torn: \"xab\"");
    fixture_file(f, "out.log", "abc\n");
    fixture_expect(f, FINDING_INVARIANT, "line 1 of out.log is torn: \"abc\"");
    fixture_free(f);
}

Test(lines, accepts_an_empty_file_when_no_lines_are_wanted)
{
    struct fixture *f = demand("out.log", PATTERN, "0", true);
    fixture_file(f, "out.log", "");
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(lines, finds_that_the_file_does_not_exist)
{
    struct fixture *f = demand("out.log", NULL, NULL, false);
    fixture_file(f, "other.log", "");
    fixture_expect(f, FINDING_INVARIANT, "out.log does not exist");
    fixture_free(f);
}

Test(lines, does_not_follow_links_out_or_open_a_fifo)
{
    struct fixture *f = demand("out.log", NULL, NULL, false);
    fixture_file(f, "other.log", "a\n");
    cr_assert(!symlinkat("/etc/passwd", f->outcome.directory_fd, "out.log"));
    fixture_expect(f, FINDING_INVARIANT,
                   "out.log leads out of the working directory");
    unlinkat(f->outcome.directory_fd, "out.log", 0);
    cr_assert(!symlinkat("other.log", f->outcome.directory_fd, "out.log"));
    fixture_expect_clean(f);
    unlinkat(f->outcome.directory_fd, "out.log", 0);
    cr_assert(!mkfifoat(f->outcome.directory_fd, "out.log", 0600));
    fixture_expect(f, FINDING_INVARIANT, "out.log is not a regular file");
    fixture_free(f);
}

Test(lines, says_that_a_stream_was_cut)
{
    struct fixture *f = demand("stdout", NULL, NULL, false);
    f->segment->config.output_limit = 4;
    f->segment->control.output_dropped = 9;
    fixture_file(f, "stdout", "a\nb\n");
    fixture_file(f, "stderr", "c\n");
    fixture_expect(f, FINDING_INVARIANT,
                   "stdout was cut at 4 bytes: 9 more could not be judged");
    f->invariants[0].file = "stderr";
    fixture_expect_clean(f);
    fixture_free(f);
}

Test(lines, cuts_and_escapes_what_it_shows)
{
    struct fixture *f = demand("stdout", "x", NULL, false);
    char text[400];
    memset(text, 'y', sizeof(text));
    text[0] = '\x1b';
    text[398] = '\n';
    text[399] = '\0';
    fixture_file(f, "stdout", text);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    const char *actual = f->findings.items[0].actual;
    cr_expect_eq(strlen(actual), 125);
    cr_expect(!strncmp(actual, "\"\\x1byyyy", 9));
    cr_expect_str_eq(actual + 119, "yy...\"");
    fixture_free(f);
}

Test(lines, keeps_the_offset_of_the_stream)
{
    struct fixture *f = demand("stdout", NULL, NULL, false);
    fixture_file(f, "stdout", "a\nb\n");
    lseek(f->outcome.stdout_fd, 2, SEEK_SET);
    fixture_expect_clean(f);
    cr_expect_eq(lseek(f->outcome.stdout_fd, 0, SEEK_CUR), 2);
    fixture_free(f);
}

Test(lines, has_one_fingerprint_whatever_line_is_torn)
{
    struct fixture *f = demand("stdout", "x", NULL, false);
    fixture_file(f, "stdout", "what now\n");
    fixture_check(f);
    uint64_t fingerprint = f->findings.items[0].fingerprint;
    fixture_file(f, "stdout", "x\n");
    fixture_check(f);
    cr_expect_eq(f->findings.items[0].fingerprint, fingerprint);
    fixture_free(f);
}
