#include "verify.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/str.h"
#include "document.h"
#include "suggest.h"

/* No table of keys or words is longer. */
enum { WORDS_MAX = 32 };

struct words {
    const char *list[WORDS_MAX];
    size_t count;
};

/* How messages call a value: 'key', or "an item of 'key'". */
struct label {
    char text[64];
};

static int verify_value(const struct document *doc, const struct node *node,
                        const cyaml_schema_value_t *schema, const char *key,
                        const char *what);

static void add_word(struct words *words, const char *word)
{
    if (words->count < WORDS_MAX)
        words->list[words->count++] = word;
}

/* Add "(did you mean 'NEAR'?)" to S, or else "(LEAD all, the, words)". */
static void add_advice(struct str *s, const char *word,
                       const struct words *words, const char *lead)
{
    const char *near = suggest(word, words->list, words->count);
    if (near) {
        str_addf(s, "(did you mean '%s'?)", near);
        return;
    }
    str_addf(s, "(%s", lead);
    for (size_t i = 0; i < words->count; i++)
        str_addf(s, "%s%s", i ? ", " : " ", words->list[i]);
    str_add_char(s, ')');
}

/* The parameter that nearly every scenario has, written at the top. */
static bool is_stray_workers(const struct document *doc,
                             const struct node *value)
{
    const char *workers = "workers";
    return node_get(doc->root, value->key) == value &&
           suggest(value->key, &workers, 1);
}

static int unknown_key(const struct document *doc, const struct node *value,
                       const cyaml_schema_field_t *fields)
{
    struct words words = {.count = 0};
    for (const cyaml_schema_field_t *f = fields; f->key; f++)
        add_word(&words, f->key);
    struct str advice;
    str_init(&advice);
    if (is_stray_workers(doc, value))
        str_add(&advice, "(did you mean 'workers'? It is a parameter and goes "
                         "under 'parameters')");
    else
        add_advice(&advice, value->key, &words, "known here:");
    struct shown key;
    int err = document_fail_key(doc, value, "unknown key '%s' %s",
                                shown(&key, value->key), advice.data);
    str_fini(&advice);
    return err;
}

static int verify_mapping(const struct document *doc, const struct node *node,
                          const cyaml_schema_value_t *schema, const char *what)
{
    const cyaml_schema_field_t *fields = schema->mapping.fields;
    for (const struct node *n = node->first; n; n = n->next) {
        const cyaml_schema_field_t *field = fields;
        while (field->key && strcmp(field->key, n->key))
            field++;
        if (!field->key)
            return unknown_key(doc, n, fields);
        struct label label;
        snprintf(label.text, sizeof(label.text), "'%s'", field->key);
        int err = verify_value(doc, n, &field->value, field->key, label.text);
        if (err)
            return err;
    }
    for (const cyaml_schema_field_t *f = fields; f->key; f++)
        if (!(f->value.flags & CYAML_FLAG_OPTIONAL) && !node_get(node, f->key))
            return document_fail(doc, node, "%s needs the key '%s'", what,
                                 f->key);
    return 0;
}

static int verify_list(const struct document *doc, const struct node *node,
                       const cyaml_schema_value_t *schema, const char *key,
                       const char *what)
{
    if (node->count < schema->sequence.min)
        return document_fail(doc, node, "%s needs at least %u item%s", what,
                             schema->sequence.min,
                             schema->sequence.min == 1 ? "" : "s");
    if (node->count > schema->sequence.max)
        return document_fail(doc, node, "%s has more than %u items", what,
                             schema->sequence.max);
    struct label label;
    snprintf(label.text, sizeof(label.text), "an item of '%s'", key);
    for (const struct node *n = node->first; n; n = n->next) {
        int err = verify_value(doc, n, schema->sequence.entry, key, label.text);
        if (err)
            return err;
    }
    return 0;
}

static int verify_word(const struct document *doc, const struct node *node,
                       const cyaml_schema_value_t *schema, const char *what)
{
    struct words words = {.count = 0};
    for (uint32_t i = 0; i < schema->enumeration.count; i++) {
        add_word(&words, schema->enumeration.strings[i].str);
        if (!strcmp(node->text, schema->enumeration.strings[i].str))
            return 0;
    }
    struct str advice;
    str_init(&advice);
    add_advice(&advice, node->text, &words, "one of");
    struct shown word;
    int err = document_fail(doc, node, "%s cannot be '%s' %s", what,
                            shown(&word, node->text), advice.data);
    str_fini(&advice);
    return err;
}

/* libcyaml takes every word but a few for true. */
static int verify_truth(const struct document *doc, const struct node *node,
                        const char *what)
{
    struct shown word;
    if (!strcmp(node->text, "true") || !strcmp(node->text, "false"))
        return 0;
    return document_fail(doc, node, "%s is true or false, not '%s'", what,
                         shown(&word, node->text));
}

static int verify_text(const struct document *doc, const struct node *node,
                       const cyaml_schema_value_t *schema, const char *what)
{
    if (strlen(node->text) < schema->string.min)
        return document_fail(doc, node, "%s has no value", what);
    return 0;
}

static const char *describe(const struct node *node)
{
    static const char *const names[] = {
        [NODE_TEXT] = "one value",
        [NODE_LIST] = "a list",
        [NODE_MAPPING] = "a mapping",
    };
    if (node->kind == NODE_TEXT && !node->quoted && !*node->text)
        return "nothing";
    return names[node->kind];
}

static int wrong_kind(const struct document *doc, const struct node *node,
                      enum node_kind wanted, const char *what)
{
    static const char *const wants[] = {
        [NODE_TEXT] = "one value",
        [NODE_LIST] = "a list ('[a, b]', or lines that begin with '- ')",
        [NODE_MAPPING] = "a mapping ('key: value')",
    };
    /* The slip of slips: [--workers, {workers}]. */
    const struct node *only =
        node->kind == NODE_MAPPING && node->flow && node->count == 1
            ? node->first
            : NULL;
    struct shown key;
    if (wanted == NODE_TEXT && only && only->kind == NODE_TEXT && !*only->text)
        return document_fail(doc, node,
                             "%s expects one value, found a mapping: write "
                             "\"{%s}\" with quotes",
                             what, shown(&key, only->key));
    return document_fail(doc, node, "%s expects %s, found %s", what,
                         wants[wanted], describe(node));
}

static enum node_kind kind_of(const cyaml_schema_value_t *schema)
{
    if (schema->type == CYAML_MAPPING)
        return NODE_MAPPING;
    return schema->type == CYAML_SEQUENCE ? NODE_LIST : NODE_TEXT;
}

static int verify_value(const struct document *doc, const struct node *node,
                        const cyaml_schema_value_t *schema, const char *key,
                        const char *what)
{
    if (schema->type == CYAML_IGNORE)
        return 0;
    enum node_kind wanted = kind_of(schema);
    if (node->kind != wanted)
        return wrong_kind(doc, node, wanted, what);
    if (wanted == NODE_MAPPING)
        return verify_mapping(doc, node, schema, what);
    if (wanted == NODE_LIST)
        return verify_list(doc, node, schema, key, what);
    if (schema->type == CYAML_ENUM)
        return verify_word(doc, node, schema, what);
    if (schema->type == CYAML_BOOL)
        return verify_truth(doc, node, what);
    return verify_text(doc, node, schema, what);
}

int verify_schema(const struct document *doc,
                  const cyaml_schema_value_t *schema)
{
    return verify_value(doc, doc->root, schema, "scenario", "a scenario");
}
