/* A stored failure as a page. */
#ifndef MPS_CLI_STORED_HTML_H
#define MPS_CLI_STORED_HTML_H

#include "trace/trace.h"

/* Write TRACE, which was read from the file PATH, to the file HTML ("-":
 * standard output), with what the store in DIRECTORY (NULL: the default) knows
 * of its scenario. Fails as report_write() does. */
int show_html(const char *html, const char *directory, const char *path,
              const struct trace *trace, struct mps_diag *diag);

#endif
