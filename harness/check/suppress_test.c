#include "suppress.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/rng.h"

static struct suppressions *parse(const char *text)
{
    struct suppressions *suppressions;
    struct mps_diag diag = {""};
    int err =
        suppressions_parse(&suppressions, "s.supp", text, strlen(text), &diag);
    cr_assert_eq(err, 0, "%s", diag.text);
    return suppressions;
}

static struct location at(const char *function, const char *file,
                          const char *module)
{
    return (struct location){.function = function,
                             .file = file,
                             .line = 3,
                             .module = module,
                             .offset = 0x10};
}

/* A race: ring_pop() of a library calls get(), main() calls ring_pop(); the
 * other side is in put(). */
static void add_race(struct finding_list *list)
{
    struct finding *finding = finding_list_add(list, FINDING_RACE);
    struct location frames[] = {
        at("get", "src/ring.c", "/usr/lib/libring.so"),
        at("ring_pop", "src/ring.c", "/usr/lib/libring.so"),
        at("main", "app/main.c", "/srv/app")};
    struct location other = at("put", "app/put.c", "/srv/app");
    cr_assert(!finding_add_frames(finding, frames, 3));
    cr_assert(!finding_add_frames(finding, &other, 1));
    cr_assert(!finding_add_place(finding, &frames[0], "reads", "0.1"));
    cr_assert(!finding_add_place(finding, &other, "wrote", "0.2"));
    cr_assert(!finding_set_object(finding, "ring->slots[1].seq"));
}

static bool suppresses(const char *text)
{
    struct suppressions *suppressions = parse(text);
    struct finding_list list = {0};
    add_race(&list);
    size_t count = suppressions_filter(suppressions, &list);
    cr_expect_eq(list.count, 1 - count);
    finding_list_clear(&list);
    suppressions_free(suppressions);
    return count;
}

Test(suppress, looks_at_function_file_and_module_of_every_frame)
{
    static const char *const patterns[] = {
        "race:main",        "race:ring_pop",
        "race:get",         "race:put",
        "race:src/ring.c",  "race:main.c",
        "race:libring.so",  "race:^/srv/app$",
        "race:ring->slots", "race:^ring->*seq",
        "race_top:get",     "race_top:put.c",
        "race_top:libring", "called_from_lib:libring.so",
    };
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        cr_expect(suppresses(patterns[i]), "%s does not", patterns[i]);
}

Test(suppress, leaves_what_no_pattern_is_about)
{
    static const char *const patterns[] = {
        "race:maine",
        "race_top:main",
        "race_top:ring_pop",
        "race_top:slots",
        "deadlock:main",
        "mutex:main",
        "thread:main",
        "signal:main",
        "called_from_lib:get",
        "called_from_lib:ring.c",
        "race:^op",
        "race:ring_po$",
        "race:^$",
        "",
        "\n\n# race:main\n",
    };
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        cr_expect(!suppresses(patterns[i]), "%s does", patterns[i]);
}

/* Patterns against the one function name. */
static bool matches(const char *pattern, const char *name)
{
    char text[256];
    snprintf(text, sizeof(text), "race:%s\n", pattern);
    struct suppressions *suppressions = parse(text);
    struct finding_list list = {0};
    struct finding *finding = finding_list_add(&list, FINDING_RACE);
    struct location place = at(name, NULL, NULL);
    cr_assert(!finding_add_place(finding, &place, NULL, NULL));
    bool found = suppressions_filter(suppressions, &list);
    finding_list_clear(&list);
    suppressions_free(suppressions);
    return found;
}

