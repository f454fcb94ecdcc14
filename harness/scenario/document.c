#include "document.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "suggest.h"

/* A scenario needs 5 levels and some dozens of values; the limits keep every
 * later pass, quadratic ones included, fast on hostile files. */
enum { DEPTH_MAX = 16, NODES_MAX = 50000, KEYS_MAX = 100 };

struct reader {
    struct document *doc;
    yaml_parser_t parser;
    const char *text;
    size_t len, nodes;
};

__attribute__((format(printf, 4, 0))) static int
fail_at(const struct document *doc, size_t line, size_t column,
        const char *format, va_list args)
{
    char what[1024];
    vsnprintf(what, sizeof(what), format, args);
    return diag_set(doc->diag, -MPS_EINPUT, "%s:%zu:%zu: %s", doc->path, line,
                    column, what);
}

int document_fail(const struct document *doc, const struct node *at,
                  const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int err = fail_at(doc, at->line, at->column, format, args);
    va_end(args);
    return err;
}

int document_fail_key(const struct document *doc, const struct node *at,
                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int err = fail_at(doc, at->key_line, at->key_column, format, args);
    va_end(args);
    return err;
}

__attribute__((format(printf, 3, 4))) static int
fail_mark(struct reader *r, yaml_mark_t mark, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int err = fail_at(r->doc, mark.line + 1, mark.column + 1, format, args);
    va_end(args);
    return err;
}

static int out_of_memory(struct reader *r)
{
    return diag_set(r->doc->diag, -ENOMEM, "%s: out of memory", r->doc->path);
}

const struct node *node_get(const struct node *mapping, const char *key)
{
    if (!mapping)
        return NULL;
    for (const struct node *n = mapping->first; n; n = n->next)
        if (!strcmp(n->key, key))
            return n;
    return NULL;
}

/* libyaml knows the byte at which it could not decode the file. */
static yaml_mark_t mark_of_byte(const struct reader *r, size_t offset)
{
    yaml_mark_t mark = {0};
    for (size_t i = 0; i < offset && i < r->len; i++) {
        mark.column++;
        if (r->text[i] == '\n') {
            mark.line++;
            mark.column = 0;
        }
    }
    return mark;
}

/* The character at MARK, or NUL past the end. */
static char char_at(const struct reader *r, yaml_mark_t mark)
{
    const char *p = r->text, *end = r->text + r->len;
    for (size_t line = 0; line < mark.line; line++) {
        const char *newline = memchr(p, '\n', (size_t)(end - p));
        if (!newline)
            return '\0';
        p = newline + 1;
    }
    for (size_t column = 0; column < mark.column && p < end; column++)
        do
            p++;
        while (p < end && ((unsigned char)*p & 0xc0) == 0x80);
    return p < end ? *p : '\0';
}

/* What libyaml's messages leave out: what to do. */
static const struct {
    const char *problem;
    const char *advice;
} advices[] = {
    {"mapping values are not allowed in this context",
     "check the indentation; a value that contains ': ' needs quotes"},
    {"found character that cannot start any token",
     "a value that begins with it needs quotes"},
    {"did not find expected key", "check the indentation and the quotes"},
    {"did not find expected '-' indicator", "check the indentation"},
    {"could not find expected ':'", "write 'key: value'"},
    {"did not find expected alphabetic or numeric character",
     "a value that begins with '*' or '&' needs quotes"},
    {"found undefined tag handle", "a value that begins with '!' needs quotes"},
};

