#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "base/str.h"
#include "build.h"
#include "document.h"
#include "expr.h"
#include "parameter.h"
#include "pattern.h"
#include "schema.h"
#include "suggest.h"

/* How long a run of equal values two streams must share, unless the scenario
 * says otherwise: two equal neighbours happen by chance in small ranges. */
enum { OVERLAP_DEFAULT = 3 };

static void release_expr(void *expr)
{
    expr_free(expr);
}

/* Each take_ function below checks TEXT, written at AT, and stores it in a
 * member of an invariant. */

static int take_label(const struct builder *b, const struct node *at,
                      const char *text, void *member)
{
    const char **out = member;
    if (!is_label(text))
        return document_fail(b->doc, at, "'%s' must be " LABEL_RULE, at->key);
    *out = arena_text(b->arena, text);
    return *out ? 0 : build_no_memory(b);
}

/* A path that leads out of the working directory names a file that some other
 * iteration may be writing. */
static int take_file(const struct builder *b, const struct node *at,
                     const char *text, void *member)
{
    struct shown file;
    const char *dots = strstr(text, "..");
    while (dots &&
           ((dots != text && dots[-1] != '/') || (dots[2] && dots[2] != '/')))
        dots = strstr(dots + 1, "..");
    if (*text == '/' || dots)
        return document_fail(b->doc, at,
                             "the file '%s' is outside the working directory",
                             shown(&file, text));
    return take_label(b, at, text, member);
}

static int take_pattern(const struct builder *b, const struct node *at,
                        const char *text, void *member)
{
    struct shown pattern;
    struct mps_diag why;
    int err = pattern_check(text, &why);
    if (err == -ENOMEM)
        return build_no_memory(b);
    if (err)
        return document_fail(b->doc, at, "'%s': %s", shown(&pattern, text),
                             shown_message(why.text));
    const char **out = member;
    *out = arena_text(b->arena, text);
    return *out ? 0 : build_no_memory(b);
}

static int take_duration(const struct builder *b, const struct node *at,
                         const char *text, void *member)
{
    uint64_t *out = member;
    struct mps_diag why;
    if (parse_duration(text, out, &why))
        return document_fail(b->doc, at, "%s", shown_message(why.text));
    if (!*out)
        return document_fail(b->doc, at, "'%s' must be more than 0", at->key);
    return 0;
}

static int take_length(const struct builder *b, const struct node *at,
                       const char *text, void *member)
{
    uint64_t *out = member;
    struct mps_diag why;
    if (parse_u64(text, out, &why))
        return document_fail(b->doc, at, "%s", shown_message(why.text));
    if (!*out)
        return document_fail(b->doc, at, "'%s' must be at least 1", at->key);
    return 0;
}

struct name_check {
    const struct builder *b;
    const struct node *at;
};

static int check_name(void *context, const char *name)
{
    const struct name_check *check = context;
    return build_check_whole(check->b, check->at, name, check->at->text);
}

static int take_expr(const struct builder *b, const struct node *at,
                     const char *text, void *member)
{
    struct mps_diag why;
    struct shown shown_text;
    struct expr *expr;
    int err = expr_parse(&expr, text, &why);
    if (err == -ENOMEM)
        return build_no_memory(b);
    if (err)
        return document_fail(b->doc, at, "'%s': %s", shown(&shown_text, text),
                             shown_message(why.text));
    err = arena_defer(b->arena, release_expr, expr);
    if (err)
        return build_no_memory(b);
    const struct expr **out = member;
    *out = expr;
    struct name_check check = {.b = b, .at = at};
    return expr_names(expr, check_name, &check);
}

/* The texts among the arguments of the oracles: which member of the file's
 * struct goes into which member of the invariant, and how. */
#define ROW(key, take, member, subject)                 \
    {                                                   \
#key, offsetof(struct raw_oracle, key), take,   \
            offsetof(struct invariant, member), subject \
    }

