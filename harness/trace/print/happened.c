/* What happened: tasks, findings, ops. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "trace/place.h"

const char *print_task_text(const struct print *p, const char *path, char *buf,
                            size_t size)
{
    const struct trace_task *tasks;
    size_t count = trace_tasks(p->trace, &tasks);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(tasks[i].path, path) && *tasks[i].name) {
            snprintf(buf, size, "%s (%s)", path, tasks[i].name);
            return buf;
        }
    snprintf(buf, size, "%s", path);
    return buf;
}

/* -- Tasks -----------------------------------------------------------------*/

static int by_path(const void *a, const void *b)
{
    const struct trace_task *x = *(const struct trace_task *const *)a;
    const struct trace_task *y = *(const struct trace_task *const *)b;
    return strverscmp(x->path, y->path);
}

static int depth_of(const char *path)
{
    int depth = 0;
    for (; *path; path++)
        depth += *path == '.';
    return depth;
}

static void add_task(struct table *table, const struct trace_task *task)
{
    char ended[48] = "";
    if (task->alive)
        snprintf(ended, sizeof(ended), "not at all");
    else if (task->status_known && !(task->is_thread && !task->status))
        print_status(task->status, ended, sizeof(ended));
    else if (task->status_known)
        snprintf(ended, sizeof(ended), "ended");
    print_table_add(table, "%*s%s%s%s%s", 2 * depth_of(task->path), "",
                    task->path, *task->name ? " (" : "", task->name,
                    *task->name ? ")" : "");
    print_table_add(table, "%s %d", task->is_thread ? "tid" : "pid", task->pid);
    print_table_add(table, "%" PRIu64, task->points);
    print_table_add(table, "%s", ended);
    print_table_add(table, "%s", task->created);
}

int print_tasks(struct print *p)
{
    enum { TASKS_SHOWN = 100 };
    static const struct table_column columns[] = {
        {"task", STYLE_NAME, false, CUT_END},
        {"id", STYLE_PLAIN, false, CUT_NEVER},
        {"points", STYLE_PLAIN, true, CUT_NEVER},
        {"ended", STYLE_PLAIN, false, CUT_NEVER},
        {"created by", STYLE_PLACE, false, CUT_PLACE},
    };
    const struct trace_task *tasks;
    size_t count = trace_tasks(p->trace, &tasks);
    if (!count)
        return 0;
    const struct trace_task **sorted = calloc(count, sizeof(*sorted));
    if (!sorted)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        sorted[i] = &tasks[i];
    qsort(sorted, count, sizeof(*sorted), by_path);

    print_heading(p, "Tasks");
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = 0; i < count && i < TASKS_SHOWN; i++)
        add_task(&table, sorted[i]);
    free(sorted);
    int err = print_table_print(&table, p);
    if (count > TASKS_SHOWN) {
        print_text(p, STYLE_FAINT, "  and %zu more", count - TASKS_SHOWN);
        print_end(p);
    }
    return err;
}

/* -- Findings --------------------------------------------------------------*/

static void print_field(struct print *p, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    print_text(p, STYLE_FAINT, "  %-11s", label);
    print_text(p, STYLE_PLAIN, "%s", text);
    print_end(p);
}

static void print_detail(struct print *p, const char *detail)
{
    while (detail && *detail) {
        size_t length = strcspn(detail, "\n");
        print_text(p, STYLE_PLAIN, "    %.*s", (int)length, detail);
        print_end(p);
        detail += length + (detail[length] == '\n');
    }
}

static int print_places(struct print *p, const struct finding *finding)
{
    static const struct table_column columns[] = {
        {"task", STYLE_NAME, false, CUT_END},
        {"does", STYLE_PLAIN, false, CUT_END},
        {"at", STYLE_PLACE, false, CUT_PLACE},
    };
    if (!finding->place_count)
        return 0;
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = 0; i < finding->place_count; i++) {
        const struct finding_place *place = &finding->places[i];
        struct str text;
        str_init(&text);
        place_add(&text, &place->location);
        print_table_add(&table, "%s", place->task ? place->task : "");
        print_table_add(&table, "%s", place->role ? place->role : "");
        print_table_add(&table, "%s", text.data);
        str_fini(&text);
    }
    return print_table_print(&table, p);
}

int print_findings(struct print *p)
{
    const struct finding_list *findings = trace_findings(p->trace);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->items[i];
        if (!finding->place_count && !finding->detail && !finding->invariant &&
            !finding->expected && !finding->actual)
            continue; /* the headline has said it all */
        print_heading(p, "Finding: %s", finding_kind_name(finding->kind));
        if (findings->count > 1)
            print_field(p, "what", finding->what);
        print_field(p, "invariant", finding->invariant);
        print_field(p, "expected", finding->expected);
        print_field(p, "actual", finding->actual);
        int err = print_places(p, finding);
        if (err)
            return err;
        print_detail(p, finding->detail);
    }
    return 0;
}

/* -- Ops ------------------------------------------------------------------- */

static const char no_return[] = "no return";

static void add_result(struct table *table, const struct trace_op *op)
{
    const char *name = op->result < 0 && op->result > -4096
                           ? strerrorname_np((int)-op->result)
                           : NULL;
    if (!op->end)
        print_table_add(table, timeline_returns(op->kind) ? no_return : "");
    else if (name)
        print_table_add(table, "%s", name);
    else
        print_table_add(table, "%" PRId64, op->result);
}

int print_ops(struct print *p)
{
    static const struct table_column columns[] = {
        {"ticket", STYLE_FAINT, true, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"op", STYLE_PLAIN, false, CUT_NEVER},
        {"object", STYLE_PLAIN, false, CUT_START},
        {"result", STYLE_PLAIN, false, CUT_NEVER},
        {"at", STYLE_PLACE, false, CUT_PLACE},
    };
    const struct trace_op *ops;
    size_t count = trace_ops(p->trace, &ops);
    if (!count)
        return 0;
    size_t shown = count < p->options.max_ops ? count : p->options.max_ops;
    uint64_t all = count + p->meta->ops_lost;
    if (shown < all)
        print_heading(p, "Points (the last %zu of %" PRIu64 ")", shown, all);
    else
        print_heading(p, "Points");
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    table.alarm = no_return;
    for (size_t i = count - shown; i < count; i++) {
        const struct trace_op *op = &ops[i];
        char task[256];
        print_table_add(&table, "%" PRIu64, op->begin);
        print_table_add(&table, "%s",
                        print_task_text(p, op->task, task, sizeof(task)));
        print_table_add(&table, "%s", op->kind);
        print_table_add(&table, "%s", op->object);
        add_result(&table, op);
        print_table_add(&table, "%s", op->place);
    }
    return print_table_print(&table, p);
}
