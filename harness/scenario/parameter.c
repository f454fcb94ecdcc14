#include "parameter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "build.h"
#include "document.h"
#include "suggest.h"

size_t parameter_name_length(const char *text)
{
    size_t len = 0;
    while ((text[len] >= 'a' && text[len] <= 'z') || text[len] == '_' ||
           (len && text[len] >= '0' && text[len] <= '9'))
        len++;
    return len;
}

size_t parameter_braced_length(const char *brace)
{
    size_t len = parameter_name_length(brace + 1);
    return brace[1 + len] == '}' ? len : 0;
}

const struct parameter *parameter_find(const struct scenario *scenario,
                                       const char *name, size_t len)
{
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        const struct parameter *p = &scenario->parameters[i];
        if (!strncmp(p->name, name, len) && !p->name[len])
            return p;
    }
    return NULL;
}

const char *parameter_text_value(const struct parameter *parameter)
{
    int64_t number;
    for (size_t i = 0; i < parameter->value_count; i++)
        if (parse_i64(parameter->values[i], &number, NULL))
            return parameter->values[i];
    return NULL;
}

/* The values of one parameter of the file, as they come in. */
struct values {
    const struct builder *b;
    const struct node *node; /* the parameter */
    bool workers;
    const char **texts; /* VALUES_MAX of them, in the document's arena */
    size_t count;
};

static int add_text(struct values *v, const struct node *at, const char *text)
{
    if (v->count == VALUES_MAX)
        return document_fail(v->b->doc, at,
                             "parameter '%s' has more than %d values",
                             v->node->key, VALUES_MAX);
    char *copy = arena_text(v->b->arena, text);
    if (!copy)
        return build_no_memory(v->b);
    v->texts[v->count++] = copy;
    return 0;
}

static int add_number(struct values *v, const struct node *at, int64_t number)
{
    char text[32];
    snprintf(text, sizeof(text), "%" PRId64, number);
    return add_text(v, at, text);
}

static int bad_workers(struct values *v, const struct node *at)
{
    struct shown text;
    return document_fail(v->b->doc, at, "'workers' must be %d to %d, not '%s'",
                         WORKERS_MIN, WORKERS_MAX, shown(&text, at->text));
}

static bool is_workers(int64_t number)
{
    return number >= WORKERS_MIN && number <= WORKERS_MAX;
}

/* "LOW..HIGH"; only a plain scalar that begins like a number gets here. */
static int add_range(struct values *v, const struct node *at, const char *dots)
{
    struct shown text;
    int64_t low, high;
    char *first =
        arena_text_bytes(v->b->doc->arena, at->text, (size_t)(dots - at->text));
    if (!first)
        return build_no_memory(v->b);
    if (parse_i64(first, &low, NULL) || parse_i64(dots + 2, &high, NULL))
        return document_fail(v->b->doc, at,
                             "'%s' is not a range such as 1..8 (quote it if "
                             "it is a text)",
                             shown(&text, at->text));
    if (high < low)
        return document_fail(v->b->doc, at,
                             "'%s': the range ends before it begins",
                             shown(&text, at->text));
    if (v->workers && !(is_workers(low) && is_workers(high)))
        return bad_workers(v, at);
    if ((uint64_t)high - (uint64_t)low >= VALUES_MAX)
        return document_fail(v->b->doc, at, "'%s' has more than %d values",
                             shown(&text, at->text), VALUES_MAX);
    int err = 0;
    for (int64_t number = low; !err && number <= high; number++)
        err = add_number(v, at, number);
    return err;
}

static int add_value(struct values *v, const struct node *at)
{
    if (at->kind != NODE_TEXT)
        return document_fail(v->b->doc, at,
                             "a value of parameter '%s' must be one value or "
                             "a range",
                             v->node->key);
    if (!at->quoted && !*at->text)
        return document_fail(v->b->doc, at, "parameter '%s' has no value",
                             v->node->key);
    const char *dots = strstr(at->text, "..");
    bool digits = (*at->text >= '0' && *at->text <= '9') || *at->text == '-';
    if (!at->quoted && digits && dots)
        return add_range(v, at, dots);
    int64_t number;
    bool is_number = !parse_i64(at->text, &number, NULL);
    if (v->workers && !(is_number && is_workers(number)))
        return bad_workers(v, at);
    if (is_number && !at->quoted)
        return add_number(v, at, number);
    return add_text(v, at, at->text);
}

