/* Types of debug information: what they are called, and which member of which
 * member lies at an offset. Pure over libdw. */
#ifndef MPS_SYMBOLS_DATA_TYPES_H
#define MPS_SYMBOLS_DATA_TYPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct str;
struct units;

/* The type of DIE (a variable, a member, a pointer, ...) as declared; false
 * when it has none: void. */
bool type_of(Dwarf_Die *die, Dwarf_Die *out);

/* TYPE without typedefs and qualifiers. A struct that is only declared is
 * replaced by the definition of that name in UNITS, if there is one. */
bool type_strip(struct units *units, Dwarf_Die *type, Dwarf_Die *out);

/* Bytes of TYPE; 0 when that is not known. */
uint64_t type_size(struct units *units, Dwarf_Die *type);

/* Append "const struct ring *". TYPE NULL: "void". */
void type_text(struct str *s, Dwarf_Die *type);

/* The definition of the struct, union, class, enum or typedef NAME; a leading
 * "struct ", "union ", "class " or "enum " says which of them. */
bool type_find(struct units *units, const char *name, Dwarf_Die *out);

/* The member NAME of the struct, union or class RECORD (without typedefs and
 * qualifiers), also of one without a name in it: its type, as declared, and
 * where it begins. */
bool type_member(struct units *units, Dwarf_Die *record, const char *name,
                 Dwarf_Die *type, uint64_t *offset);

/* What lies at an offset. */
struct type_spot {
    Dwarf_Die type;  /* of the innermost member there, as declared */
    uint64_t size;   /* of that */
    uint64_t inside; /* bytes into it */
};

/* Append the way from an object of TYPE to its byte OFFSET, where SIZE bytes
 * are accessed: ".slots[1].seq". ARROW: the object's name is a pointer to it,
 * and TYPE no array: "->slots[1].seq". Bit-fields that share the bytes: ".{a,
 * b}". Nothing is appended, and false returned, when the offset is beyond the
 * type or in padding. */
bool type_walk(struct units *units, Dwarf_Die *type, uint64_t offset,
               uint64_t size, bool arrow, struct str *name,
               struct type_spot *spot);

#endif
