/* The table of bash: a `case` with a row for each thing that can be asked. */
#include <string.h>

#include "manual/assets.h"
#include "manual/completion.h"

static void put_argument(struct str *s, const struct argument *argument)
{
    str_add(s, ") kinds=");
    str_add_word(s, argument->kinds.data);
    if (argument->words.len) {
        str_add(s, " words=");
        str_add_word(s, argument->words.data);
    }
    str_add(s, " ;;\n");
}

static void add_pattern(struct str *s, const char *command, const char *what)
{
    struct str pattern;
    str_init(&pattern);
    str_addf(&pattern, "%s:%s", command, what);
    str_add_word(s, pattern.data);
    str_fini(&pattern);
}

/* A pattern for each name of OPTION: 'run:-j' | 'run:--jobs' */
static void add_names(struct str *s, const char *command,
                      const struct walk_option *option)
{
    const char *separator = "";
    for (size_t i = 0; i < option->row_count; i++) {
        const char letter[] = {'-', walk_short(option, i), '\0'};
        if (letter[1]) {
            str_add(s, separator);
            add_pattern(s, command, letter);
            separator = " | ";
        }
        if (walk_long(option, i)) {
            struct str name;
            str_init(&name);
            str_addf(&name, "--%s", walk_long(option, i));
            str_add(s, separator);
            add_pattern(s, command, name.data);
            str_fini(&name);
            separator = " | ";
        }
    }
}

static void add_options(struct str *s, const struct completion *completion)
{
    str_add(s, "    ");
    add_pattern(s, completion->command->name, "");
    str_add(s, ") options='");
    const char *separator = "";
    for (size_t i = 0; i < completion->walk.count; i++) {
        const struct walk_option *option = &completion->walk.items[i];
        for (size_t n = 0; n < option->row_count; n++) {
            if (!walk_long(option, n))
                continue;
            str_addf(s, "%s--%s", separator, walk_long(option, n));
            separator = " ";
        }
    }
    str_addf(s, "%s' ;;\n", completion->usage.program ? " --" : "");
}

static void add_command(struct str *s, const struct completion *completion)
{
    const char *name = completion->command->name;
    const struct usage *usage = &completion->usage;
    add_options(s, completion);
    for (size_t i = 0; i < completion->walk.count; i++) {
        const struct walk_option *option = &completion->walk.items[i];
        struct argument argument;
        argument_init(&argument);
        argument_of_option(&argument, option);
        if (argument.kinds.len) {
            str_add(s, "    ");
            add_names(s, name, option);
            put_argument(s, &argument);
        }
        argument_fini(&argument);
    }
    for (size_t i = 0; i < usage->count; i++) {
        char position[32];
        snprintf(position, sizeof(position), "%zu", i);
        str_add(s, "    ");
        if (usage->repeats && i + 1 == usage->count) {
            add_pattern(s, name, "");
            str_add(s, "[0-9]*");
        } else {
            add_pattern(s, name, position);
        }
        put_argument(s, &usage->at[i]);
    }
}

int completion_bash(FILE *out, const struct completion *commands, size_t count)
{
    struct str s;
    str_init(&s);
    str_add(&s, "# bash completion for mpstress, by `mpstress completion "
                "bash`.\n\n__mpstress_table() {\n    case $1:$2 in\n");
    for (size_t i = 0; i < count; i++)
        add_command(&s, &commands[i]);
    str_add(&s, "    esac\n}\n");
    return completion_end(out, &s, manual_completion_bash);
}
