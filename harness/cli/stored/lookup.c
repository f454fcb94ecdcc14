#include "stored/lookup.h"

#include <stdlib.h>

#include "base/diag.h"
#include "command.h"
#include "store/store.h"

int lookup_path(char **path, const char *directory, const char *name,
                struct mps_diag *diag)
{
    struct store *store = NULL;
    struct mps_diag store_diag = {""};
    *path = NULL;
    int opened =
        store_open(&store, directory ? directory : STORE_DEFAULT_DIRECTORY,
                   false, &store_diag);
    int err = store_find(store, name, path, diag);
    /* Without a store only files are found: then say why there is none. */
    if (err && opened)
        *diag = store_diag;
    store_close(store);
    return err;
}

int lookup_trace(struct trace **out, const char *directory, const char *name,
                 struct mps_diag *diag)
{
    char *path;
    int err = lookup_path(&path, directory, name, diag);
    if (!err)
        err = trace_open(out, path, diag);
    free(path);
    return err;
}
