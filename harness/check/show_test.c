#include "show.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_bytes(const char *bytes, size_t size, const char *shown)
{
    struct str s;
    str_init(&s);
    show_bytes(&s, bytes, size, 40);
    cr_expect_str_eq(s.data, shown, "%s, not %s", s.data, shown);
    str_fini(&s);
}

static void expect_item(const void *bytes, size_t size, const char *shown)
{
    struct str s;
    str_init(&s);
    show_item(&s, bytes, size);
    cr_expect_str_eq(s.data, shown, "%s, not %s", s.data, shown);
    str_fini(&s);
}

Test(show, keeps_well_formed_text_and_escapes_the_rest)
{
    expect_bytes("plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 15,
                 "plain \xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
    expect_bytes("\n\t\0\x7f\x1b[", 6, "\\n\\t\\x00\\x7f\\x1b[");
    /* Cut short, too long for what it says, a surrogate, beyond the last
     * character, a C1 control. */
    expect_bytes("\xc3", 1, "\\xc3");
    expect_bytes("\xc0\x80", 2, "\\xc0\\x80");
    expect_bytes("\xe0\x80\x80", 3, "\\xe0\\x80\\x80");
    expect_bytes("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
    expect_bytes("\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80");
    expect_bytes("\xc2\x85", 2, "\\xc2\\x85");
    expect_bytes("", 0, "");
}

Test(show, cuts_long_text)
{
    char text[100];
    memset(text, 'a', sizeof(text));
    expect_bytes(text, 40, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    expect_bytes(text, 41, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...");
}

Test(show, knows_numbers_texts_and_bytes)
{
    uint64_t eight = UINT64_MAX;
    uint32_t four = 65;
    uint16_t two = 1000;
    expect_item(&eight, 8, "18446744073709551615");
    expect_item(&four, 4, "65");
    expect_item(&two, 2, "1000");
    expect_item("\x07", 1, "7");
    expect_item("A", 1, "\"A\"");
    expect_item("a word", 6, "\"a word\"");
    expect_item("a word\0\0\0", 9, "\"a word\"");
    expect_item("\x01\x02\x03", 3, "0x010203");
    expect_item("", 0, "\"\"");
    const uint64_t range[] = {4000, 457};
    expect_item(range, 16, "{4000, 457}");
    const uint32_t point[] = {1, 0, 65535};
    expect_item(point, 12, "{1, 0, 65535}");
    const uint32_t wide[] = {1, 65536, 1};
    expect_item(wide, 12, "0x010000000000010001000000");
    char bytes[64];
    memset(bytes, 1, sizeof(bytes));
    expect_item(bytes, 64,
                "0x010101010101010101010101010101010101010101010101010101010101"
                "... (64 bytes)");
}

Test(show, groups_digits)
{
    struct str s;
    str_init(&s);
    const uint64_t numbers[] = {0, 999, 1000, 123456, 1234567};
    for (size_t i = 0; i < 5; i++) {
        show_number(&s, numbers[i]);
        str_add_char(&s, ' ');
    }
    cr_expect_str_eq(s.data, "0 999 1,000 123,456 1,234,567 ");
    str_fini(&s);
}

Test(show, names_signals)
{
    struct str s;
    str_init(&s);
    show_signal(&s, 11);
    str_add_char(&s, ' ');
    show_signal(&s, 40);
    cr_expect_str_eq(s.data, "SIGSEGV signal 40");
    str_fini(&s);
}
