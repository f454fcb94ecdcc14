#include "program.h"

#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEY_NUMBER = 0x100, /* + row of the program's numbers */
    KEY_TEXT = 0x200,   /* + row of its texts */
    KEY_LIST = 0x300,
    OPTIONS_MAX = 24,
    EXIT_USAGE = 2
};

static const struct argp_option common_options[] = {
    {"variant", 'v', "NAME", 0, "Which way to do it (see below)", 0},
    {"list", KEY_LIST, NULL, 0, "Print the names of the variants", 0},
    {"workers", 'w', "N", 0, "How many workers", 0}, /* filter_help() */
    {"backend", 'b', "process|thread", 0, "What workers are (default process)",
     0},
};
enum {
    COMMON_COUNT = sizeof(common_options) / sizeof(common_options[0]),
    FIXED_COUNT = 2 /* the first of them, of a program with fixed tasks */
};

struct parse {
    const struct program *program;
    unsigned default_workers;
    char *settings;
};

static struct program_settings *common(const struct parse *parse)
{
    return (struct program_settings *)(void *)parse->settings;
}

static uint64_t parse_number(const char *name, const char *text, uint64_t low,
                             uint64_t high, struct argp_state *state)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!*text || *end || errno || strchr(text, '-') || value < low ||
        value > high)
        argp_error(state, "--%s wants a number from %llu to %llu, not '%s'",
                   name, (unsigned long long)low, (unsigned long long)high,
                   text);
    return value;
}

static const struct program_variant *
find_variant(const struct program_variant *variants, const char *name,
             struct argp_state *state)
{
    for (const struct program_variant *v = variants; v->name; v++) {
        if (strcmp(v->name, name) == 0)
            return v;
    }
    argp_error(state, "no variant is called '%s'; see --help", name);
    return NULL;
}

static void list_variants(const struct program_variant *variants)
{
    for (const struct program_variant *v = variants; v->name; v++)
        puts(v->name);
    if (fflush(stdout) || ferror(stdout))
        exit(program_fail("stdout", -errno));
    exit(0);
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    const struct parse *parse = state->input;
    const struct program *program = parse->program;
    if (key >= KEY_TEXT && key < KEY_TEXT + OPTIONS_MAX) {
        size_t offset = program->texts[key - KEY_TEXT].offset;
        *(const char **)(void *)(parse->settings + offset) = text;
        return 0;
    }
    if (key >= KEY_NUMBER && key < KEY_NUMBER + OPTIONS_MAX) {
        const struct program_number *number =
            &program->numbers[key - KEY_NUMBER];
        *(uint64_t *)(void *)(parse->settings + number->offset) =
            parse_number(number->name, text, number->low, number->high, state);
        return 0;
    }
    switch (key) {
    case 'v':
        common(parse)->variant = find_variant(program->variants, text, state);
        return 0;
    case KEY_LIST:
        list_variants(program->variants);
        return 0;
    case 'w':
        common(parse)->workers =
            (unsigned)parse_number("workers", text, 1, MP_TEAM_MAX, state);
        return 0;
    case 'b':
        if (mp_backend_find(text, &common(parse)->backend) < 0)
            argp_error(state, "no backend is called '%s'", text);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s' is not an option", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The variants one by one; NULL when out of memory. argp frees it. */
static char *describe_variants(const struct program_variant *variants)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    fputs("Variants (the first is the default):\n", out);
    for (const struct program_variant *v = variants; v->name; v++)
        fprintf(out, "\n  %s: %s\n", v->name, v->about);
    if (fclose(out)) {
        free(text);
        return NULL;
    }
    return text;
}

/* argp asks for each part of its help; the variants go below the options. */
static char *filter_help(int key, const char *text, void *input)
{
    const struct parse *parse = input;
    if (key == ARGP_KEY_HELP_POST_DOC)
        return describe_variants(parse->program->variants);
    if (key == 'w') {
        char *more;
        int length =
            asprintf(&more, "%s (default %u)", text, parse->default_workers);
        return length < 0 ? NULL : more;
    }
    return (char *)(uintptr_t)text; /* as it is: argp frees only what is new */
}

int program_run_variant(const struct program *program, void *settings, int argc,
                        char **argv)
{
    struct argp_option options[OPTIONS_MAX] = {{0}};
    size_t count = program->fixed_tasks ? FIXED_COUNT : COMMON_COUNT;
    memcpy(options, common_options, count * sizeof(options[0]));
    for (int i = 0; program->numbers && program->numbers[i].name; i++) {
        const struct program_number *number = &program->numbers[i];
        options[count++] =
            (struct argp_option){number->name,     KEY_NUMBER + i,
                                 number->argument, 0,
                                 number->about,    0};
    }
    for (int i = 0; program->texts && program->texts[i].name; i++) {
        const struct program_text *text = &program->texts[i];
        options[count++] = (struct argp_option){
            text->name, KEY_TEXT + i, text->argument, 0, text->about, 0};
    }
    struct parse parse = {program, 2, settings};
    common(&parse)->variant = program->variants;
    if (common(&parse)->workers)
        parse.default_workers = common(&parse)->workers;
    common(&parse)->workers = parse.default_workers;
    const struct argp argp = {options, parse_option, NULL, program->about,
                              NULL,    filter_help,  NULL};
    argp_err_exit_status = EXIT_USAGE;
    if (argp_parse(&argp, argc, argv, 0, NULL, &parse))
        return EXIT_USAGE;
    int status = common(&parse)->variant->run(settings);
    if (fflush(stdout) || ferror(stdout))
        return program_fail("stdout", -errno);
    return status;
}

int program_fail(const char *what, int err)
{
    fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what,
            strerror(-err));
    return EXIT_FAILURE;
}

int program_wait(struct mp_team *team)
{
    int failed = mp_team_wait(team);
    if (failed < 0)
        return program_fail("waiting for the workers", failed);
    if (failed) {
        fprintf(stderr, "%s: %d workers failed\n",
                program_invocation_short_name, failed);
        return EXIT_FAILURE;
    }
    return 0;
}
