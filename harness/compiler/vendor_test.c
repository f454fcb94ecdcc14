#include "vendor.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"

Test(vendor, is_told_by_the_answer_to_v)
{
    cr_expect_eq(vendor_read("Using built-in specs.\nTarget: x86_64-linux-gnu\n"
                             "gcc version 12.2.0 (Debian 12.2.0-14)\n"),
                 VENDOR_GCC);
    cr_expect_eq(vendor_read("Debian clang version 14.0.6\nTarget: x86_64\n"
                             "Selected GCC installation: /usr/lib/gcc/12\n"),
                 VENDOR_CLANG);
    cr_expect_eq(vendor_read("tcc version 0.9.27\n"), VENDOR_UNKNOWN);
    cr_expect_eq(vendor_read(""), VENDOR_UNKNOWN);
}

Test(vendor, of_a_program_called_clang_is_clear)
{
    cr_expect_eq(vendor_of_path("/usr/lib/llvm-14/bin/clang"), VENDOR_CLANG);
    cr_expect_eq(vendor_of_path("/usr/bin/clang++-14"), VENDOR_CLANG);
    cr_expect_eq(vendor_of_path("/opt/clang/bin/gcc"), VENDOR_UNKNOWN);
    cr_expect_eq(vendor_of_path("/usr/bin/cc"), VENDOR_UNKNOWN);
}

/* A program that prints TEXT to standard error, as compilers do. */
static void make_program(char path[static 32], const char *text)
{
    strcpy(path, "/tmp/vendor_test-XXXXXX");
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    dprintf(fd, "#!/bin/sh\n%s\n", text);
    fchmod(fd, 0700);
    close(fd);
}

Test(vendor, is_asked_with_the_words_of_the_compiler, .timeout = 60)
{
    char path[32];
    make_program(path, "[ \"$*\" = '-m64 -v' ] && echo gcc version 12 >&2");
    char *compiler[] = {path, (char[]){"-m64"}, NULL};
    enum vendor vendor = VENDOR_UNKNOWN;
    cr_expect_eq(vendor_ask(&vendor, compiler, NULL), 0);
    cr_expect_eq(vendor, VENDOR_GCC);
    unlink(path);
}

Test(vendor, of_another_compiler_is_refused, .timeout = 60)
{
    char path[32];
    make_program(path, "echo tcc version 0.9");
    char *compiler[] = {path, NULL};
    enum vendor vendor = VENDOR_UNKNOWN;
    struct mps_diag diag = {""};
    cr_expect_eq(vendor_ask(&vendor, compiler, &diag), -MPS_ESTART);
    cr_expect_not_null(strstr(diag.text, "neither gcc nor clang"));
    unlink(path);
}

Test(vendor, that_fails_to_answer_is_named, .timeout = 60)
{
    char *compiler[] = {(char[]){"/bin/false"}, NULL};
    enum vendor vendor = VENDOR_UNKNOWN;
    struct mps_diag diag = {""};
    cr_expect_eq(vendor_ask(&vendor, compiler, &diag), -MPS_ESTART);
    cr_expect_not_null(strstr(diag.text, "/bin/false"));
}
