#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "trace/trace_print.h"

const char *print_status(int status, char *buf, size_t size)
{
    if (WIFEXITED(status)) {
        snprintf(buf, size, "exit %d", WEXITSTATUS(status));
    } else {
        int number = WTERMSIG(status);
        const char *name = sigabbrev_np(number);
        if (name)
            snprintf(buf, size, "killed by SIG%s", name);
        else
            snprintf(buf, size, "killed by signal %d", number);
    }
    return buf;
}

enum { LABEL_COLUMNS = 14 };

static void print_label(struct print *p, const char *label)
{
    print_text(p, STYLE_FAINT, "  %-*s", LABEL_COLUMNS - 2, label);
}

static const char *verdict_text(const char *verdict)
{
    static const char *const texts[][2] = {
        {"deadlock", "in a deadlock, by mpstress"},
        {"idle", "with tasks that wait for ever, by mpstress"},
        {"livelock", "in a livelock, by mpstress"},
        {"step bound", "at the limit of its steps, by mpstress"},
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        if (!strcmp(texts[i][0], verdict))
            return texts[i][1];
    return verdict;
}

static void print_ending(struct print *p)
{
    const struct trace_meta *meta = p->meta;
    char text[48];
    print_label(p, "ended");
    if (meta->timed_out) {
        print_text(p, STYLE_BAD, "not within its time limit of ");
        print_duration(p, STYLE_BAD, meta->time_limit_ns);
    } else if (*meta->verdict) {
        print_text(p, STYLE_BAD, "%s", verdict_text(meta->verdict));
        print_text(p, STYLE_PLAIN, " after ");
        print_duration(p, STYLE_PLAIN, meta->elapsed_ns);
    } else if (meta->server_lost) {
        print_text(p, STYLE_BAD, "with the process that starts the others");
    } else {
        print_text(p, meta->status ? STYLE_BAD : STYLE_PLAIN, "%s",
                   print_status(meta->status, text, sizeof(text)));
        print_text(p, STYLE_PLAIN, " after ");
        print_duration(p, STYLE_PLAIN, meta->elapsed_ns);
    }
    print_text(p, STYLE_PLAIN, ", %" PRIu64 " points", meta->points);
    print_end(p);
    if (meta->segment_damaged) {
        print_label(p, "");
        print_text(p, STYLE_BAD,
                   "the target wrote over mpstress's memory: what follows may "
                   "be wrong");
        print_end(p);
    }
}

static void print_schedule(struct print *p)
{
    const struct trace_meta *meta = p->meta;
    print_label(p, "schedule");
    print_text(p, STYLE_PLAIN, "%s", meta->mode);
    if (strcmp(meta->strategy, meta->mode) && *meta->strategy)
        print_text(p, STYLE_PLAIN, ", strategy %s", meta->strategy);
    if (meta->depth)
        print_text(p, STYLE_PLAIN, " of depth %" PRIu64, meta->depth);
    if (meta->controlled)
        print_text(p, STYLE_PLAIN,
                   ": %" PRIu64 " steps, %" PRIu64 " decisions, %" PRIu64
                   " switches, %" PRIu64 " of them preemptions",
                   meta->grants, meta->decisions, meta->switches,
                   meta->preemptions);
    print_end(p);
    if (*meta->origin) {
        print_label(p, "");
        print_text(p, STYLE_PLAIN, "%s", meta->origin);
        print_end(p);
    }
    if (!meta->externals)
        return;
    print_label(p, "");
    print_text(p, STYLE_BAD, "only partly controlled: ");
    print_text(p, STYLE_PLAIN, "%s",
               *meta->external_call ? meta->external_call : "computing");
    if (*meta->external_place)
        print_text(p, STYLE_PLACE, " at %s", meta->external_place);
    print_text(p, STYLE_PLAIN, "%s",
               meta->externals > 1 ? ", among others" : "");
    print_end(p);
}

static void print_parameters(struct print *p)
{
    const struct trace_param *params;
    size_t count = trace_params(p->trace, &params);
    if (!count && !p->meta->delay_high_ns)
        return;
    print_label(p, "parameters");
    for (size_t i = 0; i < count; i++)
        print_text(p, STYLE_PLAIN, "%s=%s ", params[i].name, params[i].value);
    if (p->meta->delay_high_ns) {
        print_text(p, STYLE_PLAIN, "delay=");
        print_duration(p, STYLE_PLAIN, p->meta->delay_low_ns);
        print_text(p, STYLE_PLAIN, "..");
        print_duration(p, STYLE_PLAIN, p->meta->delay_high_ns);
    }
    print_end(p);
}

static void print_arguments(struct print *p)
{
    const char *const *arguments;
    size_t count = trace_arguments(p->trace, &arguments);
    struct str line;
    str_init(&line);
    for (size_t i = 0; i < count; i++) {
        if (i)
            str_add_char(&line, ' ');
        str_add_word(&line, arguments[i]);
    }
    print_label(p, "target");
    print_wrapped(p, LABEL_COLUMNS, "%s", line.data);
    str_fini(&line);
}

static void print_when(struct print *p)
{
    time_t seconds = (time_t)(p->meta->wall_ns / UINT64_C(1000000000));
    struct tm utc;
    char text[48];
    if (!gmtime_r(&seconds, &utc) ||
        !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &utc))
        return;
    print_label(p, "recorded");
    print_text(p, STYLE_PLAIN, "%s by mpstress %s", text, p->meta->version);
    print_end(p);
}

