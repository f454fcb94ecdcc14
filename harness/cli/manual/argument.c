#include "manual/argument.h"

#include <string.h>

#include "campaign/detectors.h"
#include "campaign/portfolio.h"
#include "color_option.h"
#include "stored/show.h"

static const char *command_name(size_t i)
{
    size_t count;
    const struct command *const *all = commands(&count);
    return i < count ? all[i]->name : NULL;
}

static const char *detector_name(size_t i)
{
    size_t count;
    const struct detector_row *rows = detectors(&count);
    return i < count ? rows[i].name : i == count ? DETECTORS_NONE : NULL;
}

struct row {
    const char *name, *kind;
    const char *(*value)(size_t i); /* NULL after the last; or NULL */
};

/* By the name of the argument. */
static const struct row arguments[] = {
    {"FILE", "files", NULL},
    {"OUTPUT", "files", NULL},
    {"ARG", "files", NULL},
    {"ARGUMENT-OF-THE-COMPILER", "files", NULL},
    {"DIR", "directories", NULL},
    {"STORE", "directories", NULL},
    {"ID", "failures", NULL},
    {"SCENARIO", "scenarios files", NULL},
    {"GOOD", "commits", NULL},
    {"BAD", "commits", NULL},
    {"COMMAND", "words", command_name},
    {"MODE", "words", portfolio_mode_name},
    {"WHEN", "words", color_mode_name},
    {"FORMAT", "words", show_format_name},
};

/* By the option, where the argument's name does not tell. */
static const struct row of_options[] = {
    {"strategy", "list", portfolio_strategy_name},
    {"detector", "list", detector_name},
};

static const struct row *find(const struct row *rows, size_t count,
                              const char *name, size_t length)
{
    for (size_t i = 0; name && i < count; i++)
        if (strlen(rows[i].name) == length &&
            !strncmp(rows[i].name, name, length))
            return &rows[i];
    return NULL;
}
#define FIND(rows, name, length) \
    find(rows, sizeof(rows) / sizeof(*(rows)), name, length)

void argument_init(struct argument *argument)
{
    str_init(&argument->kinds);
    str_init(&argument->words);
}

void argument_fini(struct argument *argument)
{
    str_fini(&argument->kinds);
    str_fini(&argument->words);
}

/* Append WORD to LIST, once. */
static void add_word(struct str *list, const char *word, size_t length)
{
    for (const char *at = list->data; *at; at += strspn(at, " ")) {
        size_t n = strcspn(at, " ");
        if (n == length && !strncmp(at, word, n))
            return;
        at += n;
    }
    if (list->len)
        str_add_char(list, ' ');
    str_add_bytes(list, word, length);
}

static void add_words(struct str *list, const char *words)
{
    for (const char *at = words; *at;) {
        size_t n = strcspn(at, " ");
        add_word(list, at, n);
        at += n + strspn(at + n, " ");
    }
}

static void add_row(struct argument *argument, const struct row *row)
{
    add_words(&argument->kinds, row ? row->kind : "other");
    for (size_t i = 0; row && row->value && row->value(i); i++)
        add_word(&argument->words, row->value(i), strlen(row->value(i)));
}

void argument_add(struct argument *argument, const char *names, size_t length)
{
    for (size_t n; length; names += n, length -= n) {
        const char *bar = memchr(names, '|', length);
        n = bar ? (size_t)(bar - names) : length;
        if (*names >= 'a' && *names <= 'z') {
            add_words(&argument->kinds, "words");
            add_word(&argument->words, names, n);
        } else {
            add_row(argument, FIND(arguments, names, n));
        }
        n += bar ? 1 : 0;
    }
}

void argument_of_option(struct argument *argument,
                        const struct walk_option *option)
{
    const char *name = option->rows->arg;
    if (!name)
        return;
    const char *of = option->rows->name;
    const struct row *row = FIND(of_options, of, of ? strlen(of) : 0);
    if (row) {
        add_row(argument, row);
        return;
    }
    argument_add(argument, name, strlen(name));
}
