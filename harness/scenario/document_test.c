/* Files that are no YAML, or more of it than a scenario may be. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "scenario.h"

static void expect_refused_bytes(const char *bytes, size_t len,
                                 const char *message)
{
    struct scenario *s = NULL;
    struct mps_diag diag = {""};
    int err = scenario_load_text(&s, "q.yml", bytes, len, &diag);
    cr_expect_eq(err, -MPS_EINPUT, "code %d", err);
    cr_expect_str_eq(diag.text, message);
    cr_expect_null(s);
    scenario_free(s);
}

static void expect_refused(const char *text, const char *message)
{
    expect_refused_bytes(text, strlen(text), message);
}

Test(document, empty_files)
{
    const char *message = "q.yml:1:1: the file is empty: a scenario needs at "
                          "least 'target: PROGRAM'";
    expect_refused("", message);
    expect_refused("\n\n  \n# a comment\n", message);
    expect_refused("---\n", "q.yml:2:1: a scenario expects a mapping ('key: "
                            "value'), found nothing");
}

Test(document, keys_that_come_twice)
{
    expect_refused("target: x\nabout: y\ntarget: z\n",
                   "q.yml:3:1: the key 'target' is here for the second time "
                   "(the first is in line 1)");
    expect_refused("target: x\nparameters:\n  a: 1\n  a: 2\n",
                   "q.yml:4:3: the key 'a' is here for the second time (the "
                   "first is in line 3)");
}

Test(document, tabs)
{
    expect_refused("target: x\nparameters:\n\tworkers: 1\n",
                   "q.yml:3:1: not valid YAML: a tab stands here; indent with "
                   "spaces");
}

Test(document, broken_yaml)
{
    expect_refused("target: x\nabout: a: b\n",
                   "q.yml:2:9: not valid YAML: mapping values are not allowed "
                   "in this context (check the indentation; a value that "
                   "contains ': ' needs quotes)");
    expect_refused("target: x\nabout: \"y\nparameters: {a: 1}\n",
                   "q.yml:2:8: not valid YAML: the quote that opens here is "
                   "not closed properly: found unexpected end of stream");
    expect_refused("target: x\n  about: y\n",
                   "q.yml:2:8: not valid YAML: mapping values are not allowed "
                   "in this context (check the indentation; a value that "
                   "contains ': ' needs quotes)");
    expect_refused("target: @x\n",
                   "q.yml:1:9: not valid YAML: found character that cannot "
                   "start any token (a value that begins with it needs "
                   "quotes)");
    expect_refused("target: x\narguments: [a, b\n",
                   "q.yml:3:1: not valid YAML: did not find expected ',' or "
                   "']'");
    expect_refused("target: x\narguments: [*.txt]\n",
                   "q.yml:2:14: not valid YAML: did not find expected "
                   "alphabetic or numeric character (a value that begins with "
                   "'*' or '&' needs quotes)");
    expect_refused("? [a]\n: b\n", "q.yml:1:3: a key must be one word");
    expect_refused("? {a: b}\n: b\n", "q.yml:1:3: a key must be one word");
}

Test(document, yaml_that_scenarios_have_no_use_for)
{
    expect_refused("target: x\narguments: [*all]\n",
                   "q.yml:2:13: aliases are not supported: write the value "
                   "out (or quote a value that begins with '*')");
    expect_refused("target: x\n*all : y\n",
                   "q.yml:2:1: aliases are not supported: write the value out "
                   "(or quote a value that begins with '*')");
    expect_refused("target: &x y\n",
                   "q.yml:1:9: anchors are not supported: write the value out "
                   "(or quote a value that begins with '&')");
    expect_refused("target: x\narguments: &a [b]\n",
                   "q.yml:2:12: anchors are not supported: write the value "
                   "out (or quote a value that begins with '&')");
    expect_refused("&a {target: x}\n",
                   "q.yml:1:1: anchors are not supported: write the value out "
                   "(or quote a value that begins with '&')");
    expect_refused("target: !!str x\n",
                   "q.yml:1:9: tags are not supported (quote a value that "
                   "begins with '!')");
    expect_refused("target: x\n---\ntarget: y\n",
                   "q.yml:2:1: a second document begins here: one scenario a "
                   "file");
    expect_refused("target: \"a\\0b\"\n",
                   "q.yml:1:9: a value cannot contain a NUL character");
}

Test(document, alias_bombs)
{
    expect_refused("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n",
                   "q.yml:1:4: anchors are not supported: write the value out "
                   "(or quote a value that begins with '&')");
}

Test(document, binary_files)
{
    expect_refused("target: x\nabout: \xff\xfe\n",
                   "q.yml:2:8: not a text file: invalid leading UTF-8 octet");
    expect_refused_bytes("\x7f"
                         "ELF\x02\x01\x01\0\0",
                         9,
                         "q.yml:1:1: not a text file: control characters are "
                         "not allowed");
}

/* HEAD, then COUNT times UNIT. */
static void expect_mass_refused(const char *head, const char *unit,
                                size_t count, const char *message)
{
    struct str text;
    str_init(&text);
    str_add(&text, head);
    for (size_t i = 0; i < count; i++)
        str_add(&text, unit);
    cr_assert(str_ok(&text));
    expect_refused(text.data, message);
    str_fini(&text);
}

Test(document, deep_nesting, .timeout = 20)
{
    expect_mass_refused("target: ", "[", 500000,
                        "q.yml:1:24: nested deeper than 16 levels");
    expect_mass_refused("target: ", "{a: ", 200000,
                        "q.yml:1:66: nested deeper than 16 levels");
    expect_mass_refused("", "- ", 400000,
                        "q.yml:1:33: nested deeper than 16 levels");
}

Test(document, masses_of_values, .timeout = 20)
{
    expect_mass_refused("target: x\narguments:\n", " - a\n", 200000,
                        "q.yml:49998:4: more than 50000 values");
    expect_mass_refused("target: x\narguments: [", "a,", 400000,
                        "q.yml:2:100003: more than 50000 values");
}

Test(document, masses_of_keys)
{
    struct str text;
    str_init(&text);
    str_add(&text, "target: x\nparameters:\n");
    for (int i = 0; i < 101; i++)
        str_addf(&text, "  p%d: 1\n", i);
    expect_refused(text.data, "q.yml:103:3: more than 100 keys");
    str_fini(&text);
}

Test(document, masses_of_invariants)
{
    expect_mass_refused("target: x\ninvariants:\n", "- fifo: {queue: q}\n",
                        1001,
                        "q.yml:3:1: 'invariants' has more than 1000 "
                        "items");
}
