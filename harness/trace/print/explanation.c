/* What shrinking found out: the pair of ops that decides, and the shortest
 * schedule, a column per task. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "trace/utf8.h"

enum {
    CONTEXT = 2,       /* ops shown before and after a switch */
    PLACE_COLUMNS = 20 /* for a place at least */
};

static const char no_return[] = "no return";

/* "mutex lock /ring+0x40", "sem wait /jobs": the kind of an object that the
 * name of the op tells already is left out. */
static void add_op_text(struct str *s, const char *kind, const char *object)
{
    size_t word = strcspn(kind, " ");
    const char *name = strchr(object, ' ');
    if (name && word && !strncmp(kind, object, word))
        object = name + 1;
    str_addf(s, "%s%s%s", kind, *object ? " " : "", object);
}

static void add_task_text(struct table *table,
                          const struct trace_explained_task *task)
{
    if (*task->name)
        print_table_add(table, "%s (%s)", task->path, task->name);
    else
        print_table_add(table, "%s", task->path);
}

/* -- The pair -------------------------------------------------------------- */

static int print_pair(struct print *p, const struct trace_explanation *why)
{
    static const struct table_column columns[] = {
        {"", STYLE_HEADING, false, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"op", STYLE_PLAIN, false, CUT_NEVER},
        {"object", STYLE_PLAIN, false, CUT_START},
        {"at", STYLE_PLACE, false, CUT_START},
    };
    if (!why->has_pair)
        return 0;
    print_heading(p, "It fails when these two come in this order, and passes "
                     "when they come in the other");
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = 0; i < 2; i++) {
        const struct trace_critical_op *op = &why->pair[i];
        print_table_add(&table, i ? "then" : "first");
        add_task_text(&table, &why->tasks[op->task]);
        print_table_add(&table, "%s", op->kind);
        print_table_add(&table, "%s", op->object);
        print_table_add(&table, "%s", op->place);
    }
    int err = print_table_print(&table, p);
    if (!why->dependent) {
        print_text(p, STYLE_FAINT, "  ");
        print_wrapped(p, 2,
                      "They are about different objects: the cause is "
                      "near them, not in them.");
    }
    return err;
}

/* -- The schedule ---------------------------------------------------------- */

static bool is_switch(const struct trace_explanation *why, size_t i)
{
    return i && why->ops[i].task != why->ops[i - 1].task;
}

/* "first" or "then" for an op of the pair, which is the NTH completed one of
 * its task; or NULL. */
static const char *critical(const struct trace_explanation *why, size_t i,
                            uint64_t nth)
{
    const struct trace_explained_op *op = &why->ops[i];
    for (size_t k = 0; k < 2 && why->has_pair; k++) {
        const struct trace_critical_op *pair = &why->pair[k];
        if (pair->task == op->task && pair->nth == nth &&
            !strcmp(pair->kind, op->kind))
            return k ? "<- then" : "<- first";
    }
    return NULL;
}

struct row {
    size_t op;        /* the first that it stands for */
    size_t count;     /* how many: 1, or all of a stretch without switches */
    const char *pair; /* as critical() says */
    bool wanted;      /* near a switch, or of the pair */
};

/* One row for each op, those far from any switch together. */
static size_t collect_rows(const struct trace_explanation *why,
                           struct row *rows)
{
    uint64_t *done = calloc(why->task_count + 1, sizeof(*done));
    if (!done)
        return 0;
    for (size_t i = 0; i < why->op_count; i++) {
        uint32_t task = why->ops[i].task;
        rows[i] = (struct row){i, 1, critical(why, i, done[task]), false};
        done[task] += why->ops[i].completed;
    }
    free(done);
    for (size_t i = 0; i < why->op_count; i++) {
        bool stuck = !why->ops[i].completed && print_returns(why->ops[i].kind);
        if (!rows[i].pair && !is_switch(why, i) && !stuck &&
            i + 1 < why->op_count)
            continue;
        for (size_t k = i < CONTEXT ? 0 : i - CONTEXT;
             k < i + CONTEXT && k < why->op_count; k++)
            rows[k].wanted = true;
    }
    size_t count = 0;
    for (size_t i = 0; i < why->op_count; i++) {
        struct row *last = count ? &rows[count - 1] : NULL;
        if (last && !last->wanted && !rows[i].wanted && !is_switch(why, i))
            last->count++;
        else
            rows[count++] = rows[i];
    }
    return count;
}

static void add_row(struct table *table, const struct trace_explanation *why,
                    const struct row *row, const uint32_t *shown,
                    size_t shown_count)
{
    const struct trace_explained_op *op = &why->ops[row->op];
    struct str text;
    str_init(&text);
    if (row->count > 1)
        str_addf(&text, "(%zu more)", row->count);
    else
        add_op_text(&text, op->kind, op->object);
    print_table_add(table, is_switch(why, row->op) ? ">" : "");
    if (shown_count > 1)
        for (size_t i = 0; i < shown_count; i++)
            print_table_add(table, "%s", shown[i] == op->task ? text.data : "");
    else {
        add_task_text(table, &why->tasks[op->task]);
        print_table_add(table, "%s", text.data);
    }
    bool stuck = !op->completed && print_returns(op->kind);
    print_table_add(table, "%s",
                    row->pair ? row->pair
                    : stuck   ? no_return
                              : "");
    print_table_add(table, "%s", row->count > 1 ? "" : op->place);
    str_fini(&text);
}

