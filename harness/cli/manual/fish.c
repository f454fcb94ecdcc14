/* The table of fish: a `complete` for each thing, with when it holds. */
#include <errno.h>
#include <string.h>

#include "manual/assets.h"
#include "manual/completion.h"

/* Not as str_add_word(): in fish, a backslash quotes within quotes. */
static void quote(struct str *s, const char *text)
{
    str_add_char(s, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            str_add_char(s, '\\');
        str_add_char(s, *text);
    }
    str_add_char(s, '\'');
}

/* " -n '__mpstress_at run WHERE'" */
static void add_condition(struct str *s, const char *command, const char *where)
{
    struct str condition;
    str_init(&condition);
    str_addf(&condition, "__mpstress_at \"%s\"%s%s", command, *where ? " " : "",
             where);
    str_add(s, "complete -c mpstress -n ");
    quote(s, condition.data);
    str_fini(&condition);
}

/* What may be in a place, beside files. */
static void add_takes(struct str *s, const struct argument *argument)
{
    struct str call;
    str_init(&call);
    str_addf(&call, "(__mpstress_takes \"%s\" \"%s\")", argument->kinds.data,
             argument->words.data);
    str_add(s, strstr(argument->kinds.data, "files") ? " -F -a " : " -f -a ");
    quote(s, call.data);
    str_fini(&call);
}

static void add_option(struct str *s, const char *command,
                       const struct walk_option *option)
{
    struct argument argument;
    struct str brief;
    argument_init(&argument);
    str_init(&brief);
    argument_of_option(&argument, option);
    completion_brief(&brief, option->rows->doc);
    add_condition(s, command, "");
    for (size_t i = 0; i < option->row_count; i++) {
        const char letter = walk_short(option, i);
        if (letter)
            str_addf(s, " -s '%c'", letter);
        if (walk_long(option, i))
            str_addf(s, " -l %s", walk_long(option, i));
    }
    if (option->rows->arg) {
        str_add(s, " -r");
        add_takes(s, &argument);
    }
    str_add(s, " -d ");
    quote(s, brief.data);
    str_add_char(s, '\n');
    str_fini(&brief);
    argument_fini(&argument);
}

static void add_position(struct str *s, const struct completion *completion,
                         size_t i)
{
    const struct usage *usage = &completion->usage;
    char where[32];
    snprintf(where, sizeof(where), "%zu%s", i,
             usage->repeats && i + 1 == usage->count ? "-" : "");
    add_condition(s, completion->command->name, where);
    add_takes(s, &usage->at[i]);
    str_add_char(s, '\n');
}

static void add_command(struct str *s, const struct completion *completion)
{
    const char *name = completion->command->name;
    if (*name) {
        add_condition(s, "", "0");
        str_add(s, " -a ");
        quote(s, name);
        str_add(s, " -d ");
        quote(s, completion->command->summary);
        str_add_char(s, '\n');
    }
    for (size_t i = 0; i < completion->walk.count; i++)
        add_option(s, name, &completion->walk.items[i]);
    for (size_t i = 0; *name && i < completion->usage.count; i++)
        add_position(s, completion, i);
}

/* Which options have the next word for their value. */
static void add_values(struct str *s, const struct completion *commands,
                       size_t count)
{
    str_add(s, "function __mpstress_has_value\n    contains -- \"$argv\"");
    for (size_t i = 0; i < count; i++)
        for (size_t n = 0; n < commands[i].walk.count; n++) {
            const struct walk_option *option = &commands[i].walk.items[n];
            const char *name = commands[i].command->name;
            for (size_t k = 0; option->rows->arg && k < option->row_count;
                 k++) {
                if (walk_short(option, k))
                    str_addf(s, " \\\n        '%s -%c'", name,
                             walk_short(option, k));
                if (walk_long(option, k))
                    str_addf(s, " \\\n        '%s --%s'", name,
                             walk_long(option, k));
            }
        }
    str_add(s, "\nend\n");
}

int completion_fish(FILE *out, const struct completion *commands, size_t count)
{
    struct str s;
    str_init(&s);
    str_add(&s, "# fish completion for mpstress, by `mpstress completion "
                "fish`.\n\n");
    add_values(&s, commands, count);
    int err = str_ok(&s) ? 0 : -ENOMEM;
    if (!err)
        fputs(s.data, out);
    fputs(manual_completion_fish, out);
    fputc('\n', out);
    str_clear(&s);
    for (size_t i = 0; i < count; i++)
        add_command(&s, &commands[i]);
    err = err || str_ok(&s) ? err : -ENOMEM;
    if (!err)
        fputs(s.data, out);
    str_fini(&s);
    return err;
}
