#include "suggest.h"

#include <criterion/criterion.h>
#include <string.h>

static const char *const keys[] = {"scenario",   "about",     "target",
                                   "parameters", "arguments", "expect"};

static const char *near(const char *word)
{
    return suggest(word, keys, sizeof(keys) / sizeof(keys[0]));
}

Test(suggest, finds_the_word_with_a_letter_too_few_or_too_many)
{
    cr_expect_str_eq(near("scenaro"), "scenario");
    cr_expect_str_eq(near("targett"), "target");
}

Test(suggest, finds_the_word_with_another_letter)
{
    cr_expect_str_eq(near("axpect"), "expect");
}

Test(suggest, finds_the_word_with_two_letters_swapped)
{
    cr_expect_str_eq(near("abuot"), "about");
}

Test(suggest, takes_the_nearest)
{
    static const char *const words[] = {"streams", "stream", "strewn"};
    cr_expect_str_eq(suggest("strem", words, 3), "stream");
}

Test(suggest, finds_nothing_far_away)
{
    cr_expect_null(near("environment"));
    cr_expect_null(near("x"));
    cr_expect_null(near(""));
}

Test(suggest, finds_nothing_for_very_long_words)
{
    char word[5000];
    memset(word, 'a', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    cr_expect_null(near(word));
}

Test(shown, keeps_short_texts)
{
    struct shown buf;
    cr_expect_str_eq(shown(&buf, "worker"), "worker");
    cr_expect_str_eq(shown(&buf, ""), "");
}

Test(shown, keeps_the_longest_text_that_fits)
{
    char text[64];
    memset(text, 'a', 63);
    text[63] = '\0';
    struct shown buf;
    cr_expect_str_eq(shown(&buf, text), text);
}

Test(shown, cuts_long_texts)
{
    char text[100], expected[64];
    memset(text, 'a', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    memset(expected, 'a', 60);
    strcpy(expected + 60, "...");
    struct shown buf;
    cr_expect_str_eq(shown(&buf, text), expected);
}

Test(shown, cuts_between_characters)
{
    char text[100] = "";
    for (int i = 0; i < 33; i++)
        strcat(text, "\xe2\x82\xac");
    text[98] = '\0';
    struct shown buf;
    shown(&buf, text + 1); /* 2 bytes of a character, then whole ones */
    size_t len = strlen(buf.text);
    cr_expect_eq((len - 3 - 2) % 3, 0, "cut at %zu", len);
    cr_expect_str_eq(buf.text + len - 3, "...");
}

Test(shown, hides_control_characters)
{
    struct shown buf;
    cr_expect_str_eq(shown(&buf, "a\nb\x1b[31m\x7f"), "a?b?[31m?");
    cr_expect_str_eq(shown(&buf, "\xc2\x9b"
                                 "1m\xc3\x9b"),
                     "??1m\xc3\x9b");
}

Test(label, may_be_words_of_any_language)
{
    cr_expect(is_label(""));
    cr_expect(is_label("sum of the keys"));
    cr_expect(is_label("Z\xc3\xa4hler"));
}

Test(label, has_no_control_characters)
{
    cr_expect_not(is_label("a\nb"));
    cr_expect_not(is_label("a\tb"));
    cr_expect_not(is_label("\x1b[2J"));
    cr_expect_not(is_label("\xc2\x9b"
                           "2J"));
}

Test(label, has_at_most_200_characters)
{
    char text[403] = "";
    for (int i = 0; i < 200; i++)
        strcat(text, "\xc3\xa4");
    cr_expect(is_label(text));
    strcat(text, "b");
    cr_expect_not(is_label(text));
}
