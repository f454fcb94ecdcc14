#include "symbols.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "probing_test.h"

/* Where probe/ is, as a report shows it. */
static const char *probe_root(void)
{
    static char root[1024];
    snprintf(root, sizeof(root), "%s", __FILE__);
    *strrchr(root, '/') = '\0';
    return root;
}

static struct symbols *open_symbols(const char *root)
{
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, root), 0);
    return symbols;
}

static const char *text(const char *maybe)
{
    return maybe ? maybe : "(none)";
}

static bool is_in_library(const struct noted *noted)
{
    return strstr(noted->module, "libprobe_library");
}

/* Every place that probe NAME notes is found with function, file and line. */
static void expect_all_found(const char *name)
{
    struct noted notes[NOTES];
    size_t count = probe_notes(name, notes);
    struct symbols *symbols = open_symbols(probe_root());
    for (size_t i = 0; i < count; i++) {
        const struct noted *n = &notes[i];
        struct location at;
        symbols_find(symbols, n->module, n->offset, true, &at);
        cr_expect_str_eq(text(at.function), n->function, "%s: %s:%d is in %s",
                         name, n->function, n->line, text(at.function));
        cr_expect_eq(at.line, n->line, "%s: %s:%d is at %d", name, n->function,
                     n->line, at.line);
        const char *file =
            is_in_library(n) ? "probe/library.c" : "probe/program.c";
        cr_expect_str_eq(text(at.file), file, "%s: %s is in %s", name,
                         n->function, text(at.file));
        cr_expect_str_eq(at.module, n->module);
        cr_expect_eq(at.offset, n->offset);
        cr_expect(symbols_is_user_code(&at));
    }
    symbols_close(symbols);
}

Test(symbols, finds_places_in_position_independent_programs)
{
    expect_all_found("pie");
}

Test(symbols, finds_places_in_programs_at_fixed_addresses)
{
    expect_all_found("nopie");
}

Test(symbols, finds_places_without_optimisation)
{
    expect_all_found("plain");
}

Test(symbols, finds_places_in_dwarf_4)
{
    expect_all_found("dwarf4");
}

Test(symbols, finds_places_when_every_function_has_its_section)
{
    expect_all_found("sections");
}

Test(symbols, finds_places_in_split_debug_files)
{
    expect_all_found("split");
}

Test(symbols, finds_debug_files_beside_the_program)
{
    /* A server that is asked would make this test wait or fail. */
    setenv("DEBUGINFOD_URLS", "http://127.0.0.1:9/", 1);
    expect_all_found("beside_sha1");
    expect_all_found("beside_none");
}

Test(symbols, names_cxx_functions_with_their_scopes)
{
    struct noted notes[NOTES];
    size_t count = probe_notes("cxx", notes);
    struct symbols *symbols = open_symbols(NULL);
    for (size_t i = 0; i < count; i++) {
        struct location at;
        symbols_find(symbols, notes[i].module, notes[i].offset, true, &at);
        cr_expect_str_eq(text(at.function), notes[i].function, "%s is %s",
                         notes[i].function, text(at.function));
        cr_expect_eq(at.line, notes[i].line);
    }
    symbols_close(symbols);
}

/* The function that the symbol table can know of: inlined ones are not there.
 */
static const char *outlined(const struct noted *noted)
{
    return strncmp(noted->function, "inlined_", 8) ? noted->function : NULL;
}

Test(symbols, takes_functions_from_the_symbol_table)
{
    struct noted notes[NOTES];
    size_t count = probe_notes("nodebug", notes);
    struct symbols *symbols = open_symbols(NULL);
    for (size_t i = 0; i < count; i++) {
        struct location at;
        symbols_find(symbols, notes[i].module, notes[i].offset, true, &at);
        if (is_in_library(&notes[i]) || !outlined(&notes[i]))
            continue;
        cr_expect_str_eq(text(at.function), notes[i].function, "%s is %s",
                         notes[i].function, text(at.function));
        cr_expect_null(at.file);
        cr_expect_eq(at.line, 0);
    }
    symbols_close(symbols);
}

Test(symbols, says_nothing_of_a_stripped_program)
{
    struct noted notes[NOTES];
    size_t count = probe_notes("bare", notes);
    struct symbols *symbols = open_symbols(NULL);
    for (size_t i = 0; i < count; i++) {
        struct location at;
        symbols_find(symbols, notes[i].module, notes[i].offset, true, &at);
        if (is_in_library(&notes[i]))
            continue;
        cr_expect_null(at.function, "%s", at.function);
        cr_expect_null(at.file);
        cr_expect_str_eq(at.module, notes[i].module);
        cr_expect_eq(at.offset, notes[i].offset);
    }
    symbols_close(symbols);
}

