#include "formats.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"

static const struct report_format formats[] = {
    {"html", "one page for people, without anything from the network",
     html_write},
    {"json", "everything about the run, for programs", json_write},
    {"junit", "XML that CI systems show as test results", junit_write},
    {"sarif", "SARIF 2.1.0, for code scanning and editors", sarif_write},
    {"tap", "TAP 13, for prove and the like", tap_write},
};

const struct report_format *report_formats(size_t *count)
{
    *count = sizeof(formats) / sizeof(formats[0]);
    return formats;
}

int report_draft_open(struct report_draft *draft)
{
    *draft = (struct report_draft){0};
    draft->out = open_memstream(&draft->text, &draft->size);
    return draft->out ? 0 : -errno;
}

int report_draft_close(struct report_draft *draft, int err)
{
    if (draft->out && fclose(draft->out) && !err)
        err = -errno;
    draft->out = NULL;
    return err;
}

/* The name of the file that is replaced to write to PATH, to be freed; NULL for
 * a device or pipe, which is written to: renaming a file onto /dev/null would
 * take it away from everybody. */
static int find_file(const char *path, char **out)
{
    struct stat status;
    *out = NULL;
    if (stat(path, &status))
        return (*out = strdup(path)) ? 0 : -ENOMEM;
    if (S_ISDIR(status.st_mode))
        return -EISDIR;
    if (!S_ISREG(status.st_mode))
        return 0;
    /* The file that a symbolic link points to is meant, not the link. */
    return (*out = realpath(path, NULL)) ? 0 : -errno;
}

int report_check_path(const char *path, struct mps_diag *diag)
{
    if (!strcmp(path, "-"))
        return 0;
    char *file;
    int err = find_file(path, &file);
    if (!err && file)
        err = io_can_replace(file);
    else if (!err && access(path, W_OK))
        err = -errno;
    free(file);
    return err ? diag_set(diag, err, "%s: cannot be written: %s", path,
                          error_text(err))
               : 0;
}

static int write_path(const char *path, const char *text, size_t size)
{
    char *file;
    int err = find_file(path, &file);
    if (!err)
        err = file ? io_replace_file(file, text, size)
                   : io_write_file(path, 0, text, size);
    free(file);
    return err;
}

int formats_put(FILE *out, const char *text, size_t size)
{
    errno = 0;
    if (fwrite(text, 1, size, out) == size)
        return 0;
    return errno ? -errno : -EIO;
}

int formats_end(FILE *out, struct str *s)
{
    int err = str_ok(s) ? formats_put(out, s->data, s->len) : -ENOMEM;
    str_fini(s);
    return err;
}

static int write_stdout(const char *text, size_t size)
{
    int err = formats_put(stdout, text, size);
    if (!err && fflush(stdout))
        err = errno ? -errno : -EIO;
    return err;
}

static int put(const char *path, const char *what, const char *text,
               size_t size, struct mps_diag *diag)
{
    bool to_stdout = !strcmp(path, "-");
    int err =
        to_stdout ? write_stdout(text, size) : write_path(path, text, size);
    if (err)
        return diag_set(diag, err, "%s: %s was not written: %s",
                        to_stdout ? "standard output" : path, what,
                        error_text(err));
    return 0;
}

int report_draft_put(struct report_draft *draft, int err, const char *path,
                     const char *what, struct mps_diag *diag)
{
    err = report_draft_close(draft, err);
    if (err)
        diag_set(diag, err, "%s could not be made: %s", what, error_text(err));
    else
        err = put(path, what, draft->text, draft->size, diag);
    free(draft->text);
    draft->text = NULL;
    return err;
}

int report_write(const struct report_format *format, const char *path,
                 const struct report_run *run, struct mps_diag *diag)
{
    char what[64];
    struct report_draft draft;
    int err = report_draft_open(&draft);
    if (!err)
        err = format->write(draft.out, run);
    snprintf(what, sizeof(what), "the %s report", format->name);
    return report_draft_put(&draft, err, path, what, diag);
}
