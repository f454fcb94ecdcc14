#include "rewrite.h"

#include <criterion/criterion.h>
#include <string.h>

#include "response.h"

#define RUNTIME "/opt/lib/libmpstress.so"

/* The rewritten command, with the unchanged words at [FIRST, END). */
struct outcome {
    struct words words;
    size_t first, end;
};

static struct outcome rewritten(enum vendor vendor, const char *command)
{
    struct outcome o = {0};
    struct words argv;
    words_init(&o.words);
    words_init(&argv);
    response_split(&argv, command);
    struct invocation invocation;
    cr_assert_eq(invocation_read(&invocation, argv.items, NULL), 0);
    rewrite(&o.words, &(struct rewrite){vendor, RUNTIME}, &invocation,
            argv.items);
    cr_assert(words_ok(&o.words));
    while (o.first < o.words.count &&
           strcmp(o.words.items[o.first], argv.items[0]))
        o.first++;
    o.end = o.first + argv.count;
    cr_assert_leq(o.end, o.words.count);
    for (size_t i = 0; i < argv.count; i++)
        cr_expect_str_eq(o.words.items[o.first + i], argv.items[i]);
    words_fini(&argv);
    return o;
}

static bool within(const struct outcome *o, size_t from, size_t to,
                   const char *word)
{
    for (size_t i = from; i < to; i++)
        if (!strcmp(o->words.items[i], word))
            return true;
    return false;
}

static bool before(const struct outcome *o, const char *word)
{
    return within(o, 0, o->first, word);
}

static bool after(const struct outcome *o, const char *word)
{
    return within(o, o->end, o->words.count, word);
}

static bool added(const struct outcome *o, const char *word)
{
    return before(o, word) || after(o, word);
}

Test(rewrite, leaves_alone_what_only_asks)
{
    static const char *const commands[] = {
        "--version", "-v",     "-print-prog-name=ld",
        "-c a.s",    "-c a.S", "-E -x assembler-with-cpp a.c"};
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        struct outcome o = rewritten(VENDOR_GCC, commands[i]);
        cr_expect_eq(o.words.count, o.end - o.first, "%s", commands[i]);
        words_fini(&o.words);
    }
}

Test(rewrite, instruments_what_it_compiles)
{
    for (unsigned vendor = VENDOR_GCC; vendor <= VENDOR_CLANG; vendor++) {
        struct outcome o = rewritten(vendor, "-O2 -c a.c -o a.o");
        cr_expect(before(&o, "-g"));
        cr_expect(before(&o, "-fsanitize=thread"));
        cr_expect(after(&o, "-fno-omit-frame-pointer"));
        cr_expect_eq(after(&o, "-fno-builtin-memcpy"), vendor == VENDOR_GCC);
        cr_expect(after(&o, "-fno-builtin-memcmp"));
        cr_expect(after(&o, "-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=0"));
        cr_expect_not(added(&o, RUNTIME));
        cr_expect_eq(after(&o, "-fno-vectorize"), vendor == VENDOR_CLANG);
        cr_expect_eq(before(&o, "-gdwarf-aranges"), vendor == VENDOR_CLANG);
        cr_expect_eq(after(&o, "-Wno-tsan"), vendor == VENDOR_GCC);
        words_fini(&o.words);
    }
}

/* They are built without the wrapper, as cmake/Seen.cmake says. */
Test(rewrite, adds_what_the_bundled_targets_are_built_with)
{
    struct words flags;
    words_init(&flags);
    response_split(&flags, SEEN_FLAGS);
    cr_assert(words_ok(&flags) && flags.count > 1);
    struct outcome o = rewritten(SEEN_VENDOR, "-O1 -c a.c");
    for (size_t i = 0; i < flags.count; i++)
        cr_expect(added(&o, flags.items[i]), "%s", flags.items[i]);
    words_fini(&o.words);
    words_fini(&flags);
}

/* It hides functions that ask for it, also when they copy memory. */
Test(rewrite, lets_clang_expand_copies_unless_it_defers_code)
{
    struct outcome o = rewritten(VENDOR_CLANG, "-flto=thin -c a.c");
    cr_expect(after(&o, "-fno-builtin-memcpy"));
    words_fini(&o.words);
    o = rewritten(VENDOR_CLANG, "-flto -fno-lto -c a.c");
    cr_expect_not(after(&o, "-fno-builtin-memcpy"));
    words_fini(&o.words);
}

Test(rewrite, gives_the_preprocessor_the_macros_alone)
{
    struct outcome o = rewritten(VENDOR_CLANG, "-E a.c");
    cr_expect(before(&o, "-fsanitize=thread"));
    cr_expect(after(&o, "-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=0"));
    cr_expect_eq(o.words.count, 4);
    words_fini(&o.words);

    /* clang complains of macros that nothing uses. */
    o = rewritten(VENDOR_CLANG, "-c a.i");
    cr_expect(before(&o, "-fsanitize=thread"));
    cr_expect_not(added(&o, "-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=0"));
    words_fini(&o.words);
}

Test(rewrite, links_the_runtime_and_finds_it_again)
{
    for (unsigned vendor = VENDOR_GCC; vendor <= VENDOR_CLANG; vendor++) {
        struct outcome o = rewritten(vendor, "-o a a.o -lm");
        static const char *const expected[] = {"-Xlinker", "-rpath", "-Xlinker",
                                               "/opt/lib"};
        for (size_t i = 0; i < 4; i++)
            cr_expect_str_eq(o.words.items[o.words.count - 4 + i], expected[i]);
        cr_expect(after(&o, RUNTIME));
        words_fini(&o.words);
    }
}

/* gcc instruments objects of -flto when it links them, and then links its own
 * runtime; clang did so before, and links its own only when asked to. */
Test(rewrite, keeps_the_compilers_own_runtime_out)
{
    struct outcome o = rewritten(VENDOR_GCC, "-L/lib a.o -o a");
    cr_expect(before(&o, "-fsanitize=thread"));
    cr_expect(before(&o, "-L/opt/lib/mpstress-link"));
    words_fini(&o.words);

    o = rewritten(VENDOR_CLANG, "-fsanitize=thread a.o -o a");
    cr_expect(before(&o, "-fno-sanitize-link-runtime"));
    cr_expect_not(added(&o, "-L/opt/lib/mpstress-link"));
    words_fini(&o.words);
}

Test(rewrite, links_no_runtime_into_an_object)
{
    struct outcome o = rewritten(VENDOR_GCC, "-r a.o b.o -o c.o");
    cr_expect(before(&o, "-fsanitize=thread"));
    cr_expect_not(added(&o, RUNTIME));
    words_fini(&o.words);
}

Test(rewrite, has_undefined_behaviour_trap)
{
    struct outcome o = rewritten(VENDOR_GCC, "-fsanitize=undefined a.o");
    cr_expect(after(&o, "-fsanitize-undefined-trap-on-error"));
    words_fini(&o.words);
    o = rewritten(VENDOR_CLANG, "-fsanitize=undefined -c a.c");
    cr_expect(after(&o, "-fsanitize-trap=undefined"));
    words_fini(&o.words);
    o = rewritten(VENDOR_CLANG, "-c a.c");
    cr_expect_not(added(&o, "-fsanitize-trap=undefined"));
    words_fini(&o.words);
}