Test(suppress, takes_patterns_as_thread_sanitizer_does)
{
    static const struct {
        const char *pattern, *name;
        bool matches;
    } cases[] = {
        {"foo", "foo", true},
        {"foo", "a_foo_b", true},
        {"foo", "fo", false},
        {"^foo", "foobar", true},
        {"^foo", "a_foo", false},
        {"foo$", "a_foo", true},
        {"foo$", "foofoo", true},
        {"foo$", "foobar", false},
        {"^foo$", "foo", true},
        {"^foo$", "foofoo", false},
        {"f*r", "foobar", true},
        {"f*r", "a_foobar_b", true},
        {"^f*r$", "foobar", true},
        {"^f*r$", "foobars", false},
        {"^f*o*r$", "foobar", true},
        {"^f*x*r$", "foobar", false},
        {"*", "foo", true},
        {"^*$", "foo", true},
        {"**foo**", "foo", true},
        {"^*foo", "a_foo", true},
        {"foo*$", "foobar", true},
        {"^foo*bar$", "foobar", true},
        {"^fo*ob$", "fob", false},
        {"foo$ignored", "foo", true},
        {"a*ab$", "aab", true},
        {"^ab*ab$", "ab", false},
        {"fo*", "FOO", false},
        {"a b", "x a b y", true},
        {"std::map<*>", "std::map<int, int>::at", true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(matches(cases[i].pattern, cases[i].name), cases[i].matches,
                     "'%s' and '%s'", cases[i].pattern, cases[i].name);
    cr_expect(!matches("*", NULL));
    cr_expect(!matches("*", ""));
}

Test(suppress, knows_the_kinds_of_findings)
{
    static const struct {
        enum finding_kind kind;
        const char *object, *line;
        bool suppressed;
    } cases[] = {
        {FINDING_LOCK_ORDER, NULL, "deadlock:get", true},
        {FINDING_DEADLOCK, NULL, "deadlock:get", false},
        {FINDING_MISUSE, "mutex M", "mutex:get", true},
        {FINDING_MISUSE, "mutex M", "mutex:mutex M", true},
        /* Not about a lock: mpstress's memory was overwritten, ... */
        {FINDING_MISUSE, NULL, "mutex:get", false},
        {FINDING_INVARIANT, NULL, "race:get", false},
        {FINDING_CRASH, NULL, "race:get\nmutex:get\nsignal:get", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct finding_list list = {0};
        struct finding *finding = finding_list_add(&list, cases[i].kind);
        struct location place = at("get", "x.c", "/srv/app");
        cr_assert(!finding_add_place(finding, &place, NULL, NULL));
        if (cases[i].object)
            cr_assert(!finding_set_object(finding, cases[i].object));
        struct suppressions *suppressions = parse(cases[i].line);
        cr_expect_eq(suppressions_filter(suppressions, &list),
                     cases[i].suppressed, "%zu: %s", i, cases[i].line);
        finding_list_clear(&list);
        suppressions_free(suppressions);
    }
}

Test(suppress, takes_out_what_matches_and_counts_it)
{
    struct suppressions *suppressions = parse("# ours\r\n"
                                              "  race:nobody \t\r\n"
                                              "\trace:main\r\n"
                                              "race:get\n"
                                              "race_top:never");
    struct finding_list list = {0};
    cr_expect_null(suppressions_describe(suppressions));
    cr_expect_null(suppressions_describe(NULL));
    for (int i = 0; i < 3; i++) {
        struct finding *other = finding_list_add(&list, FINDING_CRASH);
        other->what = strdup(i ? "second" : "first");
        add_race(&list);
    }
    struct finding *get = finding_list_add(&list, FINDING_RACE);
    struct location place = at("get", NULL, NULL);
    cr_assert(!finding_add_place(get, &place, NULL, NULL));
    cr_expect_eq(suppressions_filter(NULL, &list), 0);
    cr_expect_eq(suppressions_filter(suppressions, &list), 4);
    cr_assert_eq(list.count, 3);
    cr_expect_str_eq(list.items[0].what, "first");
    cr_expect_str_eq(list.items[1].what, "second");
    char *text = suppressions_describe(suppressions);
    cr_assert(text);
    cr_expect_str_eq(text, "matched 4 suppressions in s.supp: race:main (3), "
                           "race:get (1)");
    free(text);
    finding_list_clear(&list);
    suppressions_free(suppressions);
}

/* -- Files ------------------------------------------------------------------*/

static void expect_refused(const void *bytes, size_t size, const char *why)
{
    struct suppressions *suppressions;
    struct mps_diag diag = {""};
    int err = suppressions_parse(&suppressions, "s.supp", bytes, size, &diag);
    cr_expect_eq(err, -MPS_EINPUT);
    cr_expect_null(suppressions);
    cr_expect_str_eq(diag.text, why);
}

Test(suppress, refuses_lines_with_file_line_and_column)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"race:ok\n  rce:main\n",
         "s.supp:2:3: unknown type of suppression 'rce' (did you mean "
         "'race'?)"},
        {"Memcheck:Leak\n",
         "s.supp:1:1: unknown type of suppression 'Memcheck'"},
        {"# a\n\nmain\n", "s.supp:3:1: expected TYPE:PATTERN, such as "
                          "race:function_name"},
        {"race: \t\n", "s.supp:1:1: 'race:' without a pattern (race:* for "
                       "all)"},
        {"\x1b[31m:x\n", "s.supp:1:1: unknown type of suppression '?[31m'"},
        {":x\n", "s.supp:1:1: unknown type of suppression ''"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect_refused(cases[i].text, strlen(cases[i].text), cases[i].why);
    expect_refused("race:a\0b\n", 9,
                   "s.supp:1:7: a NUL character: this is no text");
}

Test(suppress, survives_any_bytes)
{
    struct rng rng;
    rng_seed(&rng, 20);
    static const char alphabet[] = "race_top:deadlock:mutex*^$# \t\r\n\n\n";
    for (int round = 0; round < 20000; round++) {
        char bytes[64];
        size_t size = rng_below(&rng, sizeof(bytes) + 1);
        for (size_t i = 0; i < size; i++)
            bytes[i] = round % 2 ? (char)rng_below(&rng, 256)
                                 : alphabet[rng_below(&rng, sizeof(alphabet))];
        struct suppressions *suppressions;
        struct mps_diag diag = {""};
        int err = suppressions_parse(&suppressions, "s", bytes, size, &diag);
        cr_assert(!err || *diag.text);
        if (err)
            continue;
        struct finding_list list = {0};
        add_race(&list);
        suppressions_filter(suppressions, &list);
        free(suppressions_describe(suppressions));
        finding_list_clear(&list);
        suppressions_free(suppressions);
    }
    /* Stars that a backtracking matcher takes years for. */
    struct str_of_stars {
        char text[40001];
    } *s = calloc(1, sizeof(*s)), *name = calloc(1, sizeof(*name));
    cr_assert(s && name);
    memcpy(s->text, "race:", 5);
    for (size_t i = 5; i < 40000; i++)
        s->text[i] = i % 2 ? 'a' : '*';
    s->text[39999] = 'b';
    memset(name->text, 'a', 40000);
    struct suppressions *suppressions = parse(s->text);
    struct finding_list list = {0};
    struct finding *finding = finding_list_add(&list, FINDING_RACE);
    struct location place = at(name->text, NULL, NULL);
    cr_assert(!finding_add_place(finding, &place, NULL, NULL));
    cr_expect_eq(suppressions_filter(suppressions, &list), 0);
    finding_list_clear(&list);
    suppressions_free(suppressions);
    free(s);
    free(name);
}

Test(suppress, reads_files_and_says_why_not)
{
    struct suppressions *suppressions;
    struct mps_diag diag = {""};
    char path[] = "/tmp/mpstress-suppress-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, "race:main\n", 10), 10);
    cr_expect_eq(suppressions_load(&suppressions, path, &diag), 0, "%s",
                 diag.text);
    suppressions_free(suppressions);
    cr_assert_eq(ftruncate(fd, (1 << 20) + 1), 0);
    cr_expect_eq(suppressions_load(&suppressions, path, &diag), -MPS_EFULL);
    cr_expect(strstr(diag.text, "too large"), "%s", diag.text);
    close(fd);
    unlink(path);
    cr_expect_lt(suppressions_load(&suppressions, path, &diag), 0);
    cr_expect(strstr(diag.text, path) && strstr(diag.text, "No such file"),
              "%s", diag.text);
    suppressions_free(NULL);
}
