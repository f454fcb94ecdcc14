/* The steps of a failure, a column per task. Where the names of the objects
 * are too long for that, letters stand for them; where that, too, is too wide,
 * the tasks share a column. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"
#include "trace/utf8.h"

enum { GAP = 2, LETTERS = 26, MOST_TASKS = TABLE_COLUMNS - 4 };

static const char no_return[] = "no return";

/* -- Letters --------------------------------------------------------------- */

/* The objects of the steps, each once. */
struct objects {
    const char *names[LETTERS];
    size_t count;
    bool used, too_many;
};

static size_t find_object(const struct objects *objects, const char *name)
{
    size_t i = 0;
    while (i < objects->count && strcmp(objects->names[i], name) != 0)
        i++;
    return i;
}

static void gather_objects(struct objects *objects,
                           const struct timeline *timeline)
{
    for (size_t i = 0; i < timeline->step_count; i++) {
        const char *name = timeline->steps[i].object;
        if (!*name || find_object(objects, name) < objects->count)
            continue;
        objects->too_many |= objects->count == LETTERS;
        if (!objects->too_many)
            objects->names[objects->count++] = name;
    }
}

static void add_op(struct str *s, const struct objects *objects,
                   const struct timeline_step *step)
{
    char letter[2] = {0};
    if (!objects->used || !*step->object) {
        timeline_add_op(s, step->kind, step->object);
        return;
    }
    letter[0] = (char)('A' + find_object(objects, step->object));
    timeline_add_op(s, step->kind, letter);
}

static void print_letters(struct print *p, const struct objects *objects)
{
    for (size_t i = 0; objects->used && i < objects->count; i++) {
        print_text(p, STYLE_HEADING, "  %c", (int)('A' + i));
        print_text(p, STYLE_FAINT, "  %s", objects->names[i]);
        print_end(p);
    }
}

/* -- Columns --------------------------------------------------------------- */

struct layout {
    const struct timeline *timeline;
    struct objects objects;
    uint32_t tasks[TABLE_COLUMNS]; /* that have a column of their own */
    size_t task_count;             /* 0: they share one */
};

