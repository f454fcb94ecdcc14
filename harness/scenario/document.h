/* A YAML file as a tree that knows where everything stands.
 *
 * libcyaml fills structs but forgets where the values came from, and names a
 * wrong key by the place of its mapping. This tree, made by libyaml's event
 * parser from the same bytes, gives every later check its line and column. It
 * also refuses what a scenario has no use for before libcyaml sees it: more
 * than one document, anchors, aliases and tags, keys that are not plain texts
 * or come twice, NUL characters, deep nesting, masses of values.
 *
 * Read-only once parsed; lives in the arena it was parsed into. */
#ifndef MPS_SCENARIO_DOCUMENT_H
#define MPS_SCENARIO_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct mps_diag;

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAPPING };

struct node {
    enum node_kind kind;
    const char *text;    /* NODE_TEXT */
    bool quoted;         /* NODE_TEXT written with quotes or as a block */
    bool flow;           /* NODE_LIST, NODE_MAPPING: [...] or {...} */
    size_t line, column; /* from 1; columns in characters */

    const char *key; /* in a mapping: under which key, and where that stands */
    size_t key_line, key_column;

    size_t count; /* of items or values */
    const struct node *first, *next;
};

struct document {
    const char *path;      /* as messages show it */
    struct mps_diag *diag; /* takes every message; may be NULL */
    struct arena *arena;
    const struct node *root;
};

/* Parse LEN bytes of TEXT into DOC->root; DOC's other members are set by the
 * caller. -MPS_EINPUT or -ENOMEM, explained in DOC->diag. */
int document_parse(struct document *doc, const char *text, size_t len);

/* The value of KEY in MAPPING (may be NULL), or NULL. */
const struct node *node_get(const struct node *mapping, const char *key);

/* Write "PATH:LINE:COLUMN: ..." about the value AT, or about the key it stands
 * under, into DOC->diag; return -MPS_EINPUT. */
int document_fail(const struct document *doc, const struct node *at,
                  const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int document_fail_key(const struct document *doc, const struct node *at,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
