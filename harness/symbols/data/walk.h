/* Ways into types of debug information: which member of which member lies at
 * an offset, and where one is that has a name. Pure over libdw. */
#ifndef MPS_SYMBOLS_DATA_WALK_H
#define MPS_SYMBOLS_DATA_WALK_H

#include <elfutils/libdw.h>
#include <stdbool.h>
#include <stdint.h>

struct str;
struct units;

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