static const struct argument {
    const char *key;
    size_t from;
    int (*take)(const struct builder *b, const struct node *at,
                const char *text, void *member);
    size_t to;
    enum subject subject;
} arguments[] = {
    ROW(observation, take_label, subject, SUBJECT_OBSERVATION),
    ROW(stream, take_label, subject, SUBJECT_STREAM),
    ROW(queue, take_label, subject, SUBJECT_QUEUE),
    ROW(section, take_label, subject, SUBJECT_SECTION),
    ROW(file, take_file, file, SUBJECT_NONE),
    ROW(pattern, take_pattern, pattern, SUBJECT_NONE),
    ROW(status, take_expr, value, SUBJECT_NONE),
    ROW(value, take_expr, value, SUBJECT_NONE),
    ROW(count, take_expr, count, SUBJECT_NONE),
    ROW(points, take_expr, points, SUBJECT_NONE),
    ROW(overlap, take_length, overlap, SUBJECT_NONE),
    ROW(time, take_duration, time_ns, SUBJECT_NONE),
};

static int take_arguments(const struct builder *b, const struct raw_oracle *raw,
                          const struct node *node, struct invariant *out)
{
    for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
        const struct argument *a = &arguments[i];
        char *const *text =
            (char *const *)(const void *)((const char *)raw + a->from);
        if (!*text)
            continue;
        int err =
            a->take(b, node_get(node, a->key), *text, (char *)out + a->to);
        if (err)
            return err;
        if (a->subject)
            out->subject_kind = a->subject;
    }
    return 0;
}

/* What one oracle demands beyond the table of its keys. */

static int check_single(const struct builder *b, const struct node *node,
                        const struct invariant *in)
{
    (void)in;
    if (node->count != 1)
        return document_fail(b->doc, node,
                             "'same_as_single' needs one of the keys "
                             "observation, stream, file");
    if (!parameter_find(b->scenario, "workers", strlen("workers")))
        return document_fail(b->doc, node,
                             "'same_as_single' compares with the run of one "
                             "worker: the scenario needs the parameter "
                             "'workers'");
    return 0;
}

static int check_within(const struct builder *b, const struct node *node,
                        const struct invariant *in)
{
    if (!in->time_ns && !in->points)
        return document_fail(b->doc, node,
                             "'within' needs the key 'time' or 'points'");
    return 0;
}

static int check_command(const struct builder *b, const struct node *node,
                         const struct invariant *in)
{
    const struct node *run = node_get(node, "run");
    size_t i = 0;
    if (!*in->command[0])
        return document_fail(b->doc, run->first,
                             "the first item of 'run' is the program: it "
                             "cannot be empty");
    for (const struct node *n = run->first; n; n = n->next) {
        int err = build_check_braces(b, n, in->command[i++]);
        if (err)
            return err;
    }
    return 0;
}

static int (*const checks[ORACLE_COUNT])(const struct builder *b,
                                         const struct node *node,
                                         const struct invariant *in) = {
    [ORACLE_SAME_AS_SINGLE] = check_single,
    [ORACLE_WITHIN] = check_within,
    [ORACLE_COMMAND] = check_command,
};

static int take_oracle(const struct builder *b, const struct raw_oracle *raw,
                       const struct node *node, struct invariant *out)
{
    int err = take_arguments(b, raw, node, out);
    if (err)
        return err;
    out->distinct = raw->distinct;
    out->descriptors = raw->descriptors;
    if (out->oracle == ORACLE_STREAMS && !out->overlap)
        out->overlap = OVERLAP_DEFAULT;
    if (raw->allow) {
        out->allow = build_texts(b, raw->allow, raw->allow_count);
        if (!out->allow)
            return build_no_memory(b);
    }
    if (raw->run) {
        out->command = build_texts(b, raw->run, raw->run_count);
        if (!out->command)
            return build_no_memory(b);
    }
    return checks[out->oracle] ? checks[out->oracle](b, node, out) : 0;
}

