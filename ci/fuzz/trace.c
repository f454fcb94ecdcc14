/* Traces from strangers (trace/trace.h): a sound one, changed. */
#include "changes.h"
#include "fuzz.h"
#include "print.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/str.h"
#include "fixture_test.h"
#include "report/report.h"
#include "trace/plan.h"
#include "trace/timeline.h"
#include "trace/utf8.h"

static struct changes *changes;
static int file;
static char path[32];

static void draw(const struct trace *trace)
{
    struct timeline timeline;
    must(!timeline_init(&timeline, trace));
    struct timeline_row *rows = calloc(timeline.step_count + 1, sizeof(*rows));
    must(rows);
    must(timeline_rows(&timeline, false, rows) <= timeline.step_count);
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < timeline.step_count; i++) {
        const struct timeline_step *step = &timeline.steps[i];
        must(step->task < timeline.task_count);
        timeline_add_op(&s, step->kind, step->object);
        timeline_add_value(&s, step);
    }
    str_fini(&s);
    free(rows);
    timeline_fini(&timeline);
}

static void plan(const struct trace *trace)
{
    struct schedule_plan plan;
    int err = trace_plan(trace, &plan);
    must(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    plan_fini(&plan);
    const struct trace_explanation *why = trace_explanation(trace);
    if (!why)
        return;
    err = trace_minimal_plan(why, &plan);
    must(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    plan_fini(&plan);
}

/* Report it in every format, as `show --html` does. */
static void report(const struct trace *trace)
{
    struct report_stored stored;
    must(!report_stored_init(&stored, trace, path));
    size_t count;
    const struct report_format *formats = report_formats(&count);
    for (size_t i = 0; i < count; i++) {
        char *text = NULL;
        size_t length;
        FILE *out = open_memstream(&text, &length);
        must(out && !formats[i].write(out, &stored.run) && !fclose(out));
        must(length && utf8_valid(text, length));
        free(text);
    }
    report_stored_fini(&stored);
}

/* Open what is in the file, and do with it what can be done. Returns what
 * trace_open() does. */
static int use(void)
{
    struct trace *trace;
    struct mps_diag diag = {.text = ""};
    int err = trace_open(&trace, path, &diag);
    if (err) {
        must(err == -MPS_ECORRUPT || err == -MPS_EINPUT ||
             err == -MPS_EVERSION);
        must(!trace);
        must_be_a_reason(diag.text);
        return err;
    }
    must_print(trace);
    plan(trace);
    draw(trace);
    report(trace);
    trace_close(trace);
    return 0;
}

static void write_changed(const uint8_t *bytes, size_t size)
{
    size_t length;
    unsigned char *changed = changes_make(changes, bytes, size, &length);
    must(!ftruncate(file, 0) &&
         pwrite(file, changed, length, 0) == (ssize_t)length);
    sqlite3_free(changed);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    struct fixture *f = fixture_new();
    fixture_control(f);
    fixture_save(f);
    fixture_explain(f);
    struct str sound;
    fixture_read(f, &sound);
    fixture_free(f);
    changes = changes_new(sound.data, sound.len);
    str_fini(&sound);
    file = memfd_create("trace", MFD_CLOEXEC);
    must(file >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    /* Or else no input would get far. */
    write_changed(NULL, 0);
    must(use() == 0);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    write_changed(bytes, size);
    use();
    return 0;
}