int print_headline(struct print *p)
{
    const struct trace_meta *meta = p->meta;
    print_text(p, STYLE_BAD, "FAIL");
    print_text(p, STYLE_PLAIN, " ");
    print_text(p, STYLE_HEADING, "%s", meta->scenario_name);
    print_text(p, STYLE_PLAIN, "  iteration %" PRIu64 "  seed 0x%" PRIx64,
               meta->iteration, meta->seed);
    print_end(p);
    const struct finding_list *findings = trace_findings(p->trace);
    for (size_t i = 0; i < findings->count; i++) {
        const char *kind = finding_kind_name(findings->items[i].kind);
        print_text(p, STYLE_BAD, "  %s: ", kind);
        print_wrapped(p, strlen(kind) + 4, "%s", findings->items[i].what);
    }
    return 0;
}

/* How the iteration was run, and how it went. */
int print_facts(struct print *p)
{
    const struct trace_meta *meta = p->meta;
    if (trace_explanation(p->trace))
        print_heading(p, "As recorded");
    print_ending(p);
    print_schedule(p);
    print_parameters(p);
    print_arguments(p);
    if (*meta->scenario_path) {
        print_label(p, "scenario");
        print_text(p, STYLE_PLACE, "%s", meta->scenario_path);
        print_end(p);
    }
    print_label(p, "run");
    print_wrapped(p, LABEL_COLUMNS, "%s", meta->command);
    print_when(p);
    return 0;
}

static struct print begin(FILE *out, const struct trace *trace,
                          const struct trace_print_options *options)
{
    struct print p = {
        .out = out,
        .trace = trace,
        .meta = trace_meta(trace),
        .options = *options,
    };
    if (!p.options.max_ops)
        p.options.max_ops = 40;
    if (!p.options.max_lines)
        p.options.max_lines = 20;
    return p;
}

int trace_print_explanation(FILE *out, const struct trace *trace,
                            const struct trace_print_options *options)
{
    struct print p = begin(out, trace, options);
    int err = print_explanation(&p);
    if (err)
        return err;
    return fflush(out) || ferror(out) ? -EIO : 0;
}

int trace_print(FILE *out, const struct trace *trace,
                const struct trace_print_options *options)
{
    static int (*const parts[])(struct print *) = {
        print_headline,     print_explanation, print_facts, print_findings,
        print_mishaps,      print_tasks,       print_ops,   print_messages,
        print_observations, print_files,
    };
    struct print p = begin(out, trace, options);
    p.whole = true;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        int err = parts[i](&p);
        if (err)
            return err;
    }
    const char *subject = options->subject ? options->subject : p.meta->id;
    print_end(&p);
    print_text(&p, STYLE_FAINT, "why:       ");
    print_text(&p, STYLE_HEADING, "mpstress diagnose %s", subject);
    print_end(&p);
    print_text(&p, STYLE_FAINT, "reproduce: ");
    print_text(&p, STYLE_HEADING, "mpstress replay %s", subject);
    print_end(&p);
    return fflush(out) || ferror(out) ? -EIO : 0;
}
