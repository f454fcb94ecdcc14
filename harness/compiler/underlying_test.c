#include "underlying.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"

/* Two folders for PATH, of which the first is before the second. */
static char top[32], path[128];

static void make_folders(void)
{
    strcpy(top, "/tmp/underlying-XXXXXX");
    cr_assert_not_null(mkdtemp(top));
    char folder[64];
    for (int i = 1; i <= 2; i++) {
        snprintf(folder, sizeof(folder), "%s/%d", top, i);
        cr_assert_eq(mkdir(folder, 0700), 0);
    }
    snprintf(path, sizeof(path), "%s/1:%s/2", top, top);
}

static void remove_folders(void)
{
    fs_remove_tree(top);
}

TestSuite(underlying, .init = make_folders, .fini = remove_folders);

static void make_program(const char *name, mode_t mode)
{
    char file[64];
    snprintf(file, sizeof(file), "%s/%s", top, name);
    int fd = open(file, O_CREAT | O_WRONLY, mode);
    cr_assert_geq(fd, 0);
    close(fd);
}

static int find(enum language_id id, const char *named, struct words *out,
                struct mps_diag *diag)
{
    words_init(out);
    return underlying_find(out, &languages[id], named, path, diag);
}

static void expect_found(enum language_id id, const char *named,
                         const char *expected)
{
    struct words words;
    char file[64];
    snprintf(file, sizeof(file), "%s/%s", top, expected);
    cr_assert_eq(find(id, named, &words, NULL), 0);
    cr_expect_str_eq(words.items[0], file);
    words_fini(&words);
}

Test(underlying, is_the_first_cc_in_path)
{
    make_program("2/cc", 0700);
    make_program("2/gcc", 0700);
    expect_found(LANGUAGE_C, NULL, "2/cc");
    make_program("1/cc", 0600); /* not executable */
    expect_found(LANGUAGE_C, "", "2/cc");
    make_program("1/c++", 0700);
    expect_found(LANGUAGE_CXX, NULL, "1/c++");
}

Test(underlying, is_another_name_when_there_is_no_cc)
{
    make_program("2/clang", 0700);
    expect_found(LANGUAGE_C, NULL, "2/clang");
}

Test(underlying, is_never_mpstress)
{
    char link[64];
    snprintf(link, sizeof(link), "%s/1/cc", top);
    make_program("1/mpstress-cc", 0700);
    make_program("2/cc", 0700);
    cr_assert_eq(symlink("mpstress-cc", link), 0);
    expect_found(LANGUAGE_C, NULL, "2/cc");

    struct words words;
    struct mps_diag diag = {""};
    cr_expect_eq(find(LANGUAGE_C, "mpstress-cc -O2", &words, &diag),
                 -MPS_EUSAGE);
    cr_expect_not_null(strstr(diag.text, "MPSTRESS_CC=mpstress-cc -O2 is"));
    words_fini(&words);
}

Test(underlying, may_be_named_with_words)
{
    make_program("2/ccache", 0700);
    struct words words;
    cr_assert_eq(find(LANGUAGE_C, "ccache gcc -m64", &words, NULL), 0);
    cr_expect_eq(words.count, 3);
    cr_expect_str_eq(words.items[1], "gcc");
    cr_expect_str_eq(words.items[2], "-m64");
    words_fini(&words);
}

Test(underlying, that_is_missing_is_named)
{
    struct words words;
    struct mps_diag diag = {""};
    cr_expect_eq(find(LANGUAGE_CXX, "/nonexistent/g++", &words, &diag),
                 -MPS_ESTART);
    cr_expect_not_null(strstr(diag.text, "MPSTRESS_CXX=/nonexistent/g++"));
    cr_expect_eq(find(LANGUAGE_CXX, NULL, &words, &diag), -MPS_ESTART);
    cr_expect_not_null(strstr(diag.text, "MPSTRESS_CXX"));
    words_fini(&words);
}
