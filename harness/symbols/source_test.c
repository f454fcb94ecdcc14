#include "source.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/str.h"

static void expect_short(const char *directory, const char *file,
                         const char *root, const char *expected)
{
    const char *const roots[] = {root, NULL};
    struct str s;
    str_init(&s);
    source_shorten(&s, directory, file, roots);
    cr_expect_str_eq(s.data, expected, "%s + %s below %s gave %s",
                     directory ? directory : "(none)", file,
                     root ? root : "(none)", s.data);
    str_fini(&s);
}

Test(source, joins_the_directory_of_the_compiler)
{
    expect_short("/b", "a.c", NULL, "/b/a.c");
    expect_short("/b", "/c/a.c", NULL, "/c/a.c");
    expect_short(NULL, "a.c", NULL, "a.c");
    expect_short("build", "a.c", NULL, "build/a.c");
}

Test(source, takes_out_what_means_nothing)
{
    expect_short("/b/c", ".././/a.c", NULL, "/b/a.c");
    expect_short("/b", "../../../a.c", NULL, "/a.c");
    expect_short(NULL, "../a.c", NULL, "../a.c");
    expect_short(NULL, "../../b/../a.c", NULL, "../../a.c");
    expect_short(".", "./x/../a.c", NULL, "a.c");
    expect_short("x/..", "..", NULL, "..");
    expect_short("/", ".", NULL, "/");
}

Test(source, is_relative_to_the_root_above_it)
{
    expect_short("/home/me/build", "../src/a.c", "/home/me", "src/a.c");
    expect_short("/home/me", "a.c", "/home/me/", "a.c");
    expect_short("/home/me2", "a.c", "/home/me", "/home/me2/a.c");
    expect_short("/home", "me", "/home/me", "/home/me");
    expect_short("/home", "a.c", "/", "/home/a.c");
}

Test(source, follows_links_to_the_root)
{
    char directory[] = "/tmp/source_test_XXXXXX";
    cr_assert_not_null(mkdtemp(directory));
    char *link = str_format("%s.link", directory);
    char *file = str_format("%s/a.c", directory);
    cr_assert_eq(symlink(directory, link), 0);
    fclose(fopen(file, "w"));
    expect_short(link, "a.c", directory, "a.c");
    unlink(file);
    unlink(link);
    rmdir(directory);
    free(file);
    free(link);
}

Test(source, knows_headers_of_the_system)
{
    cr_expect(source_is_system("/usr/include/unistd.h"));
    cr_expect(source_is_system("/usr/lib/gcc/x/12/include/stdatomic.h"));
    cr_expect(source_is_system("/home/me/vendor/mpstress/mpstress.h"));
    cr_expect(source_is_system("mpstress/mpstress.h"));
    cr_expect_not(source_is_system("include/notmpstress/mpstress.h"));
    cr_expect_not(source_is_system("/home/me/usr/include/a.h"));
    cr_expect_not(source_is_system("include/a.h"));
}
