/* The traces of the store as files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "internal.h"
#include "rows.h"

static const char suffix[] = ".mpt";
static const char unfinished[] = ".tmp";

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length > tail && !strcmp(text + length - tail, end);
}

bool failures_id_valid(const char *id)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._-";
    size_t length = strlen(id);
    return length && length < STORE_ID_BYTES && *id != '.' &&
           strspn(id, allowed) == length;
}

const char *store_failure_id(char *buf, size_t size, const char *scenario,
                             uint64_t fingerprint)
{
    char tail[12];
    snprintf(tail, sizeof(tail), "-%08x", (unsigned)(fingerprint & 0xffffffff));
    size_t limit = size < STORE_ID_BYTES ? size : STORE_ID_BYTES;
    size_t room = limit > sizeof(tail) ? limit - sizeof(tail) : 0;
    snprintf(buf, size, "%.*s%s", (int)room, scenario, tail);
    return buf;
}

bool store_is_id(const char *text)
{
    return failures_id_valid(text);
}

bool store_id_is_of(const char *id, const char *scenario)
{
    char same[STORE_ID_BYTES];
    const char *dash = strrchr(id, '-');
    if (!dash || strlen(dash + 1) != 8 ||
        strspn(dash + 1, "0123456789abcdef") != 8)
        return false;
    store_failure_id(same, sizeof(same), scenario, strtoul(dash + 1, NULL, 16));
    return !strcmp(id, same);
}

int store_failure_path(const struct store *store, const char *id, char *buf,
                       size_t size)
{
    int n = snprintf(buf, size, "%s/%s%s", store->failures, id, suffix);
    if (n > 0 && (size_t)n < size)
        return 0;
    if (size)
        *buf = '\0';
    return -ENAMETOOLONG;
}

int store_set_latest(struct store *store, const char *id, struct mps_diag *diag)
{
    int err = store_check_writable(store, diag);
    if (err)
        return err;
    char *link = str_format("%s/latest", store->failures);
    char *target = str_format("%s%s", id, suffix);
    /* Made under a name of its own and renamed: there is always a latest. */
    char *new =
        str_format("%s/latest.%d.%llx%s", store->failures, (int)gettid(),
                   (unsigned long long)clock_now_ns(), unfinished);
    if (!link || !target || !new)
        err = -ENOMEM;
    else if (symlink(target, new))
        err = -errno;
    else if (rename(new, link)) {
        err = -errno;
        unlink(new);
    }
    if (err)
        diag_set(diag, err, "%s/latest: %s", store->failures, error_text(err));
    free(link);
    free(target);
    free(new);
    return err;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_id(char ***ids, size_t *count, const char *name)
{
    void *items = *ids;
    char **id = rows_append(&items, count, sizeof(*id));
    *ids = items;
    if (!id)
        return -ENOMEM;
    *id = strndup(name, strlen(name) - strlen(suffix));
    return *id ? 0 : -ENOMEM;
}

int failures_list(const struct store *store, char ***ids, size_t *count,
                  struct mps_diag *diag)
{
    *ids = NULL;
    *count = 0;
    DIR *directory = opendir(store->failures);
    if (!directory) {
        int err = errno == ENOENT ? 0 : -errno;
        if (err)
            diag_set(diag, err, "%s: %s", store->failures, error_text(err));
        return err;
    }
    int err = 0;
    struct dirent *entry;
    while (!err && (entry = readdir(directory))) {
        if (!ends_with(entry->d_name, suffix))
            continue;
        size_t length = strlen(entry->d_name) - strlen(suffix);
        char id[STORE_ID_BYTES];
        snprintf(id, sizeof(id), "%.*s", (int)length, entry->d_name);
        if (length < sizeof(id) && failures_id_valid(id))
            err = add_id(ids, count, entry->d_name);
    }
    closedir(directory);
    if (err) {
        failures_list_free(*ids, *count);
        *ids = NULL;
        *count = 0;
        return diag_set(diag, err, "%s: %s", store->failures, error_text(err));
    }
    if (*count)
        qsort(*ids, *count, sizeof(**ids), by_text);
    return 0;
}

void failures_list_free(char **ids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(ids[i]);
    free(ids);
}

void failures_sweep(const struct store *store)
{
    /* Nothing takes this long to write; what is older was abandoned. */
    const time_t patience_s = 600;
    DIR *directory = opendir(store->failures);
    if (!directory)
        return;
    time_t now = (time_t)(clock_wall_ns() / 1000000000u);
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        struct stat st;
        if (ends_with(entry->d_name, unfinished) &&
            !fstatat(dirfd(directory), entry->d_name, &st,
                     AT_SYMLINK_NOFOLLOW) &&
            !S_ISDIR(st.st_mode) && now - st.st_mtime > patience_s)
            unlinkat(dirfd(directory), entry->d_name, 0);
    }
    closedir(directory);
}
