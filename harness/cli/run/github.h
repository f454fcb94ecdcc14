/* What a run gives GitHub Actions when it is a step there (GITHUB_ACTIONS is
 * "true"): annotations among its output, and a summary. Elsewhere nothing. */
#ifndef MPS_CLI_RUN_GITHUB_H
#define MPS_CLI_RUN_GITHUB_H

#include <stdbool.h>
#include <stdio.h>

struct mps_diag;
struct report_run;

struct github {
    FILE *out; /* NULL: not there */
    char token[40];
};

/* Before anything of a target is printed: from now on, OUT holds no workflow
 * commands, whatever is written to it. */
void github_begin(struct github *github, FILE *out);

/* Take workflow commands again and give those of RUN (NULL: it has none), once;
 * then append its summary to the file GITHUB_STEP_SUMMARY names. -errno. */
int github_end(struct github *github, const struct report_run *run,
               struct mps_diag *diag);

#endif
