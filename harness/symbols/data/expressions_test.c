#include "expressions.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "symbols/probing_test.h"

/* One line of probe/lines.c. */
struct said {
    uint64_t address, size, offset, stride;
    char text[128], type[128], record[128], how[8];
};

static bool read_said(FILE *in, struct said *said)
{
    char line[1024];
    char *fields[8], *rest = line;
    if (!fgets(line, sizeof(line), in))
        return false;
    for (int i = 0; i < 8; i++) {
        fields[i] = strsep(&rest, "\t\n");
        cr_assert(fields[i]);
    }
    *said = (struct said){
        .address = strtoull(fields[0], NULL, 16),
        .size = strtoull(fields[1], NULL, 10),
        .offset = strtoull(fields[5], NULL, 10),
        .stride = strtoull(fields[6], NULL, 10),
    };
    snprintf(said->text, sizeof(said->text), "%s", fields[2]);
    snprintf(said->type, sizeof(said->type), "%s", fields[3]);
    snprintf(said->record, sizeof(said->record), "%s", fields[4]);
    snprintf(said->how, sizeof(said->how), "%s", fields[7]);
    return true;
}

static const char *orelse(const struct str *s, size_t count)
{
    return count ? s->data : "-";
}

static void expect(struct symbols *symbols, const char *program,
                   const struct said *said)
{
    struct symbols_expression found[8];
    struct str text, type, record;
    str_init(&text);
    str_init(&type);
    str_init(&record);
    size_t count = symbols_expressions(symbols, program, said->address, true,
                                       said->size, found, 8);
    for (size_t i = 0; i < count; i++) {
        const char *between = i ? " | " : "";
        str_addf(&text, "%s%s", between, found[i].text);
        str_addf(&type, "%s%s", between, found[i].type);
        str_addf(&record, "%s%s", between, found[i].record);
    }
    cr_expect_str_eq(orelse(&text, count), said->text, "%s: %s is %s", program,
                     said->text, orelse(&text, count));
    cr_expect_str_eq(orelse(&type, count), said->type, "%s: %s is a %s",
                     program, said->text, orelse(&type, count));
    cr_expect_str_eq(orelse(&record, count), said->record, "%s: %s is in a %s",
                     program, said->text, orelse(&record, count));
    if (count) {
        char how[4] = "";
        strcat(how, found[0].written ? "w" : "");
        strcat(how, found[0].read ? "r" : "");
        cr_expect_str_eq(how, said->how, "%s: %s: %s", program, said->text,
                         how);
        cr_expect_eq(found[0].offset, said->offset, "%s: %s at %" PRIu64,
                     program, said->text, found[0].offset);
        cr_expect_eq(found[0].stride, said->stride, "%s: %s by %" PRIu64,
                     program, said->text, found[0].stride);
    }
    /* Of another size there is none. */
    cr_expect_eq(
        symbols_expressions(symbols, program, said->address, true, 3, found, 8),
        0);
    str_fini(&text);
    str_fini(&type);
    str_fini(&record);
}

static void expect_program(const char *program)
{
    struct symbols *symbols;
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
    FILE *in = popen(program, "r");
    cr_assert(in);
    struct said said;
    size_t count = 0;
    for (; read_said(in, &said); count++)
        expect(symbols, program, &said);
    cr_expect_eq(pclose(in), 0);
    cr_expect_gt(count, 10, "%s said too little", program);
    symbols_close(symbols);
}

Test(expressions, are_read_from_the_source_line_whatever_the_compiler,
     .timeout = 60)
{
    probe_each("lines", expect_program);
}
