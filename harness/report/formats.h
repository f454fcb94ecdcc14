/* The writers behind the rows of report_formats(). Private to report/. */
#ifndef MPS_REPORT_FORMATS_H
#define MPS_REPORT_FORMATS_H

#include <stdio.h>

#include "report.h"

int html_write(FILE *out, const struct report_run *run);
int json_write(FILE *out, const struct report_run *run);
int junit_write(FILE *out, const struct report_run *run);
int sarif_write(FILE *out, const struct report_run *run);
int tap_write(FILE *out, const struct report_run *run);

#endif
