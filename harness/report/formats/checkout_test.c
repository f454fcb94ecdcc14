#include "formats/checkout.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"

/* A directory "a b" with a repository, in whose folder "sub" the test is. */
static char directory[] = "/tmp/checkout_test.XXXXXX";

static void enter(void)
{
    cr_assert(mkdtemp(directory));
    cr_assert(!chdir(directory));
    cr_assert(!mkdir("a b", 0700) && !chdir("a b"));
    cr_assert(!mkdir("sub", 0700) && !chdir("sub"));
}

static void make_repository(void)
{
    cr_assert(!mkdir("../.git", 0700));
}

static void leave(void)
{
    cr_assert(!chdir("/"));
    cr_assert_eq(fs_remove_tree(directory), 0);
}

static void expect_path(const struct checkout *checkout, const char *file,
                        const char *path, bool below)
{
    struct str s;
    str_init(&s);
    cr_expect_eq(checkout_add_path(&s, checkout, file), below, "%s", file);
    cr_expect_str_eq(s.data, path, "%s", file);
    str_fini(&s);
}

static void expect_uri(const struct checkout *checkout, const char *file,
                       const char *uri)
{
    struct str s;
    str_init(&s);
    checkout_add_uri(&s, checkout, file);
    cr_expect_str_eq(s.data, uri, "%s", file);
    str_fini(&s);
}

Test(checkout, is_the_repository_above, .init = enter, .fini = leave)
{
    struct checkout checkout;
    make_repository();
    cr_assert_eq(checkout_init(&checkout), 0);
    expect_path(&checkout, "x.c", "sub/x.c", true);
    expect_path(&checkout, "./y/../x.c", "sub/x.c", true);
    expect_path(&checkout, "../src/x.c", "src/x.c", true);
    expect_path(&checkout, "/usr/include/x.h", "/usr/include/x.h", false);
    char *outside = str_format("%s/x.c", directory);
    expect_path(&checkout, "../../x.c", outside, false);
    char *inside = str_format("%s/a b/x.c", directory);
    expect_path(&checkout, inside, "x.c", true);
    free(outside);
    free(inside);
    checkout_fini(&checkout);
}

Test(checkout, is_the_working_directory_without_one, .init = enter,
     .fini = leave)
{
    struct checkout checkout;
    cr_assert_eq(checkout_init(&checkout), 0);
    cr_expect_str_eq(checkout.top, checkout.working);
    expect_path(&checkout, "x.c", "x.c", true);
    checkout_fini(&checkout);
}

Test(checkout, gives_uris, .init = enter, .fini = leave)
{
    struct checkout checkout;
    make_repository();
    cr_assert_eq(checkout_init(&checkout), 0);
    expect_uri(&checkout, "a%b c:d?#.c", "sub/a%25b%20c%3Ad%3F%23.c");
    expect_uri(&checkout, "\xc3\xa9.c", "sub/%C3%A9.c");
    expect_uri(&checkout, "\xff.c", "sub/%5Cxff.c");
    expect_uri(&checkout, "/usr/a b.h", "file:///usr/a%20b.h");
    struct str base;
    str_init(&base);
    checkout_add_base(&base, &checkout);
    char *expected = str_format("file://%s/a%%20b/", directory);
    cr_expect_str_eq(base.data, expected);
    free(expected);
    str_fini(&base);
    checkout_fini(&checkout);
}