/* The one oracle of an item, by its place in the file. */
static int find_oracle(const struct builder *b, const struct node *item,
                       const struct node **out, enum oracle *oracle)
{
    *out = NULL;
    for (const struct node *n = item->first; n; n = n->next) {
        if (!strcmp(n->key, "name"))
            continue;
        if (*out)
            return document_fail_key(b->doc, n,
                                     "'%s' and '%s' in one item: begin a new "
                                     "item with '- %s:'",
                                     (*out)->key, n->key, n->key);
        *out = n;
    }
    for (int i = 0; *out && i < ORACLE_COUNT; i++)
        if (!strcmp(oracle_name((enum oracle)i), (*out)->key))
            *oracle = (enum oracle)i;
    if (*out)
        return 0;
    struct str names;
    str_init(&names);
    for (int i = 0; i < ORACLE_COUNT; i++)
        str_addf(&names, "%s%s", i ? ", " : "", oracle_name((enum oracle)i));
    int err =
        document_fail(b->doc, item, "an invariant needs one of %s", names.data);
    str_fini(&names);
    return err;
}

/* What is demanded of whom, for reports: "equals total". */
static char *default_name(const struct invariant *in)
{
    const char *key = oracle_name(in->oracle);
    char time[32];
    if (in->oracle == ORACLE_EXIT)
        return str_format("%s status %s", key, expr_text(in->value));
    if (in->oracle == ORACLE_COMMAND)
        return str_format("%s %s", key, in->command[0]);
    if (in->time_ns)
        return str_format("%s %s", key,
                          parse_show_duration(in->time_ns, time, sizeof(time)));
    if (in->points)
        return str_format("%s %s points", key, expr_text(in->points));
    const char *whom = in->subject ? in->subject : in->file;
    return str_format("%s%s%s", key, whom ? " " : "", whom ? whom : "");
}

static bool is_taken(const struct invariant *list, size_t count,
                     const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].name && !strcmp(list[i].name, name))
            return true;
    return false;
}

/* Give each invariant that the file does not name a name of its own. */
static int name_invariants(const struct builder *b, struct invariant *list,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i].name)
            continue;
        char *plain = default_name(&list[i]);
        char *name = plain;
        for (size_t n = 2; name && is_taken(list, count, name); n++) {
            if (name != plain)
                free(name);
            name = str_format("%s %zu", plain, n);
        }
        if (name)
            list[i].name = arena_text(b->arena, name);
        if (name != plain)
            free(name);
        free(plain);
        if (!list[i].name)
            return build_no_memory(b);
    }
    return 0;
}

int build_exit_invariant(struct arena *arena, struct invariant *out)
{
    struct expr *zero;
    int err = expr_parse(&zero, "0", NULL);
    if (!err)
        err = arena_defer(arena, release_expr, zero);
    if (!err)
        *out = (struct invariant){
            .oracle = ORACLE_EXIT, .name = "exit status 0", .value = zero};
    return err;
}

static int read_invariant(const struct builder *b,
                          const struct raw_invariant *raw,
                          const struct node *item, struct invariant *list,
                          size_t index)
{
    const struct node *node;
    struct invariant *out = &list[index];
    int err = find_oracle(b, item, &node, &out->oracle);
    if (!err)
        err = take_oracle(b, raw->oracles[out->oracle], node, out);
    if (err || !raw->name)
        return err;
    const struct node *at = node_get(item, "name");
    struct shown name;
    if (is_taken(list, index, raw->name))
        return document_fail(b->doc, at,
                             "the name '%s' is taken by an invariant above",
                             shown(&name, raw->name));
    return take_label(b, at, raw->name, &out->name);
}

int build_invariants(const struct builder *b)
{
    const struct node *items = node_get(b->doc->root, "invariants");
    size_t count = items ? items->count : 0;
    struct invariant *list = arena_array(b->arena, count + 1, sizeof(*list));
    if (!list)
        return build_no_memory(b);
    bool has_exit = false;
    size_t i = 0;
    for (const struct node *n = items ? items->first : NULL; n; n = n->next) {
        int err = read_invariant(b, &b->raw->invariants[i], n, list, i);
        if (err)
            return err;
        has_exit |= list[i++].oracle == ORACLE_EXIT;
    }
    if (!has_exit) {
        if (build_exit_invariant(b->arena, &list[count]))
            return build_no_memory(b);
        list[count++].name = NULL; /* the file may have used it */
    }
    b->scenario->invariants = list;
    b->scenario->invariant_count = count;
    return name_invariants(b, list, count);
}
