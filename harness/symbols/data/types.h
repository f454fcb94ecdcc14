/* Types of debug information: what they are called and how large they are.
 * Pure over libdw. */
#ifndef MPS_SYMBOLS_DATA_TYPES_H
#define MPS_SYMBOLS_DATA_TYPES_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stddef.h>
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

/* Whether TAG is that of a struct, union or class. */
bool type_is_record(int tag);

/* The number that DIE's attribute NAME (DW_AT_...) is; false without one. */
bool type_number(Dwarf_Die *die, unsigned name, uint64_t *out);

/* The sizes of the dimensions of ARRAY, outermost first; 0: not known. */
enum { TYPE_DIMENSIONS = 8 };
size_t type_dimensions(Dwarf_Die *array, uint64_t counts[TYPE_DIMENSIONS]);

/* Debug information may be damaged, or lead in a circle: no type is followed
 * into others deeper than this. */
enum { TYPE_DEPTH = 12 };

#endif
