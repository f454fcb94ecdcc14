#include "symbols.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"

/* Linked as PIE by default: the address of a function minus the load address
 * of the program is its link-time address. */
extern const char __ehdr_start[];

static __attribute__((noinline)) void wait_in_here(int ready)
{
    char byte = 1;
    if (write(ready, &byte, 1) == 1)
        pause();
    __asm__ volatile("");
}

static __attribute__((noinline)) void outer_function(int ready)
{
    wait_in_here(ready);
    __asm__ volatile("");
}

static uint64_t link_address(void (*function)(int))
{
    return (uint64_t)((uintptr_t)function - (uintptr_t)__ehdr_start);
}

Test(symbols, names_function_file_and_line_of_a_static_function)
{
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    struct location location;
    symbols_find(symbols, "/proc/self/exe", link_address(outer_function), false,
                 &location);
    cr_assert_str_eq(location.function, "outer_function");
    cr_assert(strstr(location.file, "symbols/symbols_test.c"));
    cr_assert_gt(location.line, 10);
    struct location again;
    symbols_find(symbols, "/proc/self/exe", link_address(outer_function), false,
                 &again);
    cr_assert_eq(again.file, location.file);
    symbols_close(symbols);
}

Test(symbols, a_missing_module_leaves_module_and_offset)
{
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, "/"), 0);
    struct location location;
    symbols_find(symbols, "/does/not/exist", 42, true, &location);
    cr_assert_null(location.function);
    cr_assert_null(location.file);
    cr_assert_str_eq(location.module, "/does/not/exist");
    cr_assert_eq(location.offset, 42);
    symbols_close(symbols);
}

Test(symbols, unwinds_a_blocked_child_and_leaves_it_running, .timeout = 20)
{
    int ready[2];
    cr_assert_eq(pipe(ready), 0);
    pid_t child = fork();
    if (!child) {
        outer_function(ready[1]);
        _exit(0);
    }
    char byte;
    cr_assert_eq(read(ready[0], &byte, 1), 1);
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    struct location frames[16];
    bool inner = false, outer = false;
    /* The child may be on its way from write() to pause(). */
    for (int look = 0; look < 50 && !(inner && outer); look++) {
        int count = symbols_unwind(symbols, child, child, frames, 16);
        cr_assert_gt(count, 0);
        for (int i = 0; i < count; i++) {
            const char *name = frames[i].function ? frames[i].function : "";
            inner |= !strcmp(name, "wait_in_here");
            outer |= !strcmp(name, "outer_function");
        }
    }
    cr_assert(inner && outer);
    cr_assert_eq(kill(child, 0), 0);
    kill(child, SIGKILL);
    cr_assert_eq(waitpid(child, NULL, 0), child);
    cr_assert_lt(symbols_unwind(symbols, child, child, frames, 16), 0);
    symbols_close(symbols);
}

Test(symbols, paths_below_the_root_are_relative)
{
    char *joined = files_join("/home/me/build", "../src/a.c", "/home/me");
    cr_assert_str_eq(joined, "src/a.c");
    free(joined);
    joined = files_join("/x", "/y/./b.c", "/home");
    cr_assert_str_eq(joined, "/y/b.c");
    free(joined);
    joined = files_join(NULL, "b.c", NULL);
    cr_assert_str_eq(joined, "b.c");
    free(joined);
}
