/* The parts of report_summary(). Private to report/. */
#ifndef MPS_REPORT_SUMMARY_H
#define MPS_REPORT_SUMMARY_H

#include <stdbool.h>

#include "base/str.h"
#include "color.h"
#include "report.h"

/* As in the summary: failures in capitals. Static. */
const char *verdict_shown(enum verdict verdict);
enum style verdict_style(enum verdict verdict);

/* Append the table of RUN's scenarios: columns as wide as their widest cell,
 * a very long name on a line of its own. */
void table_add(struct str *s, bool color, const struct report_run *run);

#endif
