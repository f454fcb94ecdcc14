#include "run/github.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "report/report.h"

/* A target may print "::error::..." or, anywhere in a line, "##[...]", and its
 * texts are shown: only who knows the token makes commands out of lines. */
void github_begin(struct github *github, FILE *out)
{
    const char *actions = getenv("GITHUB_ACTIONS");
    uint64_t secret[2];
    *github = (struct github){0};
    if (!actions || strcmp(actions, "true") != 0 ||
        getrandom(secret, sizeof(secret), 0) != sizeof(secret))
        return;
    github->out = out;
    snprintf(github->token, sizeof(github->token), "%016" PRIx64 "%016" PRIx64,
             secret[0], secret[1]);
    fprintf(out, "::stop-commands::%s\n", github->token);
    fflush(out);
}

static int append_summary(const struct report_run *run, struct mps_diag *diag)
{
    const char *path = getenv("GITHUB_STEP_SUMMARY");
    if (!path || !*path)
        return 0;
    struct report_draft draft;
    int err = report_draft_open(&draft);
    if (!err)
        err = report_github_summary(draft.out, run);
    err = report_draft_close(&draft, err);
    if (!err)
        err = io_write_file(path, O_CREAT | O_APPEND, draft.text, draft.size);
    free(draft.text);
    return err ? diag_set(diag, err, "%s: the summary was not written: %s",
                          path, error_text(err))
               : 0;
}

int github_end(struct github *github, const struct report_run *run,
               struct mps_diag *diag)
{
    FILE *out = github->out;
    if (!out)
        return 0;
    github->out = NULL;
    fprintf(out, "::%s::\n", github->token);
    int err = run ? report_github_annotations(out, run) : 0;
    if (fflush(out) && !err)
        err = -errno;
    if (err)
        return diag_set(diag, err, "the annotations were not written: %s",
                        error_text(err));
    return run ? append_summary(run, diag) : 0;
}
