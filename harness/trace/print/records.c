/* What the target said: messages and observations. */
#include <inttypes.h>

#include "check/show.h"
#include "print.h"

/* As findings show it. */
static void add_item(struct table *table, const void *data, size_t size)
{
    struct str text;
    str_init(&text);
    show_item(&text, data, size);
    print_table_add(table, "%s", text.data);
    str_fini(&text);
}

static size_t records_heading(struct print *p, const char *what, size_t count)
{
    size_t shown = count < p->options.max_lines ? count : p->options.max_lines;
    if (shown < count)
        print_heading(p, "%s (the last %zu of %zu)", what, shown, count);
    else
        print_heading(p, "%s", what);
    return shown;
}

int print_messages(struct print *p)
{
    static const struct table_column columns[] = {
        {"ticket", STYLE_FAINT, true, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"", STYLE_PLAIN, false, CUT_NEVER},
        {"queue", STYLE_PLAIN, false, CUT_END},
        {"item", STYLE_PLAIN, false, CUT_END},
        {"at", STYLE_PLACE, false, CUT_START},
    };
    const struct trace_message *messages;
    size_t count = trace_messages(p->trace, &messages);
    if (!count)
        return 0;
    size_t shown = records_heading(p, "Queue messages", count);
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = count - shown; i < count; i++) {
        const struct trace_message *message = &messages[i];
        char task[256];
        print_table_add(&table, "%" PRIu64, message->ticket);
        print_table_add(&table, "%s",
                        print_task_text(p, message->task, task, sizeof(task)));
        print_table_add(&table, "%s", message->got ? "got" : "put");
        print_table_add(&table, "%s", message->queue);
        add_item(&table, message->data, message->size);
        print_table_add(&table, "%s", message->place);
    }
    return print_table_print(&table, p);
}

int print_observations(struct print *p)
{
    static const struct table_column columns[] = {
        {"ticket", STYLE_FAINT, true, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"kind", STYLE_PLAIN, false, CUT_NEVER},
        {"name", STYLE_PLAIN, false, CUT_END},
        {"value", STYLE_PLAIN, false, CUT_END},
        {"at", STYLE_PLACE, false, CUT_START},
    };
    const struct trace_observation *observations;
    size_t count = trace_observations(p->trace, &observations);
    if (!count)
        return 0;
    size_t shown = records_heading(p, "Observations", count);
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = count - shown; i < count; i++) {
        const struct trace_observation *observation = &observations[i];
        char task[256];
        print_table_add(&table, "%" PRIu64, observation->ticket);
        print_table_add(
            &table, "%s",
            print_task_text(p, observation->task, task, sizeof(task)));
        print_table_add(&table, "%s", observation->kind);
        print_table_add(&table, "%s", observation->name);
        print_table_add(&table, "%.200s", observation->value);
        print_table_add(&table, "%s", observation->place);
    }
    return print_table_print(&table, p);
}
