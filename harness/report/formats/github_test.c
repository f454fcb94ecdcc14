#include <stdlib.h>
#include <string.h>

#include "sample_test.h"

static char *make(int (*write)(FILE *out, const struct report_run *run),
                  const struct report_run *run)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    cr_assert(out);
    cr_assert_eq(write(out, run), 0);
    cr_assert(!fclose(out));
    return text;
}

/* -- Annotations, read the way the runner of GitHub does -------------------*/

struct command {
    char *name, *file, *line, *title, *message;
};

/* Decodes %NN in place. */
static char *decode(char *text)
{
    char *to = text;
    for (const char *c = text; *c; c++) {
        unsigned byte;
        if (*c == '%') {
            cr_assert_eq(sscanf(c + 1, "%2X", &byte), 1, "%s", text);
            *to++ = (char)byte;
            c += 2;
        } else {
            *to++ = *c;
        }
    }
    *to = '\0';
    return text;
}

static void parse(char *line, struct command *command)
{
    *command = (struct command){0};
    cr_assert(!strncmp(line, "::", 2), "no command: %s", line);
    char *end = strstr(line + 2, "::");
    cr_assert(end, "%s", line);
    *end = '\0';
    command->message = decode(end + 2);
    command->name = line + 2;
    char *space = strchr(line, ' ');
    cr_assert(space, "%s", line);
    *space = '\0';
    char *property = strtok(space + 1, ",");
    for (; property; property = strtok(NULL, ",")) {
        char *value = strchr(property, '=');
        cr_assert(value, "%s", property);
        *value++ = '\0';
        decode(value);
        if (!strcmp(property, "file"))
            command->file = value;
        else if (!strcmp(property, "line"))
            command->line = value;
        else if (!strcmp(property, "title"))
            command->title = value;
        else
            cr_assert(false, "no property: %s", property);
    }
}

/* All lines of TEXT, which are commands; at most MAX. */
static size_t parse_all(char *text, struct command *commands, size_t max)
{
    size_t count = 0;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n');
        cr_assert(end && count < max);
        *end = '\0';
        parse(line, &commands[count++]);
        line = end + 1;
    }
    return count;
}

Test(github, annotates_what_nobody_expected)
{
    struct command c[8];
    char *text = make(report_github_annotations, &sample_run);
    cr_assert_eq(parse_all(text, c, 8), 5);
    cr_expect_str_eq(c[0].name, "error");
    cr_expect(strstr(c[0].file, "targets/primes.c"), "%s", c[0].file);
    cr_expect_str_eq(c[0].line, "88");
    cr_expect_str_eq(c[0].title, "invariant in primes-sentinels");
    cr_expect_str_eq(c[0].message,
                     "tasks: of 400 items 2 lost\n"
                     "expected: every item once\n"
                     "actual: 2 lost\n"
                     "reproduce: mpstress replay primes-sentinels-76543210");
    /* A leak without a place points at the scenario. */
    cr_expect_str_eq(c[1].name, "warning");
    cr_expect(strstr(c[1].file, "scenarios/primes-sentinels.yml"));
    cr_expect_str_eq(c[2].title, "fail: counter-plain");
    cr_expect_str_eq(c[3].name, "warning");
    cr_expect_str_eq(c[3].title, "inconclusive: image-rows");
    cr_expect_str_eq(c[4].name, "error");
    cr_expect_null(c[4].file);
    free(text);
}

Test(github, annotates_whatever_the_texts)
{
    struct command c[4];
    char *text = make(report_github_annotations, &sample_hostile);
    cr_assert_eq(parse_all(text, c, 4), 2);
    cr_expect_str_eq(c[0].line, "3");
    for (size_t i = 0; i < 2; i++)
        for (const char *at = c[i].message; *at; at++)
            cr_expect((unsigned char)*at >= ' ' || *at == '\n');
    free(text);
}

/* Texts that would end a property or a command, or look like one. */
Test(github, keeps_texts_from_being_commands)
{
    struct finding_place place = {
        .location = {"f", "a,line=1::b%0A:c.c", 7, NULL, 0}};
    const struct finding finding = {.kind = FINDING_RACE,
                                    .what =
                                        (char[]){"x%0A::error::y\n::error::z"},
                                    .places = &place,
                                    .place_count = 1};
    const struct report_finding found = {
        .finding = &finding, .id = "", .trace = "", .times = 1};
    const struct report_scenario scenario = {.name = "n,title=::n",
                                             .path = "n.yml",
                                             .verdict = VERDICT_FAIL,
                                             .reason = "",
                                             .expected_kind = -1,
                                             .findings = &found,
                                             .finding_count = 1};
    const struct report_run run = {.scenarios = &scenario, .scenario_count = 1};
    struct command c[2];
    char *text = make(report_github_annotations, &run);
    cr_assert_eq(parse_all(text, c, 2), 1);
    const char *file = strrchr(c[0].file, '/');
    cr_expect_str_eq(file ? file + 1 : c[0].file, "a,line=1::b%0A:c.c");
    cr_expect_str_eq(c[0].line, "7");
    cr_expect_str_eq(c[0].title, "race in n,title=::n");
    static const char what[] = "x%0A::error::y\\x0a::error::z\nreproduce: ";
    cr_expect(!strncmp(c[0].message, what, strlen(what)), "%s", c[0].message);
    free(text);
}

