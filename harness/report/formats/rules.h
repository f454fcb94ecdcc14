/* What a finding of each kind means, for those who never saw one: rules, as
 * SARIF calls them. Private to report/. */
#ifndef MPS_REPORT_RULES_H
#define MPS_REPORT_RULES_H

#include "check/finding.h"

struct rule {
    const char *id;    /* "mpstress/lock-order": stays as it is for good */
    const char *name;  /* "LockOrder" */
    const char *level; /* "error" or "warning" */
    const char *full;  /* what happened, in sentences */
    const char *help;  /* what to do */
};

/* Static. */
const struct rule *rule_of(enum finding_kind kind);

#endif
