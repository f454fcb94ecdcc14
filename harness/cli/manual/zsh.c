/* The table of zsh: the words of _arguments, for each command. */
#include <string.h>

#include "manual/assets.h"
#include "manual/completion.h"

/* TEXT between brackets or colons. */
static void add_escaped(struct str *s, const char *text)
{
    for (; *text; text++) {
        if (strchr("[]:\\", *text))
            str_add_char(s, '\\');
        str_add_char(s, *text);
    }
}

/* :FILE: __mpstress_takes "files" ""; all that is small letters and such. */
static void add_action(struct str *s, const char *name,
                       const struct argument *argument)
{
    str_add(s, ":");
    add_escaped(s, name);
    str_addf(s, ": __mpstress_takes \"%s\" \"%s\"", argument->kinds.data,
             argument->words.data);
}

static void add_word(struct str *s, const struct str *word)
{
    str_add(s, " \\\n            ");
    str_add_word(s, word->data);
}

static void add_option(struct str *s, const struct walk_option *option,
                       const char *name)
{
    const bool is_long = name[1] == '-';
    const char *argument_name = option->rows->arg;
    struct argument argument;
    struct str word, brief;
    argument_init(&argument);
    str_init(&word);
    str_init(&brief);
    argument_of_option(&argument, option);
    completion_brief(&brief, option->rows->doc);
    str_addf(&word, "*%s%s[", name, !argument_name ? "" : is_long ? "=" : "+");
    add_escaped(&word, brief.data);
    str_add(&word, "]");
    if (argument_name)
        add_action(&word, argument_name, &argument);
    add_word(s, &word);
    str_fini(&brief);
    str_fini(&word);
    argument_fini(&argument);
}

static void add_options(struct str *s, const struct completion *completion)
{
    struct str name;
    str_init(&name);
    for (size_t i = 0; i < completion->walk.count; i++) {
        const struct walk_option *option = &completion->walk.items[i];
        for (size_t n = 0; n < option->row_count; n++) {
            const char letter[] = {'-', walk_short(option, n), '\0'};
            if (letter[1])
                add_option(s, option, letter);
            str_clear(&name);
            str_addf(&name, "--%s",
                     walk_long(option, n) ? walk_long(option, n) : "");
            if (walk_long(option, n))
                add_option(s, option, name.data);
        }
    }
    str_fini(&name);
}

/* The commands have a description each, unlike other words. */
static void add_commands(struct str *s, const struct completion *commands,
                         size_t count)
{
    str_add(s, "__mpstress_commands() {\n    local -a commands=(");
    for (size_t i = 1; i < count; i++) {
        struct str word;
        str_init(&word);
        add_escaped(&word, commands[i].command->name);
        str_add(&word, ":");
        str_add(&word, commands[i].command->summary);
        add_word(s, &word);
        str_fini(&word);
    }
    str_add(s, ")\n    _describe -t commands command commands\n}\n\n");
}

static void add_command(struct str *s, const struct completion *completion)
{
    const struct usage *usage = &completion->usage;
    str_add(s, "    ");
    str_add_word(s, completion->command->name);
    str_add(s, ")\n        _arguments -S");
    add_options(s, completion);
    for (size_t i = 0; i < usage->count; i++) {
        struct str word;
        str_init(&word);
        if (usage->repeats && i + 1 == usage->count)
            str_add(&word, "*");
        else
            str_addf(&word, "%zu", i + 1);
        if (completion->command->run)
            add_action(&word, usage->at[i].kinds.data, &usage->at[i]);
        else
            str_add(&word, ":command: __mpstress_commands");
        add_word(s, &word);
        str_fini(&word);
        if (!completion->command->run)
            break;
    }
    str_add(s, "\n        ;;\n");
}

int completion_zsh(FILE *out, const struct completion *commands, size_t count)
{
    struct str s;
    str_init(&s);
    str_add(&s, "#compdef mpstress\n# zsh completion for mpstress, by "
                "`mpstress completion zsh`.\n\n");
    add_commands(&s, commands, count);
    str_add(&s, "__mpstress_table() {\n    case $1 in\n");
    for (size_t i = 0; i < count; i++)
        add_command(&s, &commands[i]);
    str_add(&s, "    esac\n}\n");
    return completion_end(out, &s, manual_completion_zsh);
}
