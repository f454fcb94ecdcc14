#include "expressions.h"

#include <ctype.h>
#include <dwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "symbols/units.h"
#include "types.h"
#include "walk.h"

enum { WORD = 64 };

/* What is known of an expression while it is read from left to right. */
struct value {
    struct units *units;
    Dwarf_Die type;   /* as declared */
    Dwarf_Die record; /* what it is a member of, when IN_RECORD */
    bool in_record;
    bool shared;     /* a pointer was followed: not a variable itself */
    uint64_t offset; /* since the last pointer */
    uint64_t stride; /* of an index: OFFSET is what remains of it; 0: none */
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static const char *skip_blanks(const char *at)
{
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* -- Steps ------------------------------------------------------------------*/

/* Follow the pointer that VALUE is. */
static bool follow(struct value *value)
{
    Dwarf_Die bare, target;
    if (!type_strip(value->units, &value->type, &bare) ||
        dwarf_tag(&bare) != DW_TAG_pointer_type || !type_of(&bare, &target))
        return false;
    value->type = target;
    value->in_record = false;
    value->shared = true;
    value->offset = value->stride = 0;
    return true;
}

static bool take_member(struct value *value, const char *name)
{
    Dwarf_Die bare, type;
    uint64_t offset;
    if (!type_strip(value->units, &value->type, &bare) ||
        !type_member(value->units, &bare, name, &type, &offset))
        return false;
    /* The outermost record since the pointer is the one that both sides of a
     * race have in common. */
    if (!value->in_record)
        value->record = dwarf_diename(&bare) ? bare : value->type;
    value->in_record = true;
    value->type = type;
    value->offset += offset;
    return true;
}

static bool take_element(struct value *value)
{
    Dwarf_Die bare, element;
    if (!type_strip(value->units, &value->type, &bare))
        return false;
    bool array = dwarf_tag(&bare) == DW_TAG_array_type;
    if (!array && !follow(value))
        return false;
    if (array) {
        if (!type_of(&bare, &element))
            return false;
        value->type = element;
    }
    uint64_t stride = type_size(value->units, &value->type);
    if (!value->stride || (stride && stride < value->stride))
        value->stride = stride;
    return true;
}

/* -- Reading ----------------------------------------------------------------*/

struct reader {
    struct names *names;
    Dwarf_Die *scopes;
    int scope_count;
    const char *line;
    uint64_t size; /* of the access */
};

/* The variable NAME as the code sees it; in C++ also a member of *this. */
static bool begin(const struct reader *reader, const char *name,
                  struct value *value)
{
    Dwarf_Die variable;
    *value = (struct value){.units = reader->names->units};
    if (dwarf_getscopevar(reader->scopes, reader->scope_count, name, 0, NULL, 0,
                          0, &variable) >= 0)
        return type_of(&variable, &value->type);
    return dwarf_getscopevar(reader->scopes, reader->scope_count, "this", 0,
                             NULL, 0, 0, &variable) >= 0 &&
           type_of(&variable, &value->type) && follow(value) &&
           take_member(value, name);
}

/* Copy the word at AT; what follows it, or NULL when there is none. */
static const char *read_word(const char *at, char word[WORD])
{
    size_t length = 0;
    while (is_word(at[length]))
        length++;
    if (!length || length >= WORD || isdigit((unsigned char)*at))
        return NULL;
    memcpy(word, at, length);
    word[length] = '\0';
    return at + length;
}

/* Behind the bracket that closes the one at AT, or NULL. */
static const char *skip_index(const char *at)
{
    int depth = 0;
    do {
        depth += (*at == '[') - (*at == ']');
        if (!*at++)
            return NULL;
    } while (depth);
    return at;
}

/* Read on after the first word as far as the expression goes; its text goes to
 * TEXT. NULL when it is none. */
static const char *read_steps(const char *at, struct value *value,
                              struct str *text)
{
    char word[WORD];
    for (;;) {
        const char *next = skip_blanks(at);
        bool arrow = next[0] == '-' && next[1] == '>';
        if (arrow || (*next == '.' && next[1] != '.')) {
            next = read_word(skip_blanks(next + 1 + arrow), word);
            if (!next || (arrow && !follow(value)) || !take_member(value, word))
                return NULL;
            str_addf(text, "%s%s", arrow ? "->" : ".", word);
        } else if (*next == '[') {
            const char *end = skip_index(next);
            if (!end || !take_element(value))
                return NULL;
            str_add_bytes(text, next, (size_t)(end - next));
            next = end;
        } else {
            /* Of a call not what it accesses, but what it calls. */
            return *next == '(' ? NULL : next;
        }
        at = next;
    }
}

/* Whether the `*` at STAR is no multiplication. */
static bool is_unary(const char *line, const char *star)
{
    while (star > line && (star[-1] == ' ' || star[-1] == '\t'))
        star--;
    if (star == line)
        return true;
    if (star - line >= 6 && !strncmp(star - 6, "return", 6))
        return true;
    return !is_word(star[-1]) && star[-1] != ')' && star[-1] != ']';
}

/* Whether it is given a value: `= `, `+=`, `<<=`, `++`. */
static void read_assignment(const char *before, const char *line,
                            const char *after, struct symbols_expression *out)
{
    static const char operators[] = "+-*/%&|^<>";
    while (before > line && (before[-1] == ' ' || before[-1] == '\t'))
        before--;
    bool step =
        (after[0] == '+' && after[1] == '+') ||
        (after[0] == '-' && after[1] == '-') ||
        (before - line >= 2 && (before[-1] == '+' || before[-1] == '-') &&
         before[-2] == before[-1]);
    bool plain = after[0] == '=' && after[1] != '=';
    size_t length = 0;
    while (after[length] && strchr(operators, after[length]))
        length++;
    /* Not of `<=`, `>=`. */
    bool compound = length && after[length] == '=' &&
                    !(length == 1 && (*after == '<' || *after == '>'));
    out->written = step || plain || compound;
    out->read = !plain;
}

static bool describe(const struct reader *reader, struct value *value,
                     const struct str *text, struct symbols_expression *out)
{
    struct str type, record;
    if (!value->shared || !text->len || text->len >= sizeof(out->text) ||
        type_size(value->units, &value->type) != reader->size)
        return false;
    str_init(&type);
    str_init(&record);
    type_text(&type, &value->type);
    if (value->in_record)
        type_text(&record, &value->record);
    snprintf(out->text, sizeof(out->text), "%s", text->data);
    snprintf(out->type, sizeof(out->type), "%s", type.data);
    snprintf(out->record, sizeof(out->record), "%s", record.data);
    out->offset = value->offset;
    out->stride = value->stride;
    str_fini(&type);
    str_fini(&record);
    return true;
}

/* The expression whose first word is at AT. */
static bool read_expression(const struct reader *reader, const char *at,
                            struct symbols_expression *out)
{
    char word[WORD];
    struct value value;
    struct str text;
    const char *next = read_word(at, word);
    if (!next || !begin(reader, word, &value))
        return false;
    const char *before = at;
    while (before > reader->line && (before[-1] == ' ' || before[-1] == '\t'))
        before--;
    bool star = before > reader->line && before[-1] == '*' &&
                is_unary(reader->line, before - 1);
    str_init(&text);
    str_addf(&text, "%s%s", star ? "*" : "", word);
    next = read_steps(next, &value, &text);
    bool good = next && (!star || follow(&value)) &&
                describe(reader, &value, &text, out);
    if (good)
        read_assignment(star ? before - 1 : at, reader->line, next, out);
    str_fini(&text);
    return good;
}

/* Behind the text or character in quotation marks at AT. */
static const char *skip_quoted(const char *at)
{
    char mark = *at++;
    while (*at && *at != mark)
        at += at[0] == '\\' && at[1] ? 2 : 1;
    return *at ? at + 1 : at;
}

static size_t read_line(const struct reader *reader,
                        struct symbols_expression *out, size_t max)
{
    size_t count = 0;
    for (const char *at = reader->line; *at && count < max;) {
        if (*at == '"' || *at == '\'') {
            at = skip_quoted(at);
            continue;
        }
        if (at[0] == '/' && (at[1] == '/' || at[1] == '*'))
            break;
        if (!is_word(*at)) {
            at++;
            continue;
        }
        /* Members are read with what they are of. */
        bool member = at > reader->line &&
                      (at[-1] == '.' || (at - reader->line > 1 &&
                                         at[-1] == '>' && at[-2] == '-'));
        if (!member && read_expression(reader, at, &out[count]))
            count++;
        while (is_word(*at))
            at++;
    }
    return count;
}

size_t expressions_find(struct names *names, uint64_t address, const char *line,
                        uint64_t size, struct symbols_expression *out,
                        size_t max)
{
    struct unit unit;
    struct reader reader = {.names = names, .line = line, .size = size};
    Dwarf_Addr pc = address + names->bias;
    if (!units_find(names->units, pc, &unit))
        return 0;
    reader.scope_count = dwarf_getscopes(&unit.code, pc, &reader.scopes);
    if (reader.scope_count <= 0)
        return 0;
    size_t count = read_line(&reader, out, max);
    free(reader.scopes);
    return count;
}
