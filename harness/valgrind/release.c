#include <stdlib.h>

#include "parse.h"

static void stack_fini(struct valgrind_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        free(stack->frames[i].object);
        free(stack->frames[i].function);
        free(stack->frames[i].directory);
        free(stack->frames[i].file);
    }
    free(stack->frames);
    *stack = (struct valgrind_stack){0};
}

void valgrind_error_fini(struct valgrind_error *error)
{
    for (size_t i = 0; i < error->part_count; i++) {
        free(error->parts[i].text);
        stack_fini(&error->parts[i].stack);
    }
    free(error->parts);
    free(error->kind);
}

void valgrind_report_fini(struct valgrind_report *report)
{
    for (size_t i = 0; i < report->error_count; i++)
        valgrind_error_fini(&report->errors[i]);
    free(report->errors);
    for (size_t i = 0; i < report->thread_count; i++)
        stack_fini(&report->threads[i].created);
    free(report->threads);
    stack_fini(&report->signal_stack);
    free(report->tool);
    free(report->program);
    *report = (struct valgrind_report){0};
}
