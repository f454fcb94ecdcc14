/* Strings, errors, random numbers, files. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "diag.h"
#include "error.h"
#include "fs.h"
#include "io.h"
#include "rng.h"
#include "str.h"
#include "text.h"

Test(error, every_code_has_a_text)
{
    cr_assert_str_eq(error_text(0), "success");
    cr_assert_str_eq(error_text(-ENOENT), "No such file or directory");
    cr_assert_str_eq(error_text(-MPS_EUSAGE), "bad usage");
    cr_assert_str_eq(error_text(-MPS_EINTERNAL), "internal error");
    cr_assert_str_eq(error_text(-99999), "unknown error");
}

Test(diag, a_long_message_is_cut_and_terminated)
{
    struct mps_diag diag;
    char text[2000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    cr_assert_eq(diag_set(&diag, -EIO, "%s", text), -EIO);
    cr_assert_eq(strlen(diag.text), sizeof(diag.text) - 1);
    cr_assert_str_eq(diag.text + sizeof(diag.text) - 4, "...");
    cr_assert_eq(diag_set(NULL, -EIO, "nobody listens"), -EIO);
}

Test(str, grows_and_holds_any_byte)
{
    struct str s;
    str_init(&s);
    for (int i = 0; i < 1000; i++)
        str_add_char(&s, (char)i);
    str_addf(&s, "%d-%s", 42, "end");
    cr_assert(str_ok(&s));
    cr_assert_eq(s.len, 1006);
    cr_assert_eq(s.data[256], '\0');
    cr_assert_str_eq(s.data + 1000, "42-end");
    str_clear(&s);
    cr_assert_str_eq(s.data, "");
    char *taken = str_take(&s);
    cr_assert_str_eq(taken, "");
    free(taken);
    str_fini(&s);
}

Test(str, an_absurd_size_fails_once_and_stays_failed)
{
    struct str s;
    str_init(&s);
    cr_assert_null(str_reserve(&s, SIZE_MAX / 2));
    str_add(&s, "more");
    cr_assert_not(str_ok(&s));
    cr_assert_null(str_take(&s));
    str_fini(&s);
}

Test(text, stops_at_the_end)
{
    char buf[8];
    char *at = text_put(buf, buf + sizeof(buf), "ab");
    at = text_put_u64(at, buf + sizeof(buf), 1234567890);
    cr_assert_str_eq(buf, "ab12345");
    cr_assert_eq(at, buf + 7);
}

Test(rng, streams_of_one_seed_differ)
{
    cr_assert_neq(rng_mix(1, RNG_PARAMS, 0), rng_mix(1, RNG_SCHEDULE, 0));
    cr_assert_neq(rng_mix(1, RNG_PARAMS, 0), rng_mix(1, RNG_PARAMS, 1));
    cr_assert_neq(rng_mix(1, RNG_PARAMS, 0), rng_mix(2, RNG_PARAMS, 0));
    cr_assert_eq(rng_mix(1, RNG_PARAMS, 7), rng_mix(1, RNG_PARAMS, 7));
}

Test(rng, bounds_are_kept_and_met)
{
    struct rng rng;
    rng_seed(&rng, 5);
    unsigned seen[5] = {0};
    for (int i = 0; i < 50000; i++) {
        uint64_t value = rng_between(&rng, 10, 14);
        cr_assert(value >= 10 && value <= 14);
        seen[value - 10]++;
    }
    for (int i = 0; i < 5; i++)
        cr_assert(seen[i] > 9500 && seen[i] < 10500);
    cr_assert_eq(rng_below(&rng, 0), 0);
    cr_assert_eq(rng_between(&rng, 3, 3), 3);
}

static char *scratch(void)
{
    char *directory = strdup("/tmp/mps-base-XXXXXX");
    cr_assert(mkdtemp(directory));
    return directory;
}

Test(fs, removes_a_tree_but_follows_no_link)
{
    char *directory = scratch();
    char *outside = scratch();
    char *keep = str_format("%s/keep", outside);
    char *deep = str_format("%s/a/b/c", directory);
    char *link = str_format("%s/a/link", directory);
    cr_assert_eq(io_replace_file(keep, "x", 1), 0);
    cr_assert_eq(fs_make_dirs(deep), 0);
    cr_assert_eq(fs_make_dirs(deep), 0);
    cr_assert_eq(symlink(outside, link), 0);
    cr_assert_eq(fs_remove_tree(directory), 0);
    cr_assert_neq(access(directory, F_OK), 0);
    cr_assert_eq(access(keep, F_OK), 0);
    cr_assert_eq(fs_remove_tree(directory), 0);
    cr_assert_eq(fs_remove_tree(outside), 0);
    free(directory), free(outside), free(keep), free(deep), free(link);
}

Test(fs, a_file_in_the_way_is_an_error)
{
    char *directory = scratch();
    char *file = str_format("%s/file", directory);
    char *below = str_format("%s/file/sub", directory);
    cr_assert_eq(io_replace_file(file, "x", 1), 0);
    cr_assert_eq(fs_make_dirs(file), -ENOTDIR);
    cr_assert_eq(fs_make_dirs(below), -ENOTDIR);
    fs_remove_tree(directory);
    free(directory), free(file), free(below);
}

Test(io, reads_up_to_the_limit_and_says_when_there_is_more)
{
    char *directory = scratch();
    char *file = str_format("%s/file", directory);
    struct str big, text;
    str_init(&big);
    str_init(&text);
    for (int i = 0; i < 100000; i++)
        str_add_char(&big, (char)('a' + i % 26));
    cr_assert_eq(io_replace_file(file, big.data, big.len), 0);
    cr_assert_eq(io_read_file(AT_FDCWD, file, &text, 100000), 0);
    cr_assert_eq(text.len, 100000);
    str_clear(&text);
    cr_assert_eq(io_read_file(AT_FDCWD, file, &text, 99999), -MPS_EFULL);
    cr_assert_eq(text.len, 99999);
    cr_assert_eq(io_read_file(AT_FDCWD, "/no/such", &text, 1), -ENOENT);
    str_fini(&big);
    str_fini(&text);
    fs_remove_tree(directory);
    free(directory), free(file);
}

Test(str, words_are_what_a_shell_reads)
{
    static const char *const words[][2] = {
        {"a-b_c./+=:,@%9", "a-b_c./+=:,@%9"},
        {"", "''"},
        {"a b", "'a b'"},
        {"it's", "'it'\\''s'"},
        {"{1,2}", "'{1,2}'"},
        {"$x\n", "'$x\n'"},
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
        struct str s;
        str_init(&s);
        str_add_word(&s, words[i][0]);
        cr_expect_str_eq(s.data, words[i][1]);
        str_fini(&s);
    }
}

Test(io, writes_to_a_file_that_is_there_as_the_flags_say)
{
    char *directory = scratch();
    char *file = str_format("%s/file", directory);
    struct str text;
    str_init(&text);
    cr_assert_eq(io_write_file(file, O_APPEND, "x", 1), -ENOENT);
    cr_assert_eq(io_write_file(file, O_CREAT | O_APPEND, "one", 3), 0);
    cr_assert_eq(io_write_file(file, O_CREAT | O_APPEND, " two", 4), 0);
    cr_assert_eq(io_write_file(file, 0, "ONE", 3), 0);
    cr_assert_eq(io_read_file(AT_FDCWD, file, &text, 100), 0);
    cr_assert_str_eq(text.data, "ONE two");
    cr_assert_eq(io_write_file(directory, 0, "x", 1), -EISDIR);
    str_fini(&text);
    fs_remove_tree(directory);
    free(directory), free(file);
}

Test(clock, a_jump_counts_as_a_second_for_who_looks_often)
{
    enum { MS = 1000000, S = 1000 * MS };
    struct clock_watch watch = {0};
    cr_assert_eq(clock_watch_at(&watch, 5ull * S), 0);
    cr_assert_eq(clock_watch_at(&watch, 5ull * S + 100 * MS), 100 * MS);
    cr_assert_eq(clock_watch_at(&watch, 65ull * S + 100 * MS), 1100 * MS);
    cr_assert_eq(clock_watch_at(&watch, 65ull * S + 300 * MS), 1300 * MS);
}
