/* What verify_schema() lets through, libcyaml takes: the user never sees a
 * message of libcyaml. And if one ever came, it would have a place. */
#include "verify.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/rng.h"
#include "document.h"
#include "schema.h"

static const char whole[] =
    "scenario: counter\n"
    "about: Shared total\n"
    "target: counter\n"
    "arguments: [--variant, plain, \"{workers}\"]\n"
    "parameters: {workers: 2..4, increments: [200, 1000]}\n"
    "shrink: [workers, increments]\n"
    "delay: 0..50us\n"
    "directory: private\n"
    "invariants:\n"
    "  - exit: {status: 0}\n"
    "  - lines: {file: out.log, count: workers * 2, distinct: true}\n"
    "  - no_leaks: {allow: ['*.pgm']}\n"
    "  - command: {run: [./check.sh]}\n"
    "expect: fail\n"
    "finding: invariant\n";

/* Whether verify_schema() takes the text. */
static bool is_verified(const char *text, size_t len, struct mps_diag *diag)
{
    struct arena *arena = arena_new();
    cr_assert_not_null(arena);
    struct document doc = {.path = "q.yml", .diag = diag, .arena = arena};
    bool fine = !document_parse(&doc, text, len) &&
                !verify_schema(&doc, &scenario_schema);
    arena_free(arena);
    return fine;
}

/* Does TEXT begin with "q.yml:LINE:COLUMN: " and go on? */
static bool has_place(const char *text)
{
    unsigned line = 0, column = 0;
    int end = 0;
    sscanf(text, "q.yml:%u:%u: %n", &line, &column, &end);
    return end && line && column && text[end];
}

Test(verify, lets_nothing_through_that_libcyaml_refuses, .timeout = 60)
{
    struct rng rng;
    rng_seed(&rng, 1);
    size_t passed = 0;
    for (int round = 0; round < 20000; round++) {
        char text[sizeof(whole)];
        memcpy(text, whole, sizeof(whole));
        size_t len = sizeof(whole) - 1;
        for (uint64_t edits = rng_between(&rng, 1, 3); edits; edits--) {
            size_t at = (size_t)rng_below(&rng, len);
            size_t from = (size_t)rng_below(&rng, len);
            if (rng_below(&rng, 2)) {
                text[at] = whole[from];
            } else {
                memmove(text + at, text + at + 1, len - at);
                len--;
            }
        }
        struct mps_diag diag = {""};
        struct raw_scenario *raw;
        if (!is_verified(text, len, &diag)) {
            cr_assert(has_place(diag.text), "%s", diag.text);
            continue;
        }
        passed++;
        int err = schema_load(&raw, "q.yml", text, len, &diag);
        cr_assert(!err, "%s\n%s", diag.text, text);
        schema_free(raw);
    }
    cr_expect_gt(passed, 2000);
}

static void expect_complaint(const char *text, const char *message)
{
    struct raw_scenario *raw;
    struct mps_diag diag = {""};
    cr_expect_eq(schema_load(&raw, "q.yml", text, strlen(text), &diag),
                 -MPS_EINPUT);
    cr_expect_str_eq(diag.text, message);
    cr_expect_null(raw);
}

Test(schema, turns_complaints_of_libcyaml_into_one_line_with_a_place)
{
    expect_complaint("target: x\ntargets: y\n",
                     "q.yml:1:9: Unexpected key: targets");
    expect_complaint("target: x\ninvariants: [exit: {}]\n",
                     "q.yml:2:20: Missing required mapping field: status");
    expect_complaint("target: [x]\n",
                     "q.yml:1:9: Expecting STRING, got event: SEQUENCE_START");
}

Test(schema, has_a_message_when_libcyaml_has_none)
{
    expect_complaint("", "q.yml:1:1: Success");
}

Test(schema, frees_nothing)
{
    schema_free(NULL);
}
