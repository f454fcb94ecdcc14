#include "progress/progress.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "color.h"
#include "finding/block.h"
#include "words.h"

enum { TERMINAL_COLUMNS = 80 };
static const uint64_t bar_period_ns = 100000000;    /* 10 Hz */
static const uint64_t log_period_ns = 10000000000u; /* 10 s */

struct progress {
    FILE *out;
    bool color, quiet, terminal;
    size_t forced_width; /* 0: ask the terminal */
    struct str name;
    struct progress_state state;
    uint64_t limit_ns; /* of every scenario */
    uint64_t began_ns, drawn_ns;
    bool visible; /* the status line is on the screen */
};

static bool is_terminal(FILE *stream)
{
    const char *term = getenv("TERM");
    int fd = fileno(stream);
    return fd >= 0 && isatty(fd) && term && strcmp(term, "dumb");
}

struct progress *progress_new(FILE *out, bool color, bool quiet)
{
    struct progress *progress = calloc(1, sizeof(*progress));
    if (!progress)
        return NULL;
    progress->out = out;
    progress->color = color;
    progress->quiet = quiet;
    progress->terminal = is_terminal(out);
    str_init(&progress->name);
    return progress;
}

void progress_free(struct progress *progress)
{
    if (!progress)
        return;
    progress_hide(progress);
    str_fini(&progress->name);
    free(progress);
}

void progress_limit(struct progress *progress, uint64_t limit_ns)
{
    progress->limit_ns = limit_ns;
}

void progress_force_terminal(struct progress *progress, size_t width)
{
    progress->terminal = true;
    progress->forced_width = width;
}

/* One column less than there is: a character in the last one makes some
 * terminals wrap. */
static size_t line_width(const struct progress *progress)
{
    struct winsize size;
    size_t width = progress->forced_width;
    if (!width && !ioctl(fileno(progress->out), TIOCGWINSZ, &size))
        width = size.ws_col;
    if (!width)
        width = TERMINAL_COLUMNS;
    return width - 1;
}

/* In one write, so that the line does not flicker or mix with another's. */
static void emit(struct progress *progress, const struct str *s)
{
    fwrite(s->data, 1, s->len, progress->out);
    fflush(progress->out);
}

static void draw(struct progress *progress)
{
    struct str s;
    str_init(&s);
    if (progress->terminal) {
        str_add_char(&s, '\r');
        progress_bar_line(&s, progress->color, line_width(progress),
                          &progress->state);
        str_add(&s, "\033[K");
        progress->visible = true;
    } else {
        progress_plain_line(&s, &progress->state);
        str_add_char(&s, '\n');
    }
    emit(progress, &s);
    str_fini(&s);
}

void progress_hide(struct progress *progress)
{
    if (!progress->visible)
        return;
    fputs("\r\033[K", progress->out);
    fflush(progress->out);
    progress->visible = false;
}

void progress_begin_at(struct progress *progress, const char *scenario,
                       uint64_t planned, size_t index, size_t of,
                       uint64_t now_ns)
{
    str_clear(&progress->name);
    words_clean(&progress->name, scenario);
    progress->state = (struct progress_state){
        .name = progress->name.data,
        .index = index,
        .of = of,
        .planned = planned,
        .limit_ns = progress->limit_ns,
    };
    progress->began_ns = progress->drawn_ns = now_ns;
    /* A terminal shows at once what has begun; a log waits for its turn. */
    if (progress->terminal && !progress->quiet)
        draw(progress);
}

void progress_begin(struct progress *progress, const char *scenario,
                    uint64_t planned, size_t index, size_t of)
{
    progress_begin_at(progress, scenario, planned, index, of, clock_now_ns());
}

void progress_update_at(struct progress *progress, uint64_t iterations,
                        uint64_t failures, uint64_t now_ns)
{
    uint64_t period = progress->terminal ? bar_period_ns : log_period_ns;
    if (progress->quiet || now_ns - progress->drawn_ns < period)
        return;
    progress->drawn_ns = now_ns;
    progress->state.iterations = iterations;
    progress->state.failures = failures;
    progress->state.elapsed_ns = now_ns - progress->began_ns;
    draw(progress);
}

void progress_update(struct progress *progress, uint64_t iterations,
                     uint64_t failures)
{
    if (!progress->quiet)
        progress_update_at(progress, iterations, failures, clock_now_ns());
}

/* The log's last word on a scenario: "[3/28] locks-mixed: caught hang at
 * iteration 17 (1.2 s)". */
static void add_end(struct str *s, const struct progress *progress,
                    const struct report_scenario *scenario)
{
    char number[WORDS_NUMBER_BYTES], span[32];
    const struct report_finding *finding = block_main_finding(scenario);
    if (progress->state.of > 1)
        str_addf(s, "[%zu/%zu] ", progress->state.index, progress->state.of);
    words_clean(s, scenario->name);
    str_add(s, ": ");
    if (block_is_caught(scenario) && finding)
        str_addf(
            s, "caught %s at iteration %s",
            finding_kind_name(finding->finding->kind),
            words_number(finding->first_iteration, number, sizeof(number)));
    else if (scenario->verdict == VERDICT_PASS)
        str_addf(s, "%s, %s iteration%s", report_verdict(scenario),
                 words_number(scenario->iterations, number, sizeof(number)),
                 scenario->iterations == 1 ? "" : "s");
    else
        str_add(s, report_verdict(scenario));
    if (scenario->verdict != VERDICT_PASS && scenario->reason &&
        *scenario->reason) {
        str_add(s, ", ");
        words_clean(s, scenario->reason);
    }
    str_addf(s, " (%s)\n",
             words_span(scenario->elapsed_ns, span, sizeof(span)));
}

void progress_end(struct progress *progress,
                  const struct report_scenario *scenario)
{
    progress_hide(progress);
    /* On a terminal the summary says it in a moment. */
    if (progress->quiet || progress->terminal)
        return;
    struct str s;
    str_init(&s);
    add_end(&s, progress, scenario);
    emit(progress, &s);
    str_fini(&s);
}
