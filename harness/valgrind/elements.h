/* What the elements of Valgrind's XML mean: rows of one table. Private to
 * parse.c, which walks through the document. */
#ifndef MPS_VALGRIND_ELEMENTS_H
#define MPS_VALGRIND_ELEMENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct valgrind_error;
struct valgrind_report;
struct valgrind_stack;

enum {
    DEPTH = 8, /* of elements; protocol 4 has 5 */
    TEXT_LIMIT = 4096
};

/* What has been read so far, and where the walk stands. */
struct parser {
    struct valgrind_report *report;
    const struct rule *path[DEPTH]; /* of open elements; NULL: not known */
    size_t depth;
    struct str text;              /* of the innermost one */
    struct valgrind_error *error; /* the open one, or NULL */
    struct valgrind_stack *stack; /* likewise */
    bool known;                   /* it is a document of Valgrind */
    bool failed;                  /* out of memory */
};

/* An element that matters, by its parent; what is done when it begins, and when
 * it ends with its text in the parser. Either may be NULL. */
struct rule {
    const char *parent, *name;
    void (*begin)(struct parser *parser);
    void (*end)(struct parser *parser);
};

/* NULL: it does not matter. The outermost element's parent is "". */
const struct rule *elements_find(const char *parent, const char *name);

/* Forget the error that is open, if one is. */
void parser_drop_error(struct parser *parser);

#endif
