#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/parse.h"
#include "base/str.h"
#include "build.h"
#include "document.h"
#include "parameter.h"
#include "scenario.h"
#include "schema.h"
#include "suggest.h"
#include "verify.h"

/* Real scenarios have 2 KiB. */
static const size_t file_limit = 1024 * 1024;

enum { NAME_LENGTH_MAX = 64 };

void build_defaults(struct scenario *scenario)
{
    scenario->about = "";
    scenario->delay_low_ns = 0;
    scenario->delay_high_ns = 100000;
    scenario->iterations = 1000;
    scenario->time_limit_ns = 10000000000u;
    scenario->private_directory = true;
    scenario->expect = EXPECT_PASS;
    scenario->finding = -1;
}

int build_no_memory(const struct builder *b)
{
    return diag_set(b->doc->diag, -ENOMEM, "%s: out of memory", b->doc->path);
}

const char *const *build_texts(const struct builder *b, char **texts,
                               unsigned count)
{
    const char **copy = arena_array(b->arena, (size_t)count + 1, sizeof(*copy));
    for (unsigned i = 0; copy && i < count; i++) {
        copy[i] = arena_text(b->arena, texts[i]);
        if (!copy[i])
            return NULL;
    }
    return copy;
}

int build_unknown_parameter(const struct builder *b, const struct node *at,
                            const char *name, const char *in)
{
    const struct scenario *s = b->scenario;
    struct shown shown_name, shown_in;
    const char **known =
        arena_array(b->doc->arena, s->parameter_count, sizeof(*known));
    if (!known)
        return build_no_memory(b);
    for (size_t i = 0; i < s->parameter_count; i++)
        known[i] = s->parameters[i].name;
    const char *near = suggest(name, known, s->parameter_count);
    shown(&shown_name, name);
    shown(&shown_in, in);
    if (near)
        return document_fail(b->doc, at,
                             "unknown parameter '%s' in '%s' (did you mean "
                             "'%s'?)",
                             shown_name.text, shown_in.text, near);
    return document_fail(b->doc, at,
                         "unknown parameter '%s' in '%s': give it values "
                         "under 'parameters'",
                         shown_name.text, shown_in.text);
}

int build_check_whole(const struct builder *b, const struct node *at,
                      const char *name, const char *in)
{
    const struct parameter *p = parameter_find(b->scenario, name, strlen(name));
    if (!p)
        return build_unknown_parameter(b, at, name, in);
    struct shown value;
    const char *text = parameter_text_value(p);
    if (text)
        return document_fail(b->doc, at,
                             "parameter '%s' is not always a whole number: it "
                             "can be '%s'",
                             name, shown(&value, text));
    return 0;
}

int build_check_braces(const struct builder *b, const struct node *at,
                       const char *text)
{
    for (const char *p = strchr(text, '{'); p; p = strchr(p, '{')) {
        if (p[1] == '{') {
            p += 2;
            continue;
        }
        size_t len = parameter_braced_length(p);
        struct shown all;
        if (!len)
            return document_fail(b->doc, at,
                                 "'%s': a '{' must begin the name of a "
                                 "parameter, as in {workers}; write '{{' for "
                                 "a brace",
                                 shown(&all, text));
        char *name = arena_text_bytes(b->doc->arena, p + 1, len);
        if (!name)
            return build_no_memory(b);
        if (!parameter_find(b->scenario, name, len))
            return build_unknown_parameter(b, at, name, text);
        p += len + 2;
    }
    return 0;
}

static const struct node *top(const struct builder *b, const char *key)
{
    return node_get(b->doc->root, key);
}

static bool fits_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/* Names that differ only behind what is kept would share their failures: a hash
 * (FNV-1a) of the whole stands for the rest. */
static char *shorten(struct arena *arena, const char *text, size_t len)
{
    enum { HASH_LENGTH = 9 };
    char short_name[NAME_LENGTH_MAX + 1];
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    snprintf(short_name, sizeof(short_name), "%.*s-%08" PRIx32,
             NAME_LENGTH_MAX - HASH_LENGTH, text, hash);
    return arena_text(arena, short_name);
}

