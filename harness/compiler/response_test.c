#include "response.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"

static void expect_words(struct words *words, const char *const *expected)
{
    size_t count = 0;
    while (expected[count])
        count++;
    cr_assert(words_ok(words));
    cr_expect_eq(words->count, count, "%zu words", words->count);
    for (size_t i = 0; i < count && i < words->count; i++)
        cr_expect_str_eq(words->items[i], expected[i]);
    words_fini(words);
}

static void expect_split(const char *text, const char *const *expected)
{
    struct words words;
    words_init(&words);
    response_split(&words, text);
    expect_words(&words, expected);
}

Test(response, splits_at_white_space)
{
    expect_split(" -c\t-O2\n\n a.c ",
                 (const char *[]){"-c", "-O2", "a.c", NULL});
    expect_split("", (const char *[]){NULL});
    expect_split(" \n", (const char *[]){NULL});
}

Test(response, keeps_what_is_quoted)
{
    expect_split("'-DX=a b' \"-DY='c'\" -DZ=\\\"d\\ e\\\"",
                 (const char *[]){"-DX=a b", "-DY='c'", "-DZ=\"d e\"", NULL});
    expect_split("a'b'c \"\" d", (const char *[]){"abc", "", "d", NULL});
}

Test(response, takes_an_open_quote_to_the_end)
{
    expect_split("'a b", (const char *[]){"a b", NULL});
    expect_split("a\\", (const char *[]){"a\\", NULL});
}

/* Write TEXT to a new file; returns '@' and its name, for free(). */
static char *response_file(const char *text)
{
    char *name = strdup("@/tmp/response_test-XXXXXX");
    cr_assert_not_null(name);
    int fd = mkstemp(name + 1);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    return name;
}

Test(response, puts_files_in_their_place)
{
    char *inner = response_file("-O2 -g");
    char outer_text[64];
    snprintf(outer_text, sizeof(outer_text), "-c %s", inner);
    char *outer = response_file(outer_text);
    struct words words;
    words_init(&words);
    cr_expect_eq(response_expand(
                     &words,
                     (char *[]){(char[]){"a.c"}, outer, (char[]){"-w"}, NULL},
                     NULL),
                 0);
    expect_words(&words,
                 (const char *[]){"a.c", "-c", "-O2", "-g", "-w", NULL});
    unlink(inner + 1);
    unlink(outer + 1);
    free(inner);
    free(outer);
}

Test(response, leaves_what_is_no_file)
{
    struct words words;
    words_init(&words);
    cr_expect_eq(response_expand(&words,
                                 (char *[]){(char[]){"@/nonexistent/file"},
                                            (char[]){"@"}, NULL},
                                 NULL),
                 0);
    expect_words(&words, (const char *[]){"@/nonexistent/file", "@", NULL});
}

Test(response, refuses_a_file_that_includes_itself)
{
    char *name = response_file("x");
    FILE *file = fopen(name + 1, "w");
    cr_assert_not_null(file);
    fputs(name, file);
    fclose(file);
    struct words words;
    words_init(&words);
    struct mps_diag diag;
    cr_expect_eq(response_expand(&words, (char *[]){name, NULL}, &diag),
                 -MPS_EINPUT);
    cr_expect_not_null(strstr(diag.text, "without end"));
    words_fini(&words);
    unlink(name + 1);
    free(name);
}
