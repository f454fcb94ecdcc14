#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "diagnose.h"

static struct diagnose sample(void)
{
    static const char *const keys[] = {"single", "loud",   "shared",
                                       "queues", "stress", "simplify"};
    struct diagnose sample = {
        .id = strdup("seats-1"),
        .what = strdup("83 was sold twice"),
        .rule_key = "critical-section",
        .rule = "protect the critical section",
        .object = strdup("seat[83]"),
    };
    for (size_t i = 0; i < DIAGNOSE_STEPS; i++) {
        sample.steps[i].key = keys[i];
        sample.steps[i].title = "A step";
        sample.steps[i].verdict = "none";
        str_init(&sample.steps[i].says);
        str_init(&sample.steps[i].evidence);
        str_add(&sample.steps[i].says, "it says so");
    }
    struct str text;
    str_init(&text);
    for (int i = 0; i < 60; i++)
        str_add(&text, "many words ");
    sample.conclusion = str_take(&text);
    return sample;
}

static char *printed(const struct diagnose *diagnose,
                     int (*print)(FILE *, const struct diagnose *))
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    cr_assert(memory);
    cr_expect_eq(print(memory, diagnose), 0);
    cr_assert_eq(fclose(memory), 0);
    return text;
}

static int plainly(FILE *out, const struct diagnose *diagnose)
{
    return diagnose_print(out, diagnose, false);
}

Test(diagnose_print, no_line_is_longer_than_80_columns)
{
    struct diagnose diagnose = sample();
    for (int i = 0; i < 40; i++)
        str_add(&diagnose.steps[2].evidence, "m\u00fctex ");
    str_add(&diagnose.steps[2].evidence, "\nshort\n");
    for (int i = 0; i < 40; i++)
        str_add(&diagnose.steps[3].says, " and more");
    char *text = printed(&diagnose, plainly);
    size_t cut = 0;
    for (const char *at = text; *at; at += strcspn(at, "\n") + 1) {
        size_t columns = 0;
        for (size_t i = 0; i < strcspn(at, "\n"); i++)
            columns += (at[i] & 0xc0) != 0x80;
        cr_expect_leq(columns, 80);
        cut += columns > 3 && !strncmp(at + strcspn(at, "\n") - 3, "...", 3);
    }
    cr_expect_eq(cut, 1);
    cr_expect(strstr(text, "\n     short\n"));
    /* The conclusion is the end. */
    const char *end = strstr(text, "\nConclusion\n  many words");
    cr_assert(end);
    cr_expect_null(strstr(end, "\n\n"));
    free(text);
    diagnose_fini(&diagnose);
}

Test(diagnose_print, what_a_target_says_cannot_command_the_terminal)
{
    struct diagnose diagnose = sample();
    free(diagnose.what);
    diagnose.what = strdup("\033[31mred\xff\r");
    str_add(&diagnose.steps[0].evidence, "bell \a\n");
    free(diagnose.conclusion);
    diagnose.conclusion = strdup("\033]0;title\a");
    char *text = printed(&diagnose, plainly);
    cr_expect_null(strpbrk(text, "\033\a\r"));
    cr_expect(strstr(text, "\\x1b[31mred\\xff"));
    free(text);
    diagnose_fini(&diagnose);
}

Test(diagnose_print, programs_read_all_of_it)
{
    struct diagnose diagnose = sample();
    char *text = printed(&diagnose, diagnose_json);
    static const char *const parts[] = {"\"schema\": 1",
                                        "\"id\": \"seats-1\"",
                                        "\"step\": \"simplify\"",
                                        "\"rule\": \"critical-section\"",
                                        "\"object\": \"seat[83]\"",
                                        "\"operations\": []",
                                        "\"log\": null"};
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
        cr_expect(strstr(text, parts[i]), "%s in %s", parts[i], text);
    free(text);
    diagnose_fini(&diagnose);
}
