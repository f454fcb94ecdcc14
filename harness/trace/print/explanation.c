/* What shrinking found out: the pair of ops that decides, and what the
 * shortest schedule costs. */
#include <inttypes.h>
#include <string.h>

#include "print.h"

static void add_task_text(struct table *table,
                          const struct trace_explained_task *task)
{
    if (*task->name)
        print_table_add(table, "%s (%s)", task->path, task->name);
    else
        print_table_add(table, "%s", task->path);
}

/* -- The pair -------------------------------------------------------------- */

/* Who called the functions that the two are in. */
static void print_calls(struct print *p, const struct trace_explanation *why)
{
    for (size_t i = 0; i < 2; i++) {
        const char *calls = why->pair[i].calls;
        const char *label = i ? "then  " : "first ";
        while (*calls) {
            const char *end = strstr(calls, " < ");
            int length = (int)(end ? (size_t)(end - calls) : strlen(calls));
            print_text(p, STYLE_HEADING, "  %s", label);
            print_text(p, STYLE_FAINT, " called by ");
            print_text(p, STYLE_PLACE, "%.*s", length, calls);
            print_end(p);
            calls += length + (end ? 3 : 0);
            label = "      ";
        }
    }
}

/* What the lock of both is for. */
static void print_queue(struct print *p, const struct trace_explanation *why)
{
    struct timeline timeline;
    const char *object = why->pair[0].object;
    if (strcmp(object, why->pair[1].object) != 0 ||
        timeline_init(&timeline, p->trace))
        return;
    const char *queue = timeline_queue(&timeline, object);
    if (queue) {
        print_text(p, STYLE_FAINT, "  ");
        print_wrapped(p, 2, "%s guards the queue \"%s\".", object, queue);
    }
    timeline_fini(&timeline);
}

static int print_pair(struct print *p, const struct trace_explanation *why)
{
    static const struct table_column columns[] = {
        {"", STYLE_HEADING, false, CUT_NEVER},
        {"task", STYLE_NAME, false, CUT_END},
        {"op", STYLE_PLAIN, false, CUT_NEVER},
        {"object", STYLE_PLAIN, false, CUT_START},
        {"at", STYLE_PLACE, false, CUT_PLACE},
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
        struct str what;
        str_init(&what);
        timeline_add_op(&what, op->kind, op->object);
        size_t kind = strlen(op->kind);
        print_table_add(&table, "%s", op->kind);
        print_table_add(&table, "%s",
                        what.len > kind ? what.data + kind + 1 : "");
        table.failed |= !str_ok(&what);
        str_fini(&what);
        print_table_add(&table, "%s", op->place);
    }
    int err = print_table_print(&table, p);
    print_calls(p, why);
    print_queue(p, why);
    if (!why->dependent) {
        print_text(p, STYLE_FAINT, "  ");
        print_wrapped(p, 2,
                      "They are about different objects: the cause is "
                      "near them, not in them.");
    }
    return err;
}

/* -- The schedule ---------------------------------------------------------- */

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
    struct timeline timeline;
    err = timeline_init(&timeline, p->trace);
    if (!err)
        err = print_timeline(p, &timeline);
    timeline_fini(&timeline);
    return err;
}
