#include "manual/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "base/str.h"
#include "command.h"
#include "manual/roff.h"
#include "manual/walk.h"

/* A command with all that is written of it. */
struct subject {
    const struct command *command;
    struct walk walk;
    char *arguments;  /* usage lines */
    struct str names; /* of its arguments, for roff_prose() */
};

/* What comes before a command. */
static const struct command program = {.name = "", .argp = &about_argp};

/* The words in capitals in TEXT, each with a blank behind it. */
static void add_names(struct str *names, const char *text)
{
    static const char capitals[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    while (*(text += strcspn(text, capitals))) {
        size_t n = strspn(text, capitals);
        while (text[n] == '-' && strspn(text + n + 1, capitals))
            n += 1 + strspn(text + n + 1, capitals);
        str_add_bytes(names, text, n);
        str_add_char(names, ' ');
        text += n;
    }
}

static int subject_open(struct subject *subject, const struct command *command)
{
    *subject = (struct subject){.command = command};
    str_init(&subject->names);
    subject->arguments = walk_arguments(command);
    int err = walk_open(&subject->walk, command);
    if (err || !subject->arguments)
        return -ENOMEM;
    str_add_char(&subject->names, ' ');
    add_names(&subject->names, subject->arguments);
    for (size_t i = 0; i < subject->walk.count; i++)
        if (subject->walk.items[i].rows->arg)
            add_names(&subject->names, subject->walk.items[i].rows->arg);
    return str_ok(&subject->names) ? 0 : -ENOMEM;
}

static void subject_free(struct subject *subject)
{
    walk_free(&subject->walk);
    free(subject->arguments);
    str_fini(&subject->names);
}

/* A word of a usage line: names of arguments slanted, all else as it is to be
 * typed, but for brackets and dots. */
static void put_usage_word(FILE *out, const char *word, size_t length)
{
    while (length) {
        static const char plain[] = "[]|.";
        const char first[] = {*word, '\0'};
        bool marked = strspn(first, plain) == 0;
        size_t n = 0;
        while (n < length && !strchr(plain, word[n]) == marked)
            n++;
        bool is_name = *word >= 'A' && *word <= 'Z';
        roff_words(out, !marked ? 'R' : is_name ? 'I' : 'B', word, n);
        word += n;
        length -= n;
    }
}

/* "mpstress NAME [OPTION...] ARGUMENTS", a line for each of the usage lines. */
static void put_usage(FILE *out, const struct subject *subject)
{
    const char *line = subject->arguments;
    const char *end;
    do {
        end = line + strcspn(line, "\n");
        fputs(line == subject->arguments ? ".HP\n" : ".PD 0\n.HP\n", out);
        roff_words(out, 'B', "mpstress", strlen("mpstress"));
        if (*subject->command->name)
            fputc(' ', out);
        put_usage_word(out, subject->command->name,
                       strlen(subject->command->name));
        if (subject->walk.count && !subject->command->foreign &&
            subject->command->run)
            fputs(" [\\fIOPTION\\fR...]", out);
        for (; line < end; line += strspn(line, " ")) {
            size_t n = strcspn(line, " \n");
            fputc(' ', out);
            put_usage_word(out, line, n);
            line += n;
        }
        fputc('\n', out);
        line = end + 1;
    } while (*end);
    fputs(".PD\n", out);
}

static void put_option_name(FILE *out, const struct walk_option *option)
{
    const char *argument = option->rows->arg;
    const char *separator = "";
    fputs(".TP\n", out);
    for (size_t i = 0; i < option->row_count; i++) {
        const char letter[] = {'-', walk_short(option, i), '\0'};
        if (letter[1]) {
            fputs(separator, out);
            separator = ", ";
            roff_words(out, 'B', letter, 2);
            if (argument && !walk_long(option, i)) {
                fputc(' ', out);
                roff_argument(out, argument);
            }
        }
        if (walk_long(option, i)) {
            fprintf(out, "%s\\fB\\-\\-", separator);
            separator = ", ";
            roff_words(out, 'R', walk_long(option, i),
                       strlen(walk_long(option, i)));
            fputs("\\fR", out);
            if (argument) {
                fputc('=', out);
                roff_argument(out, argument);
            }
        }
    }
    fputc('\n', out);
}

static void put_option(FILE *out, const struct subject *subject,
                       const struct walk_option *option)
{
    put_option_name(out, option);
    roff_prose(out, option->rows->doc ? option->rows->doc : "",
               subject->names.data, ".IP");
}

/* Of this command alone. */
static void put_options(FILE *out, const struct subject *subject)
{
    const char *heading = NULL;
    for (size_t i = 0; i < subject->walk.count; i++) {
        const struct walk_option *option = &subject->walk.items[i];
        if (option->common)
            continue;
        if (option->heading && option->heading != heading) {
            fputs(".PP\n", out);
            roff_prose(out, option->heading, "", ".PP");
        }
        heading = option->heading;
        put_option(out, subject, option);
    }
}

static int put_command(FILE *out, const struct command *command)
{
    struct subject subject;
    int err = subject_open(&subject, command);
    const char *doc = command->argp->doc ? command->argp->doc : "";
    const char *after = strchr(doc, '\v');
    char *before = after ? strndup(doc, (size_t)(after - doc)) : strdup(doc);
    if (!before)
        err = -ENOMEM;
    if (!err) {
        fputs(".SS ", out);
        roff_words(out, 'R', command->name, strlen(command->name));
        fputc('\n', out);
        put_usage(out, &subject);
        fputs(".PP\n", out);
        roff_prose(out, before, subject.names.data, ".PP");
        put_options(out, &subject);
        if (after) {
            fputs(".PP\n", out);
            roff_prose(out, after + 1, subject.names.data, ".PP");
        }
    }
    free(before);
    subject_free(&subject);
    return err;
}

/* What several commands take, once. */
struct common {
    struct walk_option option;
    struct str takers; /* "run, show" */
    size_t count;
};
enum { COMMONS_MAX = 16 };

static int count_commons(struct common *commons, size_t *count,
                         const struct command *command)
{
    struct walk walk;
    int err = walk_open(&walk, command);
    for (size_t i = 0; !err && i < walk.count; i++) {
        const struct walk_option *option = &walk.items[i];
        size_t at = 0;
        while (at < *count && commons[at].option.rows != option->rows)
            at++;
        if (!option->common || at == COMMONS_MAX)
            continue;
        if (at == *count) {
            commons[(*count)++] = (struct common){.option = *option};
            str_init(&commons[at].takers);
        }
        str_addf(&commons[at].takers, "%s`%s`", commons[at].count ? ", " : "",
                 command->name);
        commons[at].count++;
    }
    walk_free(&walk);
    return err;
}

/* Those that the commands share. */
static int put_commons(FILE *out)
{
    size_t count = 0, takers = 0, command_count;
    const struct command *const *all = commands(&command_count);
    struct common commons[COMMONS_MAX];
    int err = 0;
    for (size_t i = 0; !err && i < command_count; i++) {
        if (all[i]->foreign)
            continue;
        takers++;
        err = count_commons(commons, &count, all[i]);
    }
    for (size_t i = 0; i < count; i++) {
        struct common *common = &commons[i];
        if (!err) {
            put_option_name(out, &common->option);
            roff_prose(out, common->option.rows->doc, "", ".IP");
        }
        if (!err && common->count < takers) {
            fputs(".IP\nOf ", out);
            str_add(&common->takers, ".");
            roff_prose(out, common->takers.data, "", ".IP");
        }
        str_fini(&common->takers);
    }
    return err;
}

static int put_commands(FILE *out)
{
    size_t count;
    const struct command *const *all = commands(&count);
    int err = 0;
    for (size_t i = 0; !err && i < count; i++)
        err = put_command(out, all[i]);
    return err;
}

static void put_rows(FILE *out, const struct about_row *rows)
{
    for (; rows->name; rows++) {
        fputs(".TP\n", out);
        roff_words(out, 'B', rows->name, strlen(rows->name));
        fputc('\n', out);
        roff_prose(out, rows->about, " ID NAME ", ".IP");
    }
}

static void put_section(FILE *out, const char *title, const char *text)
{
    fprintf(out, ".SH %s\n", title);
    if (*text)
        roff_prose(out, text, " COMMAND ", ".PP");
}

int page_write(FILE *out)
{
    struct subject own;
    int err = subject_open(&own, &program);
    fputs(".\\\" Written by `mpstress manual`.\n"
          ".TH MPSTRESS 1 \"\" \"mpstress " MPS_VERSION "\" \"User Commands\"\n"
          /* Words of a command line are to be found, and copied, whole. */
          ".nh\n.ad l\n",
          out);
    put_section(out, "NAME", about_name);
    put_section(out, "SYNOPSIS", "");
    if (!err)
        put_usage(out, &own);
    put_section(out, "DESCRIPTION", about_program);
    put_rows(out, about_examples);
    put_section(out, "COMMANDS",
                "`mpstress COMMAND --help` says the same of one. What several "
                "take is under OPTIONS.");
    if (!err)
        err = put_commands(out);
    put_section(out, "OPTIONS", "In the place of a command:");
    if (!err)
        put_options(out, &own);
    fputs(".PP\n", out);
    roff_prose(
        out,
        "Of every command, but not of `cc` and `c++`, which hand on what "
        "they are given:",
        "", ".PP");
    if (!err)
        err = put_commons(out);
    put_section(out, "EXIT STATUS",
                "What a command means by another number, or by the same one "
                "otherwise, is said where it is described.");
    put_rows(out, about_exit_codes);
    put_section(out, "ENVIRONMENT", "");
    put_rows(out, about_environment);
    put_section(out, "FILES", "");
    put_rows(out, about_files);
    fputs(".SH SEE ALSO\n.BR gdb (1),\n.BR git\\-bisect (1),\n"
          ".BR sqlite3 (1),\n.BR valgrind (1)\n",
          out);
    subject_free(&own);
    return err;
}
