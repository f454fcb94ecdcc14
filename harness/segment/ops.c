#include "ops.h"

#include <string.h>

static const struct {
    const char *name;
    enum op_class class;
} ops[] = {
#define OP_ROW(id, name, class) {name, OP_##class},
    OP_KINDS(OP_ROW)
#undef OP_ROW
};

static const char *const objects[] = {
#define OBJECT_ROW(id, name) name,
    OBJECT_KINDS(OBJECT_ROW)
#undef OBJECT_ROW
};

const char *op_kind_name(unsigned kind)
{
    return kind < OP_KIND_COUNT ? ops[kind].name : "unknown";
}

enum op_class op_kind_class(unsigned kind)
{
    return kind < OP_KIND_COUNT ? ops[kind].class : OP_NOTE;
}

enum op_kind op_kind_find(const char *name)
{
    unsigned kind = 0;
    while (kind < OP_KIND_COUNT && strcmp(ops[kind].name, name) != 0)
        kind++;
    return kind < OP_KIND_COUNT ? (enum op_kind)kind : OP_KIND_NONE;
}

const char *object_kind_name(unsigned kind)
{
    return kind < OBJECT_KIND_COUNT ? objects[kind] : "unknown";
}