/* The columns that the ops of TASK need, 0 without any. */
static size_t measure_task(const struct trace_explanation *why, uint32_t task)
{
    struct str text;
    str_init(&text);
    size_t width = 0;
    for (size_t i = 0; i < why->op_count; i++) {
        const struct trace_explained_op *op = &why->ops[i];
        if (op->task != task)
            continue;
        str_clear(&text);
        add_op_text(&text, op->kind, op->object);
        size_t needs = utf8_width(text.data);
        width = needs > width ? needs : width;
    }
    str_fini(&text);
    return width;
}

/* The tasks that do anything into SHOWN; 0 when they are too many, or do not
 * fit into the width, with what tells one object from another at the end. */
static size_t choose_columns(const struct print *p,
                             const struct trace_explanation *why,
                             uint32_t shown[static TABLE_COLUMNS])
{
    enum { MOST = TABLE_COLUMNS - 3, GAP = 2, OTHERS = 16 };
    size_t count = 0, needs = OTHERS + PLACE_COLUMNS;
    for (uint32_t task = 0; task < why->task_count; task++) {
        size_t width = measure_task(why, task);
        if (!width)
            continue;
        if (count == MOST)
            return 0;
        needs += width + GAP;
        shown[count++] = task;
    }
    return !p->options.width || needs <= p->options.width ? count : 0;
}

static int print_rows(struct print *p, const struct trace_explanation *why,
                      const struct row *rows, size_t count)
{
    uint32_t shown[TABLE_COLUMNS];
    size_t shown_count = choose_columns(p, why, shown);
    struct str titles[TABLE_COLUMNS];
    struct table_column columns[TABLE_COLUMNS] = {
        {"", STYLE_HEADING, false, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"op", STYLE_PLAIN, false, CUT_NEVER},
    };
    size_t at = 3;
    if (shown_count > 1) {
        for (at = 1; at <= shown_count; at++) {
            const struct trace_explained_task *task =
                &why->tasks[shown[at - 1]];
            str_init(&titles[at]);
            str_addf(&titles[at], *task->name ? "%s (%s)" : "%s", task->path,
                     task->name);
            columns[at] = (struct table_column){titles[at].data, STYLE_PLAIN,
                                                false, CUT_NEVER};
        }
    }
    columns[at++] = (struct table_column){"", STYLE_HEADING, false, CUT_NEVER};
    columns[at++] = (struct table_column){"at", STYLE_PLACE, false, CUT_START};

    struct table table;
    print_table_init(&table, columns, at);
    table.alarm = no_return;
    size_t first = count > p->options.max_ops ? count - p->options.max_ops : 0;
    for (size_t i = first; i < count; i++)
        add_row(&table, why, &rows[i], shown, shown_count);
    int err = print_table_print(&table, p);
    for (size_t i = 1; shown_count > 1 && i <= shown_count; i++)
        str_fini(&titles[i]);
    if (first) {
        print_text(p, STYLE_FAINT, "  (the last %zu of %zu rows)",
                   count - first, count);
        print_end(p);
    }
    return err;
}

static void print_cost(struct print *p, const struct trace_schedule_cost *cost)
{
    print_text(p, STYLE_PLAIN,
               "%" PRIu64 " preemption%s, %" PRIu64 " switch%s, %" PRIu64
               " step%s",
               cost->preemptions, cost->preemptions == 1 ? "" : "s",
               cost->switches, cost->switches == 1 ? "" : "es", cost->steps,
               cost->steps == 1 ? "" : "s");
}

static void print_summary(struct print *p, const struct trace_explanation *why)
{
    print_text(p, STYLE_PLAIN, "  ");
    print_cost(p, &why->cost);
    print_text(p, STYLE_FAINT, " (recorded: ");
    print_cost(p, &why->cost_before);
    print_text(p, STYLE_FAINT, ")");
    if (!why->complete)
        print_text(p, STYLE_BAD, ", the time for shrinking was up");
    print_end(p);
    if (!why->param_count)
        return;
    print_text(p, STYLE_PLAIN, "  with");
    for (size_t i = 0; i < why->param_count; i++)
        print_text(p, STYLE_PLAIN, " %s=%s", why->params[i].name,
                   why->params[i].value);
    print_end(p);
}

int print_explanation(struct print *p)
{
    const struct trace_explanation *why = trace_explanation(p->trace);
    if (!why)
        return 0;
    int err = print_pair(p, why);
    if (err)
        return err;
    print_heading(p, "The shortest schedule with the same finding");
    print_summary(p, why);
    if (!why->op_count)
        return 0;
    struct row *rows = calloc(why->op_count, sizeof(*rows));
    size_t count = rows ? collect_rows(why, rows) : 0;
    err = count ? print_rows(p, why, rows, count) : -ENOMEM;
    free(rows);
    return err;
}
