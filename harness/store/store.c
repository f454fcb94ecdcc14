#include "store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"
#include "internal.h"

static int make_directories(const struct store *store, struct mps_diag *diag)
{
    int err = fs_make_dirs(store->failures);
    if (err)
        return diag_set(diag, err,
                        "%s: cannot make this directory: %s (--store DIR "
                        "names another place)",
                        store->failures, error_text(err));
    if (access(store->directory, W_OK) || access(store->failures, W_OK)) {
        err = -errno;
        return diag_set(diag, err,
                        "%s: cannot write here: %s (--store DIR names another "
                        "place)",
                        store->directory, error_text(err));
    }
    return 0;
}

/* Traces without a history are a store, too: the history may have been
 * damaged and moved away. */
static int look_for(const struct store *store, struct mps_diag *diag)
{
    struct stat st;
    if (!stat(store->history, &st))
        return 0;
    int err = -errno;
    if (err == -ENOENT && !stat(store->failures, &st))
        return 0;
    if (err == -ENOENT || err == -ENOTDIR)
        return diag_set(diag, -MPS_ENOMATCH,
                        "%s: no store here (mpstress run makes one; --store "
                        "DIR names another place)",
                        store->directory);
    return diag_set(diag, err, "%s: %s", store->history, error_text(err));
}

int store_open(struct store **out, const char *dir, bool create,
               struct mps_diag *diag)
{
    *out = NULL;
    struct store *store = calloc(1, sizeof(*store));
    if (!store)
        return diag_set(diag, -ENOMEM, "%s", error_text(-ENOMEM));
    pthread_mutex_init(&store->lock, NULL);
    store->directory = strdup(dir);
    store->failures = str_format("%s/failures", dir);
    store->history = str_format("%s/history.db", dir);
    int err = -ENOMEM;
    if (!store->directory || !store->failures || !store->history)
        diag_set(diag, err, "%s", error_text(err));
    else
        err = create ? make_directories(store, diag) : look_for(store, diag);
    if (!err)
        err = history_open(store, create, diag);
    if (err) {
        store_close(store);
        return err;
    }
    if (create)
        failures_sweep(store);
    *out = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    history_close(store);
    pthread_mutex_destroy(&store->lock);
    free(store->directory);
    free(store->failures);
    free(store->history);
    free(store);
}

const char *store_directory(const struct store *store)
{
    return store->directory;
}

int store_check_writable(const struct store *store, struct mps_diag *diag)
{
    if (store->writable)
        return 0;
    return diag_set(diag, -MPS_ESTORE,
                    "%s: this store cannot be written (whose is it, and is "
                    "there room on the disk?)",
                    store->directory);
}
