#include "pattern.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

static void expect_fine(const char *pattern)
{
    struct mps_diag diag = {""};
    cr_expect_eq(pattern_check(pattern, &diag), 0, "'%s': %s", pattern,
                 diag.text);
}

static void expect_refused(const char *pattern, const char *message)
{
    struct mps_diag diag = {""};
    cr_expect_eq(pattern_check(pattern, &diag), -MPS_EINPUT, "'%s'", pattern);
    cr_expect_str_eq(diag.text, message);
}

Test(pattern, takes_what_log_lines_need)
{
    expect_fine("worker [0-9]+ line [0-9]+");
    expect_fine("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z .*");
    expect_fine("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12} ok");
    expect_fine("(start|stop|[]{}()[:alpha:][.-.]]+)? \\{\\(x\\)\\}$");
    expect_fine("([a-z]+=(\"[^\"]*\"|[0-9]+(\\.[0-9]*)?)[,;]? *)*");
    expect_fine("^\\b[a-z]+\\b .{1,80}$");
    expect_fine("");
}

Test(pattern, refuses_what_is_no_regular_expression)
{
    expect_refused("worker [0-9", "not a regular expression: Unmatched [, [^, "
                                  "[:, [., or [=");
    expect_refused("(a", "not a regular expression: Unmatched ( or \\(");
    expect_refused("a{2,1}", "not a regular expression: Invalid content of "
                             "\\{\\}");
    expect_refused("a\\", "not a regular expression: Trailing backslash");
}

Test(pattern, refuses_masses_of_copies)
{
    const char *message = "the pattern repeats or nests too much";
    expect_refused("((a{1000}){1000}){1000}", message);
    expect_refused("a{2001}", message);
    expect_refused("a{2000,}", message);
    expect_refused("a{99999999999999999999}", message);
    expect_refused("a{0,99999999999999999999}", message);
    expect_refused("([]{]{50}){50}", message);
    expect_refused("(\\({50}){50}", message);
    expect_refused("(a{50}b*){50}", message);
    expect_refused("(x{200}x{200}){2}(y{200}){9}", message);
    expect_refused("((x{100}x+)+y+){10}", message);
}

Test(pattern, counts_repetitions_side_by_side_once)
{
    expect_fine("a{100}b{100}c{100}d{100}e{100}");
    expect_fine("(a{50}b{50}){15}");
    expect_fine("a{1999}");
}

Test(pattern, refuses_repetitions_of_repetitions)
{
    const char *message =
        "the pattern repeats a repetition, as in 'a+*' or 'a+?'";
    expect_refused(".*?x", message);
    expect_refused("a++", message);
    expect_refused("[ab]{2}{3}", message);
    expect_refused("(((((a*)*)*)*)*)*",
                   "the pattern repeats or nests too much");
    expect_fine("((a*b)*c)*");
}

Test(pattern, refuses_repetitions_of_nothing)
{
    const char *message = "the pattern repeats nothing";
    expect_refused("*.log", message);
    expect_refused("(+a)", message);
    expect_refused("a|{3}", message);
}

Test(pattern, refuses_anchors_that_it_does_not_need)
{
    const char *inside = "the pattern has an anchor inside a group; it must "
                         "match the whole line anyway";
    expect_refused("(^a*|a*$){440}", inside);
    expect_refused("(\\ba*)", inside);
    expect_refused("a^*", "the pattern repeats an anchor");
    expect_refused("\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b\\b"
                   "\\b\\b",
                   "the pattern repeats or nests too much");
}

Test(pattern, refuses_back_references)
{
    expect_refused("(a)\\1", "the pattern has a back reference");
}

Test(pattern, refuses_deep_and_long_patterns)
{
    char text[1002] = "";
    memset(text, '(', 21);
    memset(text + 21, ')', 21);
    expect_refused(text, "the pattern repeats or nests too much");
    memset(text, 'a', 1001);
    expect_refused(text, "the pattern is longer than 1000 characters");
    text[1000] = '\0';
    expect_fine(text);
}