static int read_parameter(const struct builder *b, const struct node *node,
                          struct parameter *out)
{
    struct shown name;
    if (!*node->key || node->key[parameter_name_length(node->key)])
        return document_fail_key(b->doc, node,
                                 "'%s' is no parameter name: small letters, "
                                 "digits and '_', no digit first",
                                 shown(&name, node->key));
    if (strlen(node->key) > 40)
        return document_fail_key(b->doc, node,
                                 "the parameter name '%s' is longer than 40 "
                                 "characters",
                                 shown(&name, node->key));
    struct values v = {
        .b = b, .node = node, .workers = !strcmp(node->key, "workers")};
    v.texts = arena_array(b->doc->arena, VALUES_MAX, sizeof(*v.texts));
    if (!v.texts)
        return build_no_memory(b);
    int err = 0;
    if (node->kind == NODE_LIST) {
        for (const struct node *n = node->first; !err && n; n = n->next)
            err = add_value(&v, n);
        if (!node->count)
            err = document_fail(b->doc, node, "parameter '%s' has no value",
                                node->key);
    } else {
        err = add_value(&v, node);
    }
    if (err)
        return err;
    out->name = arena_text(b->arena, node->key);
    out->values = arena_array(b->arena, v.count, sizeof(*v.texts));
    out->value_count = v.count;
    if (!out->name || !out->values)
        return build_no_memory(b);
    memcpy(out->values, v.texts, v.count * sizeof(*v.texts));
    return 0;
}

int build_parameters(const struct builder *b)
{
    const struct node *node = node_get(b->doc->root, "parameters");
    if (!node)
        return 0;
    if (node->kind != NODE_MAPPING)
        return document_fail(b->doc, node,
                             "'parameters' expects a mapping ('name: value')");
    struct parameter *list = arena_array(b->arena, node->count, sizeof(*list));
    if (!list)
        return build_no_memory(b);
    size_t count = 0;
    for (const struct node *n = node->first; n; n = n->next) {
        int err = read_parameter(b, n, &list[count++]);
        if (err)
            return err;
    }
    b->scenario->parameters = list;
    b->scenario->parameter_count = count;
    return 0;
}

/* The values as texts, in ARENA. */
static const char **number_texts(struct arena *arena, const int64_t *values,
                                 size_t count)
{
    const char **texts = arena_array(arena, count, sizeof(*texts));
    for (size_t i = 0; texts && i < count; i++) {
        char text[32];
        snprintf(text, sizeof(text), "%" PRId64, values[i]);
        texts[i] = arena_text(arena, text);
        if (!texts[i])
            return NULL;
    }
    return texts;
}

static int check_values(const char *name, const int64_t *values, size_t count,
                        struct mps_diag *diag)
{
    struct shown text;
    if (!*name || name[parameter_name_length(name)])
        return diag_set(diag, -MPS_EUSAGE,
                        "'%s' is no parameter name: small letters, digits and "
                        "'_', no digit first",
                        shown(&text, name));
    if (!count || count > VALUES_MAX)
        return diag_set(diag, -MPS_EUSAGE,
                        "parameter '%s' needs 1 to %d values",
                        shown(&text, name), VALUES_MAX);
    for (size_t i = 0; !strcmp(name, "workers") && i < count; i++)
        if (!is_workers(values[i]))
            return diag_set(diag, -MPS_EUSAGE,
                            "'workers' must be %d to %d, not %" PRId64,
                            WORKERS_MIN, WORKERS_MAX, values[i]);
    return 0;
}

int scenario_set_parameter(struct scenario *scenario, const char *name,
                           const int64_t *values, size_t count,
                           struct mps_diag *diag)
{
    int err = check_values(name, values, count, diag);
    if (err)
        return err;
    struct arena *arena = scenario->storage;
    const struct parameter *old = parameter_find(scenario, name, strlen(name));
    size_t old_count = scenario->parameter_count;
    /* A new one goes last: the draws of the others stay as they are. */
    size_t index = old ? (size_t)(old - scenario->parameters) : old_count;
    size_t new_count = old ? old_count : old_count + 1;
    struct parameter *list = arena_array(arena, new_count, sizeof(*list));
    const char **texts = number_texts(arena, values, count);
    const char *copy = arena_text(arena, name);
    if (!list || !texts || !copy)
        return diag_set(diag, -ENOMEM, "out of memory");
    if (old_count)
        memcpy(list, scenario->parameters, old_count * sizeof(*list));
    list[index] =
        (struct parameter){.name = copy, .values = texts, .value_count = count};
    scenario->parameters = list;
    scenario->parameter_count = new_count;
    return 0;
}
