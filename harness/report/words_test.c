#include <criterion/criterion.h>
#include <stdint.h>

#include "words.h"

static void expect_clean(const char *text, const char *clean)
{
    struct str s;
    str_init(&s);
    words_clean(&s, text);
    cr_expect_str_eq(s.data, clean, "found: %s\nnot: %s", s.data, clean);
    str_fini(&s);
}

Test(words, leave_plain_and_foreign_text_alone)
{
    expect_clean("targets/counter.c:88 (a \"b\" <c>)",
                 "targets/counter.c:88 (a \"b\" <c>)");
    expect_clean("\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\x9b",
                 "\xc3\xa9 \xe6\xbc\xa2 \xf0\x9f\x90\x9b");
    expect_clean("", "");
    expect_clean(NULL, "");
}

Test(words, show_controls_instead_of_obeying_them)
{
    expect_clean("\033[2J\r\n\t\x7f", "\\x1b[2J\\x0d\\x0a\\x09\\x7f");
    expect_clean("\xc2\x9b"
                 "31m",
                 "\\xc2\\x9b31m");                   /* C1 CSI */
    expect_clean("\xe2\x80\xae", "\\xe2\\x80\\xae"); /* right-to-left */
    expect_clean("\xef\xbf\xbf", "\\xef\\xbf\\xbf"); /* U+FFFF */
}

Test(words, show_the_bytes_of_invalid_utf8)
{
    expect_clean("a\xff"
                 "b",
                 "a\\xffb");
    expect_clean("\xc0\x80", "\\xc0\\x80");                   /* overlong NUL */
    expect_clean("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* overlong '/' */
    expect_clean("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* surrogate */
    expect_clean("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* too high */
    expect_clean("\xe6\xbc", "\\xe6\\xbc");                   /* cut short */
    expect_clean("\xf0\x9f\x90z", "\\xf0\\x9f\\x90z");
}

Test(words, for_json_keep_line_ends_and_controls)
{
    struct str s;
    str_init(&s);
    words_utf8(&s, "a\nb\033\xff");
    cr_expect_str_eq(s.data, "a\nb\033\\xff");
    str_fini(&s);
}

Test(words, count_characters_as_columns)
{
    cr_expect_eq(words_columns(""), 0);
    cr_expect_eq(words_columns("abc"), 3);
    cr_expect_eq(words_columns("\xc3\xa9\xc3\xa9"), 2);
}

Test(words, group_the_digits_of_numbers)
{
    static const struct {
        uint64_t number;
        const char *text;
    } rows[] = {{0, "0"},
                {999, "999"},
                {1000, "1,000"},
                {123456, "123,456"},
                {1048576, "1,048,576"},
                {UINT64_MAX, "18,446,744,073,709,551,615"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char buf[WORDS_NUMBER_BYTES];
        cr_expect_str_eq(words_number(rows[i].number, buf, sizeof(buf)),
                         rows[i].text);
    }
}

Test(words, give_speeds_the_digits_they_deserve)
{
    static const struct {
        uint64_t iterations, ns;
        const char *text;
    } rows[] = {{10000, 9500000000, "1,053"}, {0, 1000000000, "0.0"},
                {18, 2100000000, "8.6"},      {5, 0, "-"},
                {1, 30000000000, "0.03"},     {421, 1000000000, "421"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char buf[WORDS_NUMBER_BYTES];
        cr_expect_str_eq(
            words_speed(rows[i].iterations, rows[i].ns, buf, sizeof(buf)),
            rows[i].text, "row %zu: %s", i, buf);
    }
}

Test(words, tell_spans_in_seconds_minutes_and_hours)
{
    static const struct {
        uint64_t ns;
        const char *span, *clock;
    } rows[] = {{0, "0.00 s", "0:00"},
                {40000000, "0.04 s", "0:00"},
                {9500000000, "9.5 s", "0:09"},
                {59940000000, "59.9 s", "0:59"},
                {59960000000, "1:00", "0:59"},
                {252000000000, "4:12", "4:12"},
                {3723000000000, "1:02:03", "1:02:03"}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char buf[32];
        cr_expect_str_eq(words_span(rows[i].ns, buf, sizeof(buf)), rows[i].span,
                         "row %zu: %s", i, buf);
        cr_expect_str_eq(words_clock(rows[i].ns, buf, sizeof(buf)),
                         rows[i].clock, "row %zu: %s", i, buf);
    }
}