/* -- The summary -----------------------------------------------------------*/

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (; (text = strstr(text, what)); text++)
        count++;
    return count;
}

Test(github, sums_up_with_the_failures_first)
{
    char *text = make(report_github_summary, &sample_run);
    cr_expect(!strncmp(text, "### mpstress: 6 scenarios: 2 failed, ", 37));
    const char *bad = strstr(text, "\n| primes-sentinels | **FAIL** | 10,000 | "
                                   "3 | exactly&#95;once tasks +1 | "
                                   "targets/primes.c&#58;88 | <code>mpstress "
                                   "replay primes-sentinels-76543210</code> |");
    const char *good = strstr(text, "\n| counter-atomic | pass | 10,000 | 0 |");
    cr_assert(bad && good, "%s", text);
    cr_expect_lt(bad, good);
    /* What was expected needs no command. */
    cr_expect(strstr(text, "\n| locks-mixed | caught | 18 | 1 | hang | "
                           "targets/locks.c&#58;141 |  |\n"),
              "%s", text);
    cr_expect_eq(count_of(text, "<details>"), 2);
    cr_expect_eq(count_of(text, "</details>"), 2);
    free(text);
}

/* Outside of fences no text is Markdown or HTML, and none ends its fence. */
Test(github, sums_up_whatever_the_texts)
{
    struct finding finding = *sample_hostile.scenarios->findings->finding;
    /* Short enough to be shown to its end. */
    finding.what = (char[]){"```"};
    finding.place_count = 0;
    finding.detail = (char[]){"``` x\n  ````\n<b>\n"};
    struct report_finding found = *sample_hostile.scenarios->findings;
    found.finding = &finding;
    struct report_scenario scenario = *sample_hostile.scenarios;
    scenario.findings = &found;
    scenario.name = "a|b *c* <i> [d](e) `f` https://g &amp; \\|";
    struct report_run run = sample_hostile;
    run.scenarios = &scenario;
    run.scenario_count = 1;
    char *text = make(report_github_summary, &run), *fence = NULL;
    cr_expect(strstr(text, "\n| a&#124;b &#42;c&#42; &#60;i&#62; "
                           "&#91;d&#93;(e) &#96;f&#96; https&#58;//g "
                           "&#38;amp&#59; &#92;&#124; | **FAIL**"),
              "%s", text);
    size_t fences = 0;
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        if (!fence && !strncmp(line, "```", 3)) {
            fence = line;
            fence[strspn(fence, "`")] = '\0';
            cr_expect_eq(strlen(fence), 5);
        } else if (fence && !strcmp(line, fence)) {
            fence = NULL;
            fences++;
        } else if (!fence) {
            cr_expect_eq(count_of(line, "<"),
                         count_of(line, "<details><summary>") * 2 +
                             count_of(line, "</summary>") +
                             count_of(line, "</details>") +
                             count_of(line, "<code>") +
                             count_of(line, "</code>"),
                         "%s", line);
            cr_expect(*line != '|' || count_of(line, "|") == 8, "%s", line);
        }
    }
    cr_expect_eq(fences, 1);
    cr_expect_null(fence);
    free(text);
}

Test(github, sums_up_briefly)
{
    char *text = make(report_github_summary, &sample_hostile);
    cr_expect_lt(strlen(text), 16384);
    cr_expect_eq(count_of(text, "\n```text\n"), 1);
    cr_expect_eq(count_of(text, "\n```\n"), 1);
    free(text);
}

Test(github, notes_what_is_known)
{
    struct command c[4];
    char *text = make(report_github_annotations, &sample_known);
    cr_assert_eq(parse_all(text, c, 4), 3);
    cr_expect_str_eq(c[0].name, "notice");
    cr_expect_str_eq(c[0].title, "known leak in primes-alone");
    cr_expect(strstr(c[0].message, "\nknown: ticket #7: the ring stays, <b>"));
    size_t errors = 0;
    for (size_t i = 0; i < 3; i++)
        errors += !strcmp(c[i].name, "error");
    cr_expect_eq(errors, 1);
    free(text);
    text = make(report_github_summary, &sample_known);
    cr_expect(strstr(text, "| primes-alone | known | 1,000 | 12 | "
                           "leak (known&#58; ticket &#35;7&#58; "),
              "%s", text);
    cr_expect_eq(count_of(text, "<details>"), 1);
    free(text);
}
