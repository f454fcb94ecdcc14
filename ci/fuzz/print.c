#include "print.h"

#include <stdio.h>

#include "fuzz.h"
#include "trace/trace_print.h"

void must_print(const struct trace *trace)
{
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    const struct trace_print_options options = {.width = 100};
    must(out && !trace_print(out, trace, &options) && !fclose(out));
    must_be_printable(text, length);
    free(text);
}
