/* Options of `mpstress run`, parsed. */
#ifndef MPS_CLI_RUN_H
#define MPS_CLI_RUN_H

#include <argp.h>

#include "campaign/campaign.h"

enum { FORMATS_MAX = 16 };
/* For explaining one finding, unless --shrink-time says otherwise. */
#define SHRINK_TIME_NS UINT64_C(10000000000)

struct run_input {
    struct campaign_options campaign;
    const char *store;        /* directory; NULL: the default */
    const char *suppressions; /* file, or NULL */
    const char **known;       /* --known, files; owned */
    size_t known_count;
    int64_t *workers; /* --workers, owned */
    size_t worker_count;
    bool has_seed;
    bool no_stored;
    enum color_mode color;
    const char *reports[FORMATS_MAX]; /* by row of report_formats() */
    const char **names; /* scenarios named on the command line; owned */
    size_t name_count;
    char **settings; /* "--workers=3", see report.h; owned */
    size_t setting_count;
    char *const *program; /* after "--", or NULL */
};

extern const struct argp run_argp;

#endif
