#include "suppress.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"
#include "scenario/suggest.h"
#include "show.h"

enum { FILE_LIMIT = 1 << 20, DESCRIBED = 8, NO_KIND = -1 };

/* What a suppression is matched against. */
enum look {
    LOOK_FUNCTION = 1,
    LOOK_FILE = 2,
    LOOK_MODULE = 4,
    LOOK_CODE = LOOK_FUNCTION | LOOK_FILE | LOOK_MODULE,
    LOOK_OBJECT = 8,
    LOOK_TOP = 16,  /* the innermost frames alone */
    LOOK_NAMED = 32 /* findings about an object alone */
};

/* ThreadSanitizer's types. Some are of things that mpstress has no findings
 * of: they match nothing. */
static const struct type {
    const char *name;
    int kind; /* enum finding_kind, or NO_KIND */
    unsigned look;
} types[] = {
    {"race", FINDING_RACE, LOOK_CODE | LOOK_OBJECT},
    {"race_top", FINDING_RACE, LOOK_CODE | LOOK_TOP},
    {"called_from_lib", FINDING_RACE, LOOK_MODULE | LOOK_TOP},
    {"deadlock", FINDING_LOCK_ORDER, LOOK_CODE | LOOK_OBJECT},
    {"mutex", FINDING_MISUSE, LOOK_CODE | LOOK_OBJECT | LOOK_NAMED},
    {"thread", NO_KIND, 0},
    {"signal", NO_KIND, 0},
};
enum { TYPES = sizeof(types) / sizeof(types[0]) };

struct suppression {
    const struct type *type;
    char *pattern;
    uint64_t matched; /* findings; threads add to it */
};

struct suppressions {
    char *name; /* of the file */
    struct suppression *items;
    size_t count;
};

/* -- Patterns ---------------------------------------------------------------*/

/* As for ThreadSanitizer, what stands behind a `$` does not count. Each piece
 * between stars is taken where it comes first, the last one before a `$` at the
 * end: nothing is tried twice. */
static bool matches(const char *pattern, const char *text)
{
    if (!text || !*text)
        return false;
    bool from_start = *pattern == '^';
    pattern += from_start;
    const char *end = pattern + strcspn(pattern, "$");
    bool to_end = *end;
    for (;; from_start = false) {
        size_t size = strlen(text), piece = strcspn(pattern, "*$");
        bool last = pattern + piece == end;
        if (last && to_end)
            return size >= piece && (!from_start || size == piece) &&
                   !memcmp(text + size - piece, pattern, piece);
        const char *at = from_start
                             ? (strncmp(text, pattern, piece) ? NULL : text)
                             : memmem(text, size, pattern, piece);
        if (!at || last)
            return at;
        text = at + piece;
        pattern += piece + 1;
    }
}

/* -- Findings ---------------------------------------------------------------*/

static bool matches_location(const struct suppression *suppression,
                             const struct location *location, bool top)
{
    unsigned look = suppression->type->look;
    const char *pattern = suppression->pattern;
    if (look & LOOK_TOP && !top)
        return false;
    return (look & LOOK_FUNCTION && matches(pattern, location->function)) ||
           (look & LOOK_FILE && matches(pattern, location->file)) ||
           (look & LOOK_MODULE && matches(pattern, location->module));
}

static bool matches_finding(const struct suppression *suppression,
                            const struct finding *finding)
{
    const struct type *type = suppression->type;
    if (type->kind != (int)finding->kind ||
        (type->look & LOOK_NAMED && !finding->object))
        return false;
    if (type->look & LOOK_OBJECT &&
        matches(suppression->pattern, finding->object))
        return true;
    for (size_t i = 0; i < finding->frame_count; i++)
        if (matches_location(suppression, &finding->frames[i].location,
                             finding->frames[i].innermost))
            return true;
    /* Places are innermost frames, and all there is of findings without
     * stacks. */
    for (size_t i = 0; i < finding->place_count; i++)
        if (matches_location(suppression, &finding->places[i].location, true))
            return true;
    return false;
}

static struct suppression *find_match(const struct suppressions *suppressions,
                                      const struct finding *finding)
{
    for (size_t i = 0; i < suppressions->count; i++)
        if (matches_finding(&suppressions->items[i], finding))
            return &suppressions->items[i];
    return NULL;
}

size_t suppressions_filter(const struct suppressions *suppressions,
                           struct finding_list *findings)
{
    size_t before = findings->count;
    for (size_t i = 0; suppressions && i < findings->count;) {
        struct suppression *match =
            find_match(suppressions, &findings->items[i]);
        if (!match) {
            i++;
            continue;
        }
        /* Only counts: orders nothing. */
        __atomic_fetch_add(&match->matched, 1, __ATOMIC_RELAXED);
        finding_list_remove(findings, i);
    }
    return before - findings->count;
}

