/* The writers behind the rows of report_formats(). Private to report/. */
#ifndef MPS_REPORT_FORMATS_H
#define MPS_REPORT_FORMATS_H

#include <stdio.h>

#include "base/str.h"
#include "report.h"

/* Write TEXT to OUT; -errno on failure. */
int formats_put(FILE *out, const char *text, size_t size);
/* Write S, which is complete, to OUT and release it; -ENOMEM when it is not
 * what it should be. */
int formats_end(FILE *out, struct str *s);

int html_write(FILE *out, const struct report_run *run);
int json_write(FILE *out, const struct report_run *run);
int junit_write(FILE *out, const struct report_run *run);
int sarif_write(FILE *out, const struct report_run *run);
int tap_write(FILE *out, const struct report_run *run);

#endif
