#include "names.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "symbols/probing_test.h"

/* One line of probe/data.c. */
struct piece {
    char kind[16], variable[64], name[64], type[64];
    uint64_t behind, size;
};

enum { PIECES = 64 };

static size_t read_pieces(const char *program, struct piece *pieces)
{
    FILE *in = popen(program, "r");
    cr_assert(in);
    size_t count = 0;
    char line[512];
    while (count < PIECES && fgets(line, sizeof(line), in)) {
        struct piece *p = &pieces[count++];
        int got = sscanf(
            line,
            "%15[^\t]\t%63[^\t]\t%" SCNu64 "\t%" SCNu64 "\t%63[^\t]\t%63[^\n]",
            p->kind, p->variable, &p->behind, &p->size, p->name, p->type);
        cr_assert_eq(got, 6, "%s: %s", program, line);
    }
    cr_assert_eq(pclose(in), 0, "%s failed", program);
    cr_assert_gt(count, 20, "%s said too little", program);
    return count;
}

/* Look P up in PROGRAM, with an access of SIZE bytes. */
static enum symbols_fit name_it(struct symbols *symbols, const char *program,
                                const struct piece *p, uint64_t size,
                                struct str *name, struct str *type)
{
    str_clear(name);
    str_clear(type);
    uint64_t at = strtoull(p->variable, NULL, 16);
    if (!strcmp(p->kind, "typed"))
        return symbols_name_typed(symbols, program, p->variable, p->behind,
                                  size, name, type);
    if (!strcmp(p->kind, "global"))
        return symbols_name_global(symbols, program, at + p->behind, size, name,
                                   type);
    return symbols_name_pointee(symbols, program, at, p->behind, size, name,
                                type);
}

static void expect_names(const char *program)
{
    struct piece pieces[PIECES];
    size_t count = read_pieces(program, pieces);
    struct symbols *symbols;
    struct str name, type;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    str_init(&name);
    str_init(&type);
    for (size_t i = 0; i < count; i++) {
        const struct piece *p = &pieces[i];
        enum symbols_fit fit =
            name_it(symbols, program, p, p->size, &name, &type);
        cr_expect_str_eq(name.data, p->name, "%s: %s is called %s", program,
                         p->name, name.data);
        cr_expect_str_eq(type.data, p->type, "%s: %s is a %s, not a %s",
                         program, p->name, type.data, p->type);
        bool element = !strcmp(p->kind, "element");
        cr_expect_eq(fit, element ? SYMBOLS_ELEMENT : SYMBOLS_EXACT,
                     "%s: %s fits %d", program, p->name, (int)fit);
    }
    str_fini(&name);
    str_fini(&type);
    symbols_close(symbols);
}

Test(names, are_what_a_programmer_writes_whatever_the_compiler, .timeout = 60)
{
    probe_each("data", expect_names);
}

static void expect_pointers(const char *program)
{
    struct piece pieces[PIECES];
    size_t count = read_pieces(program, pieces);
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    uint64_t offsets[256];
    size_t found = symbols_pointers(symbols, program, offsets, 256);
    /* Those that are used, elsewhere, and the pointers in two rings; not those
     * to nothing, to bytes, to functions, and not those of each thread. */
    for (size_t i = 0; i < count; i++) {
        uint64_t at = strtoull(pieces[i].variable, NULL, 16);
        size_t k = 0;
        while (k < found && offsets[k] != at)
            k++;
        if (!strcmp(pieces[i].kind, "pointer") ||
            !strcmp(pieces[i].kind, "element"))
            cr_expect_lt(k, found, "%s: %s is missing", program,
                         pieces[i].name);
    }
    cr_expect_eq(found, 14, "%s has %zu", program, found);
    /* Of few the most telling ones. */
    cr_expect_eq(symbols_pointers(symbols, program, offsets, 3), 3);
    symbols_close(symbols);
}

Test(names, offers_the_pointers_that_may_tell_something, .timeout = 60)
{
    probe_each("data", expect_pointers);
}

static void expect_parts(const char *program)
{
    struct piece pieces[PIECES];
    size_t count = read_pieces(program, pieces);
    struct symbols *symbols;
    struct str name, type;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    str_init(&name);
    str_init(&type);
    for (size_t i = 0; i < count; i++) {
        struct piece p = pieces[i];
        if (strcmp(p.name, "ring->head"))
            continue;
        p.behind += 2;
        cr_expect_eq(name_it(symbols, program, &p, 1, &name, &type),
                     SYMBOLS_INSIDE);
        cr_expect_str_eq(name.data, "ring->head+2");
        /* Padding, and far beyond. */
        p.behind = 1000001;
        cr_expect_eq(name_it(symbols, program, &p, 4, &name, &type),
                     SYMBOLS_NO_FIT, "it is %s", name.data);
        cr_expect_str_empty(name.data);
        cr_expect_str_empty(type.data);
    }
    str_fini(&name);
    str_fini(&type);
    symbols_close(symbols);
}

Test(names, says_how_far_into_what_and_nothing_beyond_it, .timeout = 60)
{
    probe_each("data", expect_parts);
}

Test(names, are_symbols_without_debug_information)
{
    struct symbols *symbols;
    struct str name, type;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    str_init(&name);
    str_init(&type);
    const char *program = PROBES "/probe_nodebug";
    uint64_t offsets[4];
    cr_expect_eq(symbols_pointers(symbols, program, offsets, 4), 0);
    cr_expect_eq(
        symbols_name_typed(symbols, program, "struct ring", 0, 4, &name, &type),
        SYMBOLS_NO_FIT);
    cr_expect_eq(
        symbols_name_global(symbols, "/no/such/file", 0x4000, 4, &name, &type),
        SYMBOLS_NO_FIT);
    cr_expect_str_empty(name.data);
    str_fini(&name);
    str_fini(&type);
    symbols_close(symbols);
}