char *suppressions_describe(const struct suppressions *suppressions)
{
    struct str s;
    size_t used = 0;
    uint64_t matched = 0;
    str_init(&s);
    for (size_t i = 0; suppressions && i < suppressions->count; i++)
        matched += suppressions->items[i].matched;
    if (!matched)
        return NULL;
    str_add(&s, "matched ");
    show_number(&s, matched);
    str_add(&s, matched == 1 ? " suppression in " : " suppressions in ");
    show_text(&s, suppressions->name);
    for (size_t i = 0; i < suppressions->count; i++) {
        const struct suppression *one = &suppressions->items[i];
        if (!one->matched || used++ >= DESCRIBED)
            continue;
        str_addf(&s, "%s%s:", used == 1 ? ": " : ", ", one->type->name);
        show_text(&s, one->pattern);
        str_add(&s, " (");
        show_number(&s, one->matched);
        str_add_char(&s, ')');
    }
    if (used > DESCRIBED)
        str_addf(&s, ", and %zu more", used - DESCRIBED);
    return str_take(&s);
}

/* -- Files ------------------------------------------------------------------*/

struct reader {
    struct suppressions *to;
    size_t line; /* number */
    struct mps_diag *diag;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static int refuse_type(const struct reader *reader, size_t column, char *type)
{
    const char *names[TYPES];
    struct shown buf, guess;
    for (size_t i = 0; i < TYPES; i++)
        names[i] = types[i].name;
    const char *near = suggest(type, names, TYPES);
    return diag_set(reader->diag, -MPS_EINPUT,
                    "%s:%zu:%zu: unknown type of suppression '%s'%s%s%s",
                    shown(&guess, reader->to->name), reader->line, column,
                    shown(&buf, type), near ? " (did you mean '" : "",
                    near ? near : "", near ? "'?)" : "");
}

static int add(struct suppressions *to, const struct type *type,
               const char *pattern)
{
    struct suppression *items =
        realloc(to->items, (to->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    to->items = items;
    char *copy = strdup(pattern);
    if (!copy)
        return -ENOMEM;
    items[to->count++] = (struct suppression){.type = type, .pattern = copy};
    return 0;
}

/* LINE, which may be changed, has SIZE bytes and a NUL behind them. */
static int read_line(const struct reader *reader, char *line, size_t size)
{
    struct shown name;
    const char *file = shown(&name, reader->to->name);
    char *start = line;
    if (memchr(line, '\0', size))
        return diag_set(reader->diag, -MPS_EINPUT,
                        "%s:%zu:%zu: a NUL character: this is no text", file,
                        reader->line, strlen(line) + 1);
    while (is_blank(*start))
        start++;
    for (char *end = line + size; end > start && is_blank(end[-1]);)
        *--end = '\0';
    if (!*start || *start == '#')
        return 0;
    size_t column = (size_t)(start - line) + 1;
    char *colon = strchr(start, ':');
    if (!colon)
        return diag_set(reader->diag, -MPS_EINPUT,
                        "%s:%zu:%zu: expected TYPE:PATTERN, such as "
                        "race:function_name",
                        file, reader->line, column);
    *colon = '\0';
    const struct type *type = NULL;
    for (size_t i = 0; i < TYPES; i++)
        if (!strcmp(types[i].name, start))
            type = &types[i];
    if (!type)
        return refuse_type(reader, column, start);
    if (!colon[1])
        return diag_set(reader->diag, -MPS_EINPUT,
                        "%s:%zu:%zu: '%s:' without a pattern (%s:* for all)",
                        file, reader->line, column, type->name, type->name);
    if (add(reader->to, type, colon + 1))
        return diag_set(reader->diag, -ENOMEM, "out of memory");
    return 0;
}

/* TEXT, which may be changed, has SIZE bytes and a NUL behind them. */
static int read_lines(struct reader *reader, char *text, size_t size)
{
    for (size_t at = 0; at < size;) {
        char *newline = memchr(text + at, '\n', size - at);
        size_t length = newline ? (size_t)(newline - text) - at : size - at;
        if (newline)
            *newline = '\0';
        reader->line++;
        int err = read_line(reader, text + at, length);
        if (err)
            return err;
        at += length + 1;
    }
    return 0;
}

int suppressions_parse(struct suppressions **out, const char *name,
                       const void *bytes, size_t size, struct mps_diag *diag)
{
    *out = NULL;
    struct suppressions *new = calloc(1, sizeof(*new));
    struct str text;
    str_init(&text);
    str_add_bytes(&text, bytes, size);
    if (new)
        new->name = strdup(name);
    int err = 0;
    if (!new || !new->name || !str_ok(&text))
        err = diag_set(diag, -ENOMEM, "out of memory");
    struct reader reader = {.to = new, .diag = diag};
    if (!err)
        err = read_lines(&reader, text.data, text.len);
    str_fini(&text);
    if (err) {
        suppressions_free(new);
        return err;
    }
    *out = new;
    return 0;
}

int suppressions_load(struct suppressions **out, const char *path,
                      struct mps_diag *diag)
{
    *out = NULL;
    struct str text;
    struct shown name;
    str_init(&text);
    int err = io_read_file(AT_FDCWD, path, &text, FILE_LIMIT);
    if (err)
        diag_set(diag, err, "%s: %s", shown(&name, path),
                 err == -MPS_EFULL ? "too large for a suppressions file"
                                   : strerror(-err));
    else
        err = suppressions_parse(out, path, text.data, text.len, diag);
    str_fini(&text);
    return err;
}

void suppressions_free(struct suppressions *suppressions)
{
    if (!suppressions)
        return;
    for (size_t i = 0; i < suppressions->count; i++)
        free(suppressions->items[i].pattern);
    free(suppressions->items);
    free(suppressions->name);
    free(suppressions);
}
