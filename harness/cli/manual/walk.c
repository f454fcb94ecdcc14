#include "manual/walk.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What argp adds. */
static const struct argp_option automatic[] = {
    {"help", '?', NULL, 0, "Describe the command", -1},
    {"usage", 0, NULL, 0, "Say in short how it is called", 0},
    {"version", 'V', NULL, 0, "Print the version", 0},
    {0},
};

static bool is_end(const struct argp_option *o)
{
    return !o->name && !o->key && !o->doc && !o->group;
}

static bool is_heading(const struct argp_option *o)
{
    return !o->name && !o->key;
}

static int add(struct walk *walk, const struct walk_option *option)
{
    struct walk_option *items =
        realloc(walk->items, (walk->count + 1) * sizeof(*items));
    if (!items)
        return -ENOMEM;
    walk->items = items;
    items[walk->count++] = *option;
    return 0;
}

/* Groups as argp counts them: a heading without a number begins the next one,
 * any other row without a number belongs to that of the row before. */
static int add_table(struct walk *walk, const struct argp_option *table,
                     const char *heading, bool common)
{
    int group = 0;
    for (const struct argp_option *o = table; o && !is_end(o);) {
        group = o->group ? o->group : group + is_heading(o);
        if (is_heading(o)) {
            heading = o++->doc;
            continue;
        }
        struct walk_option option = {
            .rows = o,
            .row_count = 1,
            .heading = heading,
            .group = group,
            .common = common,
        };
        while (!is_end(++o) && o->flags & OPTION_ALIAS)
            option.row_count++;
        if (option.rows->flags & (OPTION_HIDDEN | OPTION_DOC))
            continue;
        int err = add(walk, &option);
        if (err)
            return err;
    }
    return 0;
}

static int add_argp(struct walk *walk, const struct argp *argp,
                    const char *heading, bool common)
{
    int err = add_table(walk, argp->options, heading, common);
    const struct argp_child *child = argp->children;
    for (; !err && child && child->argp; child++)
        err = add_argp(walk, child->argp, child->header, true);
    return err;
}

/* 0, 1, 2, ..., -2, -1 */
static bool comes_before(int a, int b)
{
    return (a < 0) == (b < 0) ? a < b : a >= 0;
}

static void sort(struct walk *walk)
{
    for (size_t i = 1; i < walk->count; i++) {
        const struct walk_option option = walk->items[i];
        size_t at = i;
        for (; at && comes_before(option.group, walk->items[at - 1].group);
             at--)
            walk->items[at] = walk->items[at - 1];
        walk->items[at] = option;
    }
}

int walk_open(struct walk *walk, const struct command *command)
{
    *walk = (struct walk){0};
    int err = add_argp(walk, command->argp, NULL, false);
    if (!err && command->run && !command->foreign)
        err = add_table(walk, automatic, NULL, true);
    sort(walk);
    return err;
}

void walk_free(struct walk *walk)
{
    free(walk->items);
    *walk = (struct walk){0};
}

const char *walk_long(const struct walk_option *option, size_t i)
{
    return option->rows[i].name;
}

char walk_short(const struct walk_option *option, size_t i)
{
    const int key = option->rows[i].key;
    return key > 0 && key <= 127 && isprint(key) ? (char)key : '\0';
}

const struct walk_option *walk_find(const struct walk *walk, const char *name,
                                    size_t length)
{
    for (size_t i = 0; i < walk->count; i++) {
        const struct walk_option *option = &walk->items[i];
        for (size_t n = 0; n < option->row_count; n++) {
            const char *known = walk_long(option, n);
            if ((known && strlen(known) == length &&
                 !strncmp(known, name, length)) ||
                (length == 1 && walk_short(option, n) == *name))
                return option;
        }
    }
    return NULL;
}

char *walk_arguments(const struct command *command)
{
    const struct argp *argp = command->argp;
    const char *text = argp->args_doc ? argp->args_doc : "";
    char *made = argp->help_filter
                     ? argp->help_filter(ARGP_KEY_HELP_ARGS_DOC, text, NULL)
                     : NULL;
    return argp->help_filter && made != text ? made : strdup(text);
}