char *build_fit_name(struct arena *arena, const char *text, size_t len)
{
    if (!len) {
        text = "scenario";
        len = strlen(text);
    }
    char *name = len > NAME_LENGTH_MAX ? shorten(arena, text, len)
                                       : arena_text_bytes(arena, text, len);
    for (char *p = name; p && *p; p++)
        if (!fits_name(*p) || (p == name && (*p == '.' || *p == '-')))
            *p = '_';
    return name;
}

static char *name_of_file(const struct builder *b)
{
    const char *slash = strrchr(b->doc->path, '/');
    const char *base = slash ? slash + 1 : b->doc->path;
    const char *dot = strrchr(base, '.');
    bool yaml = dot && (!strcmp(dot, ".yml") || !strcmp(dot, ".yaml"));
    size_t len = yaml ? (size_t)(dot - base) : strlen(base);
    return build_fit_name(b->arena, base, len);
}

/* The name becomes part of file names and of command lines. */
static int build_name(const struct builder *b)
{
    const char *name = b->raw->scenario;
    if (!name) {
        b->scenario->name = name_of_file(b);
        return b->scenario->name ? 0 : build_no_memory(b);
    }
    bool fits = *name != '.' && *name != '-';
    for (const char *p = name; *p; p++)
        fits = fits && fits_name(*p);
    struct shown text;
    if (!fits || strlen(name) > NAME_LENGTH_MAX)
        return document_fail(b->doc, top(b, "scenario"),
                             "the name '%s' must be letters, digits, '_', '-' "
                             "and '.', at most %d, beginning with none of the "
                             "last two",
                             shown(&text, name), NAME_LENGTH_MAX);
    b->scenario->name = arena_text(b->arena, name);
    return b->scenario->name ? 0 : build_no_memory(b);
}

static int build_about(const struct builder *b)
{
    const char *about = b->raw->about;
    if (!about)
        return 0;
    size_t len = strlen(about);
    while (len && about[len - 1] == '\n') /* of a block: "about: >" */
        len--;
    char *copy = arena_text_bytes(b->arena, about, len);
    if (!copy)
        return build_no_memory(b);
    if (!is_label(copy))
        return document_fail(b->doc, top(b, "about"),
                             "'about' must be " LABEL_RULE);
    b->scenario->about = copy;
    return 0;
}

/* Where the file is, so that relative paths hold wherever mpstress runs. */
static int build_place(const struct builder *b)
{
    const char *path = b->doc->path;
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) : 0;
    char *parent =
        slash && !len ? strdup("/") : str_format("%.*s", (int)len, path);
    if (!parent)
        return build_no_memory(b);
    char *directory = realpath(*parent ? parent : ".", NULL);
    int err = directory ? 0 : -errno;
    free(parent);
    if (err)
        return diag_set(b->doc->diag, err, "%s: its directory: %s", path,
                        error_text(err));
    b->scenario->directory = arena_text(b->arena, directory);
    free(directory);
    b->scenario->path = arena_text(b->arena, path);
    if (!b->scenario->directory || !b->scenario->path)
        return build_no_memory(b);
    return 0;
}

static int check_list(const struct builder *b, const char *key, char **texts)
{
    const struct node *list = top(b, key);
    size_t i = 0;
    for (const struct node *n = list ? list->first : NULL; n; n = n->next) {
        int err = build_check_braces(b, n, texts[i++]);
        if (err)
            return err;
    }
    return 0;
}

static int build_program(const struct builder *b)
{
    const struct raw_scenario *raw = b->raw;
    b->scenario->program = arena_text(b->arena, raw->target);
    b->scenario->arguments =
        build_texts(b, raw->arguments, raw->arguments_count);
    if (!b->scenario->program || !b->scenario->arguments)
        return build_no_memory(b);
    return check_list(b, "arguments", raw->arguments);
}

static int build_environment(const struct builder *b)
{
    const struct raw_scenario *raw = b->raw;
    if (!raw->environment)
        return 0;
    b->scenario->environment =
        build_texts(b, raw->environment, raw->environment_count);
    if (!b->scenario->environment)
        return build_no_memory(b);
    size_t i = 0;
    for (const struct node *n = top(b, "environment")->first; n; n = n->next) {
        const char *text = raw->environment[i++];
        struct shown item;
        if (!strchr(text, '=') || *text == '=')
            return document_fail(b->doc, n,
                                 "an item of 'environment' is NAME=value, not "
                                 "'%s'",
                                 shown(&item, text));
    }
    return check_list(b, "environment", raw->environment);
}

