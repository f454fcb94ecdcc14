/* mpstress show ID: a stored failure as text. */
#include "stored/show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/parse.h"
#include "base/str.h"
#include "color_option.h"
#include "command.h"
#include "report/report.h"
#include "report/words.h"
#include "stored/html.h"
#include "stored/input.h"
#include "stored/lookup.h"
#include "trace/trace_print.h"

/* What programs read of a trace. */
static const struct format {
    const char *name, *what;
    int (*write)(FILE *out, const struct trace *trace);
} formats[] = {
    {"chrome", "the Chrome trace", report_chrome},
};

const char *show_format_name(size_t i)
{
    return i < sizeof(formats) / sizeof(*formats) ? formats[i].name : NULL;
}

struct input {
    struct stored_input stored;
    const char *html;
    const char *file; /* where --format goes; NULL: standard output */
    const struct format *format;
    struct trace_print_options print;
};

enum { KEY_OPS = STORED_INPUT_KEYS_END, KEY_HTML, KEY_FORMAT };

static const struct argp_option options[] = {
    STORED_INPUT_OPTION,
    {"ops", KEY_OPS, "N", 0, "Show the last N operations (default 40)", 0},
    {"html", KEY_HTML, "FILE", 0,
     "Write a page to read in a browser to FILE instead (-: stdout)", 0},
    {"format", KEY_FORMAT, "FORMAT", 0,
     "Write the recorded iteration for a program, to OUTPUT or to standard "
     "output: chrome, the Trace Event format of chrome://tracing and "
     "ui.perfetto.dev",
     0},
    {0},
};

static int set_format(struct argp_state *state, struct input *input,
                      const char *name)
{
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
        if (!strcmp(formats[i].name, name)) {
            input->format = &formats[i];
            return 0;
        }
    argp_error(state, "--format: '%s' is not chrome", name);
    return 0;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct input *input = state->input;
    struct mps_diag diag;
    uint64_t number;
    switch (key) {
    case KEY_OPS:
        if (parse_u64(argument, &number, &diag))
            argp_error(state, "--ops: %s", diag.text);
        input->print.max_ops = number;
        return 0;
    case KEY_HTML:
        input->html = argument;
        return 0;
    case KEY_FORMAT:
        return set_format(state, input, argument);
    case ARGP_KEY_ARG:
        if (!input->stored.name || input->file)
            return stored_input_parse(key, argument, state);
        input->file = argument;
        return 0;
    case ARGP_KEY_END:
        if (input->file && !input->format)
            argp_error(state, "one failure at a time");
        if (input->html && input->format)
            argp_error(state, "either --html or --format");
        return stored_input_parse(key, argument, state);
    default:
        return stored_input_parse(key, argument, state);
    }
}

static unsigned terminal_width(void)
{
    struct winsize size;
    if (!isatty(1))
        return 0;
    return ioctl(1, TIOCGWINSZ, &size) || !size.ws_col ? 80 : size.ws_col;
}

/* How another command names what PATH is the file of: as the user named it, if
 * that was a file, else by ID and store. */
static void add_subject(struct str *s, const struct stored_input *stored,
                        const char *path, const char *id)
{
    if (!strcmp(path, stored->name)) {
        words_shell(s, path);
        return;
    }
    if (stored->store) {
        str_add(s, "--store ");
        words_shell(s, stored->store);
        str_add_char(s, ' ');
    }
    words_shell(s, id);
}

static int print(const struct trace *trace, const char *path,
                 struct input *input)
{
    struct str subject;
    str_init(&subject);
    add_subject(&subject, &input->stored, path, trace_meta(trace)->id);
    input->print.subject = subject.data;
    input->print.width = terminal_width();
    input->print.color = color_stdout(input->stored.color);
    int err = trace_print(stdout, trace, &input->print);
    str_fini(&subject);
    /* A standard output that takes nothing is told by main(). */
    return err == -EIO ? 0 : err;
}

static int write_format(const struct input *input, const struct trace *trace,
                        struct mps_diag *diag)
{
    const struct format *format = input->format;
    struct report_draft draft;
    int err = report_draft_open(&draft);
    if (!err)
        err = format->write(draft.out, trace);
    return report_draft_put(&draft, err, input->file ? input->file : "-",
                            format->what, diag);
}

static int run(int argc, char **argv)
{
    struct input input = {0};
    int code = command_parse(&command_show, argc, argv, &input);
    if (code)
        return code;
    struct mps_diag diag = {""};
    struct trace *trace;
    char *path = NULL;
    int err = lookup_path(&path, input.stored.store, input.stored.name, &diag);
    if (!err)
        err = trace_open(&trace, path, &diag);
    if (err) {
        free(path);
        return command_fail(&command_show, err, &diag);
    }
    if (input.html)
        err = show_html(input.html, input.stored.store, path, trace, &diag);
    else if (input.format)
        err = write_format(&input, trace, &diag);
    else
        err = print(trace, path, &input);
    if (err)
        code = command_fail(&command_show, err, &diag);
    trace_close(trace);
    free(path);
    return code;
}

static const struct argp argp = {
    .options = options,
    .parser = parse,
    .children = color_option,
    .args_doc = "ID|FILE [OUTPUT]",
    .doc = "Show a failure that a run has stored: tasks, findings, the last "
           "operations, messages, observations, output.\v"
           "ID may be shortened; `latest` is the newest failure.",
};

const struct command command_show = {
    .name = "show",
    .summary = "show a stored failure",
    .argp = &argp,
    .run = run,
};