static int syntax_error(struct reader *r)
{
    const yaml_parser_t *parser = &r->parser;
    if (parser->error == YAML_MEMORY_ERROR)
        return out_of_memory(r);
    const char *problem = parser->problem ? parser->problem : "unreadable";
    if (parser->error == YAML_READER_ERROR)
        return fail_mark(r, mark_of_byte(r, parser->problem_offset),
                         "not a text file: %s", problem);
    yaml_mark_t mark = parser->problem_mark;
    /* The end of the file says nothing about where a quote was forgotten. */
    if (parser->context &&
        !strcmp(parser->context, "while scanning a quoted scalar"))
        return fail_mark(r, parser->context_mark,
                         "not valid YAML: the quote that opens here is not "
                         "closed properly: %s",
                         problem);
    if (char_at(r, mark) == '\t')
        return fail_mark(r, mark,
                         "not valid YAML: a tab stands here; indent with "
                         "spaces");
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
        if (!strcmp(advices[i].problem, problem))
            return fail_mark(r, mark, "not valid YAML: %s (%s)", problem,
                             advices[i].advice);
    return fail_mark(r, mark, "not valid YAML: %s", problem);
}

static int next_event(struct reader *r, yaml_event_t *event)
{
    if (!yaml_parser_parse(&r->parser, event))
        return syntax_error(r);
    return 0;
}

static const void *event_anchor(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.anchor;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return event->data.sequence_start.anchor;
    return event->data.mapping_start.anchor;
}

static const void *event_tag(const yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        return event->data.scalar.tag;
    if (event->type == YAML_SEQUENCE_START_EVENT)
        return event->data.sequence_start.tag;
    return event->data.mapping_start.tag;
}

/* EVENT starts a value: is it one that a scenario may hold? */
static int check_event(struct reader *r, const yaml_event_t *event)
{
    if (event->type == YAML_ALIAS_EVENT)
        return fail_mark(r, event->start_mark,
                         "aliases are not supported: write the value out (or "
                         "quote a value that begins with '*')");
    if (event_anchor(event))
        return fail_mark(r, event->start_mark,
                         "anchors are not supported: write the value out (or "
                         "quote a value that begins with '&')");
    if (event_tag(event))
        return fail_mark(r, event->start_mark,
                         "tags are not supported (quote a value that begins "
                         "with '!')");
    if (event->type == YAML_SCALAR_EVENT &&
        memchr(event->data.scalar.value, '\0', event->data.scalar.length))
        return fail_mark(r, event->start_mark,
                         "a value cannot contain a NUL character");
    if (++r->nodes > NODES_MAX)
        return fail_mark(r, event->start_mark, "more than %d values",
                         NODES_MAX);
    return 0;
}

static int read_value(struct reader *r, unsigned depth, yaml_event_t *event,
                      struct node **out);