Test(symbols, a_file_that_is_missing_or_no_program_leaves_the_offset)
{
    static const char *const paths[] = {
        "/does/not/exist", "/etc/passwd", "/dev/null", "/tmp", "", "[vdso]"};
    struct symbols *symbols = open_symbols("/");
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct location at;
        symbols_find(symbols, paths[i], 42, true, &at);
        cr_expect_null(at.function);
        cr_expect_null(at.file);
        cr_expect_str_eq(at.module, paths[i]);
        cr_expect_eq(at.offset, 42);
    }
    symbols_close(symbols);
}

Test(symbols, takes_any_offset)
{
    static const uint64_t offsets[] = {0, 1, 0x1000, UINT64_MAX, 1ull << 47};
    struct symbols *symbols = open_symbols(NULL);
    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        for (int back = 0; back < 2; back++) {
            struct location at;
            symbols_find(symbols, probe_path("pie"), offsets[i], back, &at);
            cr_expect_eq(at.offset, offsets[i]);
            cr_expect_null(at.file);
        }
    symbols_close(symbols);
}

Test(symbols, gives_the_same_texts_again)
{
    struct noted notes[NOTES];
    probe_notes("pie", notes);
    struct symbols *symbols = open_symbols(NULL);
    struct location one, two;
    symbols_find(symbols, notes[0].module, notes[0].offset, true, &one);
    symbols_find(symbols, notes[0].module, notes[0].offset, true, &two);
    cr_expect_eq(one.function, two.function);
    cr_expect_eq(one.file, two.file);
    cr_expect_eq(one.module, two.module);
    symbols_find(symbols, notes[1].module, notes[1].offset, true, &two);
    cr_expect_eq(one.file, two.file);
    symbols_close(symbols);
}

Test(symbols, a_site_seen_before_costs_under_two_microseconds)
{
    enum { BATCHES = 50, CALLS = 200 };
    struct noted notes[NOTES];
    size_t count = probe_notes("pie", notes);
    struct symbols *symbols = open_symbols(NULL);
    uint64_t best = UINT64_MAX;
    struct location at;
    for (int batch = 0; batch < BATCHES; batch++) {
        uint64_t start = clock_now_ns();
        for (size_t i = 0; i < CALLS; i++)
            symbols_find(symbols, notes[i % count].module,
                         notes[i % count].offset, true, &at);
        uint64_t took = (clock_now_ns() - start) / CALLS;
        if (batch && took < best)
            best = took;
    }
    cr_log_info("%lu ns a site", (unsigned long)best);
    cr_expect_lt(best, 2000);
    symbols_close(symbols);
}

static uint64_t cpu_us(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000 +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

Test(symbols, the_first_site_of_a_program_costs_under_50_ms)
{
    struct noted notes[NOTES];
    probe_notes("pie", notes);
    uint64_t start = cpu_us();
    struct symbols *symbols = open_symbols(NULL);
    struct location at;
    symbols_find(symbols, notes[0].module, notes[0].offset, true, &at);
    uint64_t took = cpu_us() - start;
    cr_assert_not_null(at.file);
    cr_log_info("%lu us", (unsigned long)took);
    cr_expect_lt(took, 50000);
    symbols_close(symbols);
}

static bool is_user(const char *module, const char *function, const char *file)
{
    const struct location at = {
        .module = module, .function = function, .file = file};
    return symbols_is_user_code(&at);
}

Test(symbols, tells_user_code_from_the_system)
{
    cr_expect(is_user("/home/me/prog", "main", "prog.c"));
    cr_expect(is_user("/home/me/libcrypt.so", "f", NULL));
    cr_expect(is_user("/home/me/libcounter.so", NULL, NULL));
    cr_expect(is_user("/usr/lib/x86_64-linux-gnu/libsqlite3.so.0", "f", NULL));
    cr_expect_not(is_user("/lib/x86_64-linux-gnu/libc.so.6", "write", NULL));
    cr_expect_not(is_user("/lib64/ld-linux-x86-64.so.2", NULL, NULL));
    cr_expect_not(is_user("/lib/libpthread.so.0", "sem_wait", NULL));
    cr_expect_not(is_user("/opt/lib/libmpstress.so", "point", "point.c"));
    cr_expect_not(is_user("/opt/lib/libmpstress.so.0", NULL, NULL));
    cr_expect_not(is_user("[vdso]", "clock_gettime", NULL));
    cr_expect_not(is_user("/home/me/prog", "read", "/usr/include/unistd.h"));
    cr_expect_not(is_user("/home/me/prog", "_start", NULL));
    cr_expect_not(is_user(NULL, NULL, NULL));
}
