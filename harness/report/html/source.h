/* Lines of source, to stand beside what they do. Private to report/html/. */
#ifndef MPS_REPORT_HTML_SOURCE_H
#define MPS_REPORT_HTML_SOURCE_H

#include "base/str.h"

/* Looks below the working directory and DIRECTORY. Remembers what it has
 * read; zero it first and release it with source_fini(). */
struct source {
    const char *directory; /* of the scenario, or NULL */
    struct source_text {
        char *place, *text;
    } texts[256];
    size_t count;
};

/* The line that the place "function() file:line" names, without the blanks
 * around it; "" when it cannot be had. Valid until the next call. Only what
 * looks like source by its name is read: a trace may come from a stranger who
 * would like to see another file in the report that it is made into. */
const char *source_at(struct source *source, const char *place);

void source_fini(struct source *source);

#endif
