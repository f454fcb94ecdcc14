#include <string.h>

#include "print.h"

int print_mishaps(struct print *p)
{
    static const struct table_column columns[] = {
        {"task", STYLE_NAME, false, CUT_END},
        {"does", STYLE_PLAIN, false, CUT_END},
        {"object", STYLE_PLAIN, false, CUT_START},
        {"at", STYLE_PLACE, false, CUT_PLACE},
        {"other task", STYLE_NAME, false, CUT_END},
        {"at", STYLE_PLACE, false, CUT_PLACE},
    };
    const struct trace_mishap *mishaps;
    size_t count = trace_mishaps(p->trace, &mishaps);
    if (!count)
        return 0;
    print_heading(p, "Misuse");
    struct table table;
    print_table_init(&table, columns, sizeof(columns) / sizeof(*columns));
    for (size_t i = 0; i < count; i++) {
        const struct trace_mishap *mishap = &mishaps[i];
        char task[256], other[256];
        print_table_add(&table, "%s",
                        print_task_text(p, mishap->task, task, sizeof(task)));
        print_table_add(&table, "%s", mishap->what);
        print_table_add(&table, "%s", mishap->object);
        print_table_add(&table, "%s", mishap->place);
        print_table_add(
            &table, "%s",
            print_task_text(p, mishap->other, other, sizeof(other)));
        print_table_add(&table, "%s", mishap->other_place);
    }
    return print_table_print(&table, p);
}