static int build_limits(const struct builder *b)
{
    const struct raw_scenario *raw = b->raw;
    struct scenario *s = b->scenario;
    struct mps_diag why;
    if (raw->delay && parse_duration_range(raw->delay, &s->delay_low_ns,
                                           &s->delay_high_ns, &why))
        return document_fail(b->doc, top(b, "delay"), "%s",
                             shown_message(why.text));
    if (raw->iterations && parse_u64(raw->iterations, &s->iterations, &why))
        return document_fail(b->doc, top(b, "iterations"), "%s",
                             shown_message(why.text));
    if (!s->iterations || s->iterations > INT64_MAX)
        return document_fail(b->doc, top(b, "iterations"),
                             "'iterations' must be at least 1 and fit 63 "
                             "bits");
    if (raw->time_limit &&
        parse_duration(raw->time_limit, &s->time_limit_ns, &why))
        return document_fail(b->doc, top(b, "time_limit"), "%s",
                             shown_message(why.text));
    if (!s->time_limit_ns)
        return document_fail(b->doc, top(b, "time_limit"),
                             "'time_limit' must be more than 0");
    s->private_directory = !raw->directory;
    return 0;
}

static int build_expectation(const struct builder *b)
{
    b->scenario->expect = (enum expectation)b->raw->expect;
    b->scenario->finding = b->raw->finding - 1;
    if (b->raw->finding && b->scenario->expect != EXPECT_FAIL)
        return document_fail_key(b->doc, top(b, "finding"),
                                 "'finding' says how the scenario fails: it "
                                 "needs 'expect: fail'");
    return 0;
}

/* In this order: the parameters are what the later ones refer to. */
static int (*const steps[])(const struct builder *b) = {
    build_name,       build_about,       build_place,       build_parameters,
    build_shrink,     build_program,     build_environment, build_limits,
    build_invariants, build_expectation,
};

static int build(struct document *doc, const struct raw_scenario *raw,
                 struct scenario **out)
{
    struct arena *arena = arena_new();
    struct scenario *scenario =
        arena ? arena_alloc(arena, sizeof(*scenario)) : NULL;
    struct builder b = {
        .doc = doc, .raw = raw, .scenario = scenario, .arena = arena};
    int err = 0;
    if (!scenario)
        err = build_no_memory(&b);
    else
        build_defaults(scenario);
    for (size_t i = 0; !err && i < sizeof(steps) / sizeof(steps[0]); i++)
        err = steps[i](&b);
    if (err) {
        arena_free(arena);
        return err;
    }
    scenario->storage = arena;
    *out = scenario;
    return 0;
}

int scenario_load_text(struct scenario **out, const char *path,
                       const char *text, size_t len, struct mps_diag *diag)
{
    *out = NULL;
    struct arena *arena = arena_new();
    if (!arena)
        return diag_set(diag, -ENOMEM, "%s: out of memory", path);
    struct document doc = {.path = path, .diag = diag, .arena = arena};
    struct raw_scenario *raw = NULL;
    int err = document_parse(&doc, text, len);
    if (!err)
        err = verify_schema(&doc, &scenario_schema);
    if (!err)
        err = schema_load(&raw, path, text, len, diag);
    if (!err)
        err = build(&doc, raw, out);
    schema_free(raw);
    arena_free(arena);
    return err;
}

int scenario_load(struct scenario **out, const char *path,
                  struct mps_diag *diag)
{
    struct str text;
    str_init(&text);
    *out = NULL;
    int err = io_read_file(AT_FDCWD, path, &text, file_limit);
    if (err == -MPS_EFULL)
        err = diag_set(diag, -MPS_EINPUT,
                       "%s: larger than 1 MiB: this is no scenario", path);
    else if (err)
        diag_set(diag, err, "%s: %s", path, error_text(err));
    else
        err = scenario_load_text(out, path, text.data, text.len, diag);
    str_fini(&text);
    return err;
}
