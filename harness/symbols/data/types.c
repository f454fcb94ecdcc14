#include "types.h"

#include <dwarf.h>
#include <string.h>

#include "base/str.h"
#include "symbols/units.h"

bool type_of(Dwarf_Die *die, Dwarf_Die *out)
{
    Dwarf_Attribute attribute;
    return dwarf_attr_integrate(die, DW_AT_type, &attribute) &&
           dwarf_formref_die(&attribute, out);
}

static bool is_declaration(Dwarf_Die *type)
{
    Dwarf_Attribute attribute;
    bool flag = false;
    return dwarf_attr(type, DW_AT_declaration, &attribute) &&
           !dwarf_formflag(&attribute, &flag) && flag;
}

bool type_is_record(int tag)
{
    return tag == DW_TAG_structure_type || tag == DW_TAG_class_type ||
           tag == DW_TAG_union_type;
}

/* -- Finding definitions --------------------------------------------------- */

static bool tag_matches(int wanted, int tag)
{
    static const int named[] = {DW_TAG_structure_type, DW_TAG_class_type,
                                DW_TAG_union_type, DW_TAG_enumeration_type,
                                DW_TAG_typedef};
    if (wanted)
        return tag == wanted ||
               (wanted == DW_TAG_structure_type && tag == DW_TAG_class_type);
    for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
        if (tag == named[i])
            return true;
    return false;
}

static bool find_below(Dwarf_Die *parent, int wanted, const char *name,
                       Dwarf_Die *out)
{
    Dwarf_Die die;
    if (dwarf_child(parent, &die))
        return false;
    do {
        int tag = dwarf_tag(&die);
        const char *its = dwarf_diename(&die);
        if (tag == DW_TAG_namespace && find_below(&die, wanted, name, out))
            return true;
        if (!its || strcmp(its, name) || !tag_matches(wanted, tag) ||
            is_declaration(&die))
            continue;
        *out = die;
        return true;
    } while (!dwarf_siblingof(&die, &die));
    return false;
}

static bool find_tagged(struct units *units, int tag, const char *name,
                        Dwarf_Die *out)
{
    size_t count;
    const struct unit *list = units_list(units, &count);
    for (size_t i = 0; i < count; i++) {
        Dwarf_Die unit = list[i].code;
        if (find_below(&unit, tag, name, out))
            return true;
    }
    return false;
}

bool type_find(struct units *units, const char *name, Dwarf_Die *out)
{
    static const struct {
        const char *word;
        int tag;
    } words[] = {{"struct ", DW_TAG_structure_type},
                 {"class ", DW_TAG_class_type},
                 {"union ", DW_TAG_union_type},
                 {"enum ", DW_TAG_enumeration_type}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i].word);
        if (!strncmp(name, words[i].word, length))
            return find_tagged(units, words[i].tag, name + length, out);
    }
    return find_tagged(units, 0, name, out);
}

bool type_strip(struct units *units, Dwarf_Die *type, Dwarf_Die *out)
{
    if (dwarf_peel_type(type, out))
        return false;
    const char *name;
    Dwarf_Die whole;
    if (type_is_record(dwarf_tag(out)) && is_declaration(out) &&
        (name = dwarf_diename(out)) &&
        find_tagged(units, dwarf_tag(out), name, &whole))
        *out = whole;
    return true;
}

uint64_t type_size(struct units *units, Dwarf_Die *type)
{
    Dwarf_Die bare;
    Dwarf_Word size;
    if (!type_strip(units, type, &bare) || dwarf_aggregate_size(&bare, &size))
        return 0;
    return size;
}

/* -- Words ------------------------------------------------------------------*/

bool type_number(Dwarf_Die *die, unsigned name, uint64_t *out)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;
    if (!dwarf_attr(die, name, &attribute) ||
        dwarf_formudata(&attribute, &value))
        return false;
    *out = value;
    return true;
}

size_t type_dimensions(Dwarf_Die *array, uint64_t counts[TYPE_DIMENSIONS])
{
    size_t dimensions = 0;
    Dwarf_Die die;
    if (dwarf_child(array, &die))
        return 0;
    do {
        uint64_t number;
        if (dwarf_tag(&die) != DW_TAG_subrange_type ||
            dimensions == TYPE_DIMENSIONS)
            continue;
        if (type_number(&die, DW_AT_count, &number))
            counts[dimensions] = number;
        else if (type_number(&die, DW_AT_upper_bound, &number))
            counts[dimensions] = number + 1;
        else
            counts[dimensions] = 0;
        dimensions++;
    } while (!dwarf_siblingof(&die, &die));
    return dimensions;
}

static void add_text(struct str *s, Dwarf_Die *type, int depth);

static void add_pointer(struct str *s, Dwarf_Die *to, const char *mark,
                        int depth)
{
    if (to && dwarf_tag(to) == DW_TAG_subroutine_type) {
        Dwarf_Die result;
        add_text(s, type_of(to, &result) ? &result : NULL, depth);
        str_add(s, " (*)()");
        return;
    }
    add_text(s, to, depth);
    char last = s->len ? s->data[s->len - 1] : ' ';
    str_addf(s, "%s%s", last == '*' ? "" : " ", mark);
}

static void add_array(struct str *s, Dwarf_Die *type, Dwarf_Die *element,
                      int depth)
{
    uint64_t counts[TYPE_DIMENSIONS];
    size_t dimensions = type_dimensions(type, counts);
    add_text(s, element, depth);
    for (size_t i = 0; i < dimensions; i++) {
        if (counts[i])
            str_addf(s, "[%llu]", (unsigned long long)counts[i]);
        else
            str_add(s, "[]");
    }
}

static void add_text(struct str *s, Dwarf_Die *type, int depth)
{
    if (!type || depth > TYPE_DEPTH) {
        str_add(s, type ? "..." : "void");
        return;
    }
    const char *name = dwarf_diename(type);
    Dwarf_Die to;
    bool has = type_of(type, &to);
    bool to_pointer = has && dwarf_tag(&to) == DW_TAG_pointer_type;
    Dwarf_Die *inner = has ? &to : NULL;
    static const struct {
        int tag;
        const char *word;
    } qualifiers[] = {{DW_TAG_const_type, "const"},
                      {DW_TAG_volatile_type, "volatile"},
                      {DW_TAG_restrict_type, "restrict"},
                      {DW_TAG_atomic_type, "_Atomic"}},
      words[] = {{DW_TAG_structure_type, "struct "},
                 {DW_TAG_union_type, "union "},
                 {DW_TAG_enumeration_type, "enum "}},
      marks[] = {{DW_TAG_pointer_type, "*"},
                 {DW_TAG_reference_type, "&"},
                 {DW_TAG_rvalue_reference_type, "&&"}};
    int tag = dwarf_tag(type);
    for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++) {
        if (tag != qualifiers[i].tag)
            continue;
        if (!to_pointer)
            str_addf(s, "%s ", qualifiers[i].word);
        add_text(s, inner, depth + 1);
        if (to_pointer)
            str_addf(s, "%s", qualifiers[i].word);
        return;
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
        if (tag == marks[i].tag) {
            add_pointer(s, inner, marks[i].word, depth + 1);
            return;
        }
    if (tag == DW_TAG_array_type) {
        add_array(s, type, inner, depth + 1);
        return;
    }
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (tag == words[i].tag)
            str_add(s, words[i].word);
    str_add(s, name ? name : "{...}");
}

void type_text(struct str *s, Dwarf_Die *type)
{
    add_text(s, type, 0);
}
