/* mpstress help, mpstress --help: what there is. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "about.h"
#include "base/str.h"
#include "command.h"
#include "help.h"
#include "scenario/suggest.h"

enum { COLUMNS = 79, COMMANDS_MAX = 64 };

/* TEXT in lines. */
static void put_prose(FILE *out, const char *text)
{
    size_t column = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (column && column + 1 + length > COLUMNS) {
            fputc('\n', out);
            column = 0;
        }
        fprintf(out, "%s%.*s", column ? " " : "", (int)length, text);
        column += length + (column ? 1 : 0);
        text += length + strspn(text + length, " ");
    }
    fputc('\n', out);
}

static void put_rows(FILE *out, const struct about_row *rows, int width)
{
    for (; rows->name; rows++)
        fprintf(out, "  %-*s %s\n", width, rows->name, rows->about);
}

void help_print(FILE *out)
{
    size_t count;
    const struct command *const *all = commands(&count);
    put_prose(out, about_program);
    fputs("\nusage: mpstress COMMAND [ARGUMENT...]\n\n", out);
    put_rows(out, about_examples, 32);
    fputs("\ncommands:\n", out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-10s %s\n", all[i]->name, all[i]->summary);
    fputs("\n`mpstress COMMAND --help` describes a command.\n\nexit codes:\n",
          out);
    put_rows(out, about_exit_codes, 4);
}

char *help_unchanged(const char *text)
{
    /* What argp gave, it does not free. */
    return (char *)(uintptr_t)text;
}

char *help_choice(const char *(*name)(size_t i))
{
    struct str s;
    str_init(&s);
    for (size_t i = 0; name(i); i++)
        str_addf(&s, "%s%s", i ? "|" : "", name(i));
    return str_take(&s);
}

char *help_add_exit_codes(int key, const char *text, void *input)
{
    (void)input;
    char *all = NULL;
    size_t size;
    FILE *out =
        key == ARGP_KEY_HELP_POST_DOC ? open_memstream(&all, &size) : NULL;
    if (!out)
        return help_unchanged(text);
    fprintf(out, "%s\n\nExit status:\n", text);
    put_rows(out, about_exit_codes, 4);
    fclose(out);
    return all;
}

int help_refuse(const char *name)
{
    const char *known[COMMANDS_MAX];
    size_t count;
    const struct command *const *all = commands(&count);
    count = count < COMMANDS_MAX ? count : COMMANDS_MAX;
    for (size_t i = 0; i < count; i++)
        known[i] = all[i]->name;
    const char *meant = suggest(name, known, count);
    fprintf(stderr, "mpstress: no command '%s'", name);
    if (meant)
        fprintf(stderr, " (did you mean '%s'?)", meant);
    else if (!access(name, X_OK) && strchr(name, '/'))
        fprintf(stderr, "; a program is run by `mpstress run -- %s`", name);
    else
        fputs("; `mpstress --help` lists them", stderr);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    const char **name = state->input;
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    if (*name)
        argp_error(state, "one command at a time");
    *name = argument;
    return 0;
}

static int run(int argc, char **argv)
{
    const char *name = NULL;
    int code = command_parse(&command_help, argc, argv, &name);
    if (code)
        return code;
    if (!name) {
        help_print(stdout);
        return 0;
    }
    const struct command *about = command_find(name);
    char *help[] = {NULL, (char[]){"--help"}, NULL};
    return about ? command_start(about, 2, help) : help_refuse(name);
}

static const struct argp argp = {
    .parser = parse,
    .args_doc = "[COMMAND]",
    .doc = "Describe a command, as `mpstress COMMAND --help` does, or list "
           "them all.",
};

const struct command command_help = {
    .name = "help",
    .summary = "describe a command",
    .argp = &argp,
    .run = run,
};