static size_t longer(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* What the steps of TASK need; 0 without any. */
static size_t measure_task(const struct layout *layout, uint32_t task)
{
    const struct timeline *timeline = layout->timeline;
    struct str text;
    str_init(&text);
    size_t width = 0;
    for (size_t i = 0; i < timeline->step_count; i++) {
        if (timeline->steps[i].task != task)
            continue;
        str_clear(&text);
        add_op(&text, &layout->objects, &timeline->steps[i]);
        width = longer(width, utf8_width(text.data));
    }
    if (width) {
        str_clear(&text);
        str_addf(&text, "%s (%s)", timeline->tasks[task].path,
                 timeline->tasks[task].name);
        bool named = *timeline->tasks[task].name;
        width = longer(width, named ? utf8_width(text.data) : 0);
    }
    str_fini(&text);
    return width;
}

/* Choose the tasks that do anything; false when they are too many, or do not
 * fit into WIDTH (0: no limit). */
static bool choose_columns(struct layout *layout, unsigned width)
{
    /* The place may be cut to so much; the mark of a switch, of the pair. */
    enum { PLACE = 20, OTHERS = 16 };
    const struct timeline *timeline = layout->timeline;
    size_t needs = OTHERS + PLACE;
    layout->task_count = 0;
    for (uint32_t task = 0; task < timeline->task_count; task++) {
        size_t needed = measure_task(layout, task);
        if (!needed)
            continue;
        if (layout->task_count == MOST_TASKS)
            return false;
        needs += needed + GAP;
        layout->tasks[layout->task_count++] = task;
    }
    return layout->task_count > 1 && (!width || needs <= width);
}

static void lay_out(struct layout *layout, const struct print *p)
{
    if (choose_columns(layout, p->options.width))
        return;
    gather_objects(&layout->objects, layout->timeline);
    /* What is shown beside a run has to be understood at a glance. */
    layout->objects.used =
        p->whole && layout->objects.count && !layout->objects.too_many;
    if (layout->objects.used && choose_columns(layout, p->options.width))
        return;
    layout->objects.used = false;
    layout->task_count = 0;
}

/* -- The table ------------------------------------------------------------- */

static void add_task_text(struct str *s, const struct timeline_task *task)
{
    str_addf(s, *task->name ? "%s (%s)" : "%s", task->path, task->name);
}

static void add_cells(struct table *table, const struct layout *layout,
                      const struct timeline_step *step, const char *text)
{
    if (!layout->task_count) {
        struct str task;
        str_init(&task);
        add_task_text(&task, &layout->timeline->tasks[step->task]);
        print_table_add(table, "%s", task.data);
        str_fini(&task);
        print_table_add(table, "%s", text);
        return;
    }
    for (size_t i = 0; i < layout->task_count; i++)
        print_table_add(table, "%s",
                        layout->tasks[i] == step->task ? text : "");
}

static void add_row(struct table *table, const struct layout *layout,
                    const struct timeline_row *row)
{
    static const char *const pairs[] = {
        [TIMELINE_NEITHER] = NULL,
        [TIMELINE_FIRST] = "<- first",
        [TIMELINE_THEN] = "<- then",
    };
    const struct timeline_step *step = &layout->timeline->steps[row->step];
    bool one = row->count == 1;
    struct str text, value;
    str_init(&text);
    str_init(&value);
    if (one)
        add_op(&text, &layout->objects, step);
    else
        str_addf(&text, "(%zu more)", row->count);
    if (one)
        timeline_add_value(&value, step);
    print_table_add(table, step->switched ? ">" : "");
    add_cells(table, layout, step, text.data);
    print_table_add(table, "%s", value.data);
    print_table_add(table, "%s",
                    step->pair    ? pairs[step->pair]
                    : step->stuck ? no_return
                                  : "");
    print_table_add(table, "%s", one ? step->place : "");
    if (!str_ok(&text) || !str_ok(&value))
        table->failed = true;
    str_fini(&text);
    str_fini(&value);
}

static int print_rows(struct print *p, const struct layout *layout,
                      const struct timeline_row *rows, size_t count)
{
    struct str titles[TABLE_COLUMNS];
    struct table_column columns[TABLE_COLUMNS] = {
        {"", STYLE_HEADING, false, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"op", STYLE_PLAIN, false, CUT_NEVER},
    };
    size_t at = layout->task_count ? 1 : 3;
    for (size_t i = 0; i < layout->task_count; i++) {
        str_init(&titles[i]);
        add_task_text(&titles[i], &layout->timeline->tasks[layout->tasks[i]]);
        columns[at++] = (struct table_column){titles[i].data, STYLE_PLAIN,
                                              false, CUT_NEVER};
    }
    columns[at++] = (struct table_column){"value", STYLE_PLAIN, false, CUT_END};
    columns[at++] = (struct table_column){"", STYLE_HEADING, false, CUT_NEVER};
    columns[at++] = (struct table_column){"at", STYLE_PLACE, false, CUT_PLACE};

    struct table table;
    print_table_init(&table, columns, at);
    table.alarm = no_return;
    size_t first = count > p->options.max_ops ? count - p->options.max_ops : 0;
    for (size_t i = first; i < count; i++)
        add_row(&table, layout, &rows[i]);
    int err = print_table_print(&table, p);
    for (size_t i = 0; i < layout->task_count; i++)
        str_fini(&titles[i]);
    if (first) {
        print_text(p, STYLE_FAINT, "  (the last %zu of %zu rows)",
                   count - first, count);
        print_end(p);
    }
    print_letters(p, &layout->objects);
    return err;
}

int print_timeline(struct print *p, const struct timeline *timeline)
{
    struct timeline_row *rows = calloc(timeline->step_count + 1, sizeof(*rows));
    if (!rows)
        return -ENOMEM;
    bool all = p->whole && timeline->step_count <= p->options.max_ops;
    size_t count = timeline_rows(timeline, all, rows);
    struct layout layout = {.timeline = timeline};
    lay_out(&layout, p);
    int err = print_rows(p, &layout, rows, count);
    free(rows);
    return err;
}
