#include "options.h"

#include <criterion/criterion.h>

Test(option, takes_the_next_word_when_it_has_no_value)
{
    cr_expect(option_read("-I").takes_next);
    cr_expect_not(option_read("-Iinclude").takes_next);
    cr_expect(option_read("-Xlinker").takes_next);
    cr_expect(option_read("-MF").takes_next);
    cr_expect(option_read("-include").takes_next);
    cr_expect(option_read("--param").takes_next);
    cr_expect_not(option_read("--param=x=1").takes_next);
}

Test(option, with_a_joined_value_knows_it)
{
    struct option option = option_read("-xc++");
    cr_expect_eq(option.effect, OPTION_LANGUAGE);
    cr_expect_str_eq(option.value, "c++");
    option = option_read("-fsanitize=thread,undefined");
    cr_expect_eq(option.effect, OPTION_SANITIZE);
    cr_expect_str_eq(option.value, "thread,undefined");
    cr_expect_null(option_read("-c").value);
}

Test(option, is_the_longest_that_fits)
{
    cr_expect_eq(option_read("-M").effect, OPTION_PREPROCESS);
    cr_expect_eq(option_read("-MMD").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-MD").effect, OPTION_OTHER);
    cr_expect_not(option_read("-export-dynamic").takes_next);
    cr_expect(option_read("-Ttext").takes_next);
    cr_expect_eq(option_read("-static").effect, OPTION_STATIC);
    cr_expect_eq(option_read("-static-libgcc").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-static-libtsan").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-rdynamic").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-coverage").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-Search").effect, OPTION_OTHER);
}

Test(option, that_asks_is_a_query)
{
    static const char *const words[] = {
        "--version",     "-dumpmachine",          "-print-search-dirs",
        "--help=common", "-print-file-name=x.so", "--print-prog-name=ld",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        cr_expect_eq(option_read(words[i]).effect, OPTION_QUERY, "%s",
                     words[i]);
    cr_expect_eq(option_read("-v").effect, OPTION_OTHER);
    cr_expect_eq(option_read("-###").effect, OPTION_OTHER);
}
