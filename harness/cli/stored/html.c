#include "stored/html.h"

#include <string.h>

#include "base/diag.h"
#include "command.h"
#include "history/past.h"

static int write_run(const char *html, const char *directory,
                     const struct report_run *run, struct mps_diag *diag)
{
    size_t count;
    const struct report_format *format = report_formats(&count);
    while (count && strcmp(format->name, "html") != 0)
        format++, count--;
    struct mps_diag unread;
    struct store *store = NULL;
    struct past past;
    if (store_open(&store, directory ? directory : STORE_DEFAULT_DIRECTORY,
                   false, &unread))
        store = NULL;
    int err = past_init(&past, run, store);
    if (err)
        diag_set(diag, err, "out of memory");
    else
        err = report_write(format, html, &past.run, diag);
    past_fini(&past);
    store_close(store);
    return err;
}

int show_html(const char *html, const char *directory, const char *path,
              const struct trace *trace, struct mps_diag *diag)
{
    struct report_stored stored;
    int err = report_stored_init(&stored, trace, path);
    if (err)
        return diag_set(diag, err, "out of memory");
    stored.run.store = directory;
    err = write_run(html, directory, &stored.run, diag);
    report_stored_fini(&stored);
    return err;
}
