/* mpstress completion: the completion script of a shell. */
#include "manual/completion.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "about.h"
#include "base/diag.h"
#include "base/error.h"
#include "help.h"

static const struct {
    const char *name;
    int (*write)(FILE *out, const struct completion *commands, size_t count);
} shells[] = {
    {"bash", completion_bash},
    {"zsh", completion_zsh},
    {"fish", completion_fish},
};

static const char *shell_name(size_t i)
{
    return i < sizeof(shells) / sizeof(*shells) ? shells[i].name : NULL;
}

int completion_end(FILE *out, struct str *s, const char *functions)
{
    int err = str_ok(s) ? 0 : -ENOMEM;
    if (!err)
        fputs(s->data, out);
    fputs(functions, out);
    str_fini(s);
    return err;
}

void completion_brief(struct str *brief, const char *doc)
{
    static const char *const ends[] = {" (", ". ", "; "};
    size_t length = doc ? strlen(doc) : 0;
    for (size_t i = 0; doc && i < sizeof(ends) / sizeof(*ends); i++) {
        const char *end = strstr(doc, ends[i]);
        if (end && (size_t)(end - doc) < length)
            length = (size_t)(end - doc);
    }
    str_clear(brief);
    str_add_bytes(brief, doc ? doc : "", length);
}

/* What comes before a command. */
static const struct command program = {.name = "", .argp = &about_argp};

static int collect(struct completion *all, size_t count,
                   const struct command *const *rows)
{
    int err = 0;
    for (size_t i = 0; i < count; i++) {
        all[i].command = i ? rows[i - 1] : &program;
        int walked = walk_open(&all[i].walk, all[i].command);
        int read = usage_read(&all[i].usage, all[i].command, &all[i].walk);
        err = err ? err : walked ? walked : read;
    }
    return err;
}

static int write_script(FILE *out, size_t shell)
{
    size_t count;
    const struct command *const *rows = commands(&count);
    struct completion *all = calloc(++count, sizeof(*all));
    if (!all)
        return -ENOMEM;
    int err = collect(all, count, rows);
    if (!err)
        err = shells[shell].write(out, all, count);
    for (size_t i = 0; i < count; i++) {
        walk_free(&all[i].walk);
        usage_fini(&all[i].usage);
    }
    free(all);
    return err;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    const char **name = state->input;
    if (key == ARGP_KEY_ARG && !*name)
        *name = argument;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "'%s': one shell at a time", argument);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static int run(int argc, char **argv)
{
    const char *name = NULL;
    int code = command_parse(&command_completion, argc, argv, &name);
    if (code)
        return code;
    struct mps_diag diag = {""};
    size_t shell = 0;
    while (name && shell_name(shell) && strcmp(shell_name(shell), name) != 0)
        shell++;
    int err;
    if (name && shell_name(shell)) {
        err = write_script(stdout, shell);
    } else {
        char *names = help_choice(shell_name);
        err = diag_set(&diag, -MPS_EUSAGE, "%s%sfor which shell? %s",
                       name ? name : "", name ? ": " : "", names ? names : "");
        free(names);
    }
    return err ? command_fail(&command_completion, err, &diag) : 0;
}

static char *say_shells(int key, const char *text, void *input)
{
    (void)input;
    return key == ARGP_KEY_HELP_ARGS_DOC ? help_choice(shell_name)
                                         : help_unchanged(text);
}

static const struct argp argp = {
    .parser = parse,
    .doc = "Print the script that makes a shell complete commands, options, "
           "what they may be, stored failures and scenarios."
           "\v"
           "An installed mpstress has them where shells look. Otherwise, bash: "
           "this line in ~/.bashrc,"
           "\n\n    eval \"$(mpstress completion bash)\"\n\n"
           "zsh: this one in ~/.zshrc, behind compinit,"
           "\n\n    eval \"$(mpstress completion zsh)\"\n\n"
           "and fish: this one in ~/.config/fish/config.fish,"
           "\n\n    mpstress completion fish | source",
    .help_filter = say_shells,
};

const struct command command_completion = {
    .name = "completion",
    .summary = "print the completion script of a shell",
    .argp = &argp,
    .run = run,
};