static int read_list(struct reader *r, unsigned depth, struct node *list)
{
    const struct node **link = &list->first;
    for (;;) {
        yaml_event_t event;
        int err = next_event(r, &event);
        if (err)
            return err;
        if (event.type == YAML_SEQUENCE_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        struct node *item = NULL;
        err = read_value(r, depth, &event, &item);
        if (err)
            return err;
        *link = item;
        link = &item->next;
        list->count++;
    }
}

/* A key was read: the value that follows goes into MAPPING under it. Takes
 * EVENT. */
static int read_entry(struct reader *r, unsigned depth, yaml_event_t *event,
                      struct node *mapping, struct node **out)
{
    if (event->type != YAML_SCALAR_EVENT && event->type != YAML_ALIAS_EVENT) {
        int err = fail_mark(r, event->start_mark, "a key must be one word");
        yaml_event_delete(event);
        return err;
    }
    struct node *key = NULL;
    int err = read_value(r, depth, event, &key);
    if (err)
        return err;
    struct shown name;
    const struct node *twin = node_get(mapping, key->text);
    if (twin)
        return document_fail(r->doc, key,
                             "the key '%s' is here for the second time (the "
                             "first is in line %zu)",
                             shown(&name, key->text), twin->key_line);
    if (mapping->count == KEYS_MAX)
        return document_fail(r->doc, key, "more than %d keys", KEYS_MAX);
    yaml_event_t value;
    err = next_event(r, &value);
    if (!err)
        err = read_value(r, depth, &value, out);
    if (err)
        return err;
    (*out)->key = key->text;
    (*out)->key_line = key->line;
    (*out)->key_column = key->column;
    return 0;
}

static int read_mapping(struct reader *r, unsigned depth, struct node *mapping)
{
    const struct node **link = &mapping->first;
    for (;;) {
        yaml_event_t event;
        int err = next_event(r, &event);
        if (err)
            return err;
        if (event.type == YAML_MAPPING_END_EVENT) {
            yaml_event_delete(&event);
            return 0;
        }
        struct node *value = NULL;
        err = read_entry(r, depth, &event, mapping, &value);
        if (err)
            return err;
        *link = value;
        link = &value->next;
        mapping->count++;
    }
}

static int fill_node(struct reader *r, const yaml_event_t *event,
                     struct node *node)
{
    node->line = event->start_mark.line + 1;
    node->column = event->start_mark.column + 1;
    if (event->type == YAML_SCALAR_EVENT) {
        node->kind = NODE_TEXT;
        node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
        node->text = arena_text_bytes(r->doc->arena,
                                      (const char *)event->data.scalar.value,
                                      event->data.scalar.length);
        return node->text ? 0 : out_of_memory(r);
    }
    if (event->type == YAML_SEQUENCE_START_EVENT) {
        node->kind = NODE_LIST;
        node->flow =
            event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
        return 0;
    }
    node->kind = NODE_MAPPING;
    node->flow = event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    return 0;
}

/* Make the node that begins with EVENT, which it takes, DEPTH levels down. */
static int read_value(struct reader *r, unsigned depth, yaml_event_t *event,
                      struct node **out)
{
    struct node *node = arena_alloc(r->doc->arena, sizeof(*node));
    int err = node ? check_event(r, event) : out_of_memory(r);
    if (!err && depth == DEPTH_MAX)
        err = fail_mark(r, event->start_mark, "nested deeper than %d levels",
                        DEPTH_MAX);
    if (!err)
        err = fill_node(r, event, node);
    yaml_event_delete(event);
    if (err)
        return err;
    *out = node;
    if (node->kind == NODE_LIST)
        return read_list(r, depth + 1, node);
    if (node->kind == NODE_MAPPING)
        return read_mapping(r, depth + 1, node);
    return 0;
}

/* Skip one event that carries nothing and give the type of it. */
static int skip_event(struct reader *r, yaml_event_type_t *type,
                      yaml_mark_t *mark)
{
    yaml_event_t event;
    int err = next_event(r, &event);
    if (err)
        return err;
    *type = event.type;
    *mark = event.start_mark;
    yaml_event_delete(&event);
    return 0;
}

static int read_stream(struct reader *r)
{
    yaml_event_type_t type;
    yaml_mark_t mark;
    int err = skip_event(r, &type, &mark); /* start of the stream */
    if (!err)
        err = skip_event(r, &type, &mark); /* start of the document */
    if (err)
        return err;
    if (type == YAML_STREAM_END_EVENT)
        return fail_mark(r, (yaml_mark_t){0},
                         "the file is empty: a scenario needs at least "
                         "'target: PROGRAM'");
    yaml_event_t event;
    struct node *root = NULL;
    err = next_event(r, &event);
    if (!err)
        err = read_value(r, 0, &event, &root);
    if (!err)
        err = skip_event(r, &type, &mark); /* end of the document */
    if (!err)
        err = skip_event(r, &type, &mark);
    if (!err && type != YAML_STREAM_END_EVENT)
        err = fail_mark(r, mark,
                        "a second document begins here: one scenario a file");
    r->doc->root = root;
    return err;
}

int document_parse(struct document *doc, const char *text, size_t len)
{
    struct reader r = {.doc = doc, .text = text, .len = len};
    if (!yaml_parser_initialize(&r.parser))
        return out_of_memory(&r);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
    int err = read_stream(&r);
    yaml_parser_delete(&r.parser);
    return err;
}
