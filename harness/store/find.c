/* From what a user types to the file of a trace. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "internal.h"

enum { SHOWN_MAX = 5 };

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* Whether the file at PATH may be a trace. */
static bool is_database(const char *path)
{
    static const char magic[] = "SQLite format 3";
    char text[sizeof(magic)];
    FILE *file = fopen(path, "re");
    bool same = file && fread(text, 1, sizeof(text), file) == sizeof(text) &&
                !memcmp(text, magic, sizeof(magic));
    if (file)
        fclose(file);
    return same;
}

static int give(char **out, char *path, struct mps_diag *diag)
{
    if (!path)
        return diag_set(diag, -ENOMEM, "%s", error_text(-ENOMEM));
    *out = path;
    return 0;
}

static int find_latest(const struct store *store, char **out,
                       struct mps_diag *diag)
{
    char *link = str_format("%s/latest", store->failures);
    char target[STORE_ID_BYTES + 8];
    ssize_t n = link ? readlink(link, target, sizeof(target) - 1) : -1;
    free(link);
    char *path = NULL;
    if (n > 0) {
        target[n] = '\0';
        if (!strchr(target, '/'))
            path = str_format("%s/%s", store->failures, target);
    }
    if (path && is_file(path))
        return give(out, path, diag);
    free(path);
    return diag_set(diag, -MPS_ENOMATCH, "%s: no failure has been recorded yet",
                    store->directory);
}

/* "a, b, c and 4 more": of IDS those that PICKED marks. */
static void add_names(struct str *s, char *const *ids, const bool *picked,
                      size_t count)
{
    size_t shown = 0;
    size_t more = 0;
    for (size_t i = 0; i < count; i++) {
        if (!picked[i])
            continue;
        if (shown == SHOWN_MAX)
            more++;
        else
            str_addf(s, "%s%s", shown++ ? ", " : "", ids[i]);
    }
    if (more)
        str_addf(s, " and %zu more", more);
}

static size_t common_start(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    return n;
}

/* Mark the ids that resemble NAME: those with the longest beginning in common,
 * or that contain it. */
static size_t pick_similar(const char *name, char *const *ids, bool *picked,
                           size_t count)
{
    size_t best = 3; /* fewer letters are chance */
    for (size_t i = 0; i < count; i++) {
        size_t n = common_start(name, ids[i]);
        best = n > best ? n : best;
    }
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        picked[i] = common_start(name, ids[i]) == best || strstr(ids[i], name);
        found += picked[i];
    }
    return found;
}

/* OPENING and CLOSING go before and after the store's directory. */
static int refuse(const struct store *store, const char *name,
                  const char *opening, const char *closing, char *const *ids,
                  const bool *picked, size_t count, struct mps_diag *diag)
{
    struct str names;
    str_init(&names);
    add_names(&names, ids, picked, count);
    int err = diag_set(diag, -MPS_ENOMATCH, "'%s': %s in %s%s%s", name, opening,
                       store->directory, closing, names.data);
    str_fini(&names);
    return err;
}

/* Choose from IDS. */
static int find_among(const struct store *store, const char *name,
                      char *const *ids, size_t count, char **out,
                      struct mps_diag *diag)
{
    bool *picked = calloc(count + 1, sizeof(*picked));
    if (!picked)
        return diag_set(diag, -ENOMEM, "%s", error_text(-ENOMEM));
    size_t matches = 0;
    size_t match = 0;
    for (size_t i = 0; i < count; i++) {
        if (!strcmp(ids[i], name)) {
            matches = 1;
            match = i;
            break;
        }
        picked[i] = !strncmp(ids[i], name, strlen(name));
        matches += picked[i];
        match = picked[i] ? i : match;
    }
    int err;
    if (matches == 1)
        err = give(out, str_format("%s/%s.mpt", store->failures, ids[match]),
                   diag);
    else if (matches)
        err = refuse(store, name, "several failures", " begin like that: ", ids,
                     picked, count, diag);
    else if (!count)
        err = refuse(store, name, "no failures are stored", "", ids, picked, 0,
                     diag);
    else if (pick_similar(name, ids, picked, count))
        err = refuse(store, name, "no such failure", "; similar: ", ids, picked,
                     count, diag);
    else
        err = refuse(store, name, "no such failure",
                     " (mpstress list failures shows what there is)", ids,
                     picked, 0, diag);
    free(picked);
    return err;
}

/* That of a trace's file name. */
static bool has_ending(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && !strcmp(name + length - 4, ".mpt");
}

static char *plain_name(const char *name)
{
    return strndup(name, strlen(name) - (has_ending(name) ? 4 : 0));
}

/* NAME is `latest`, an id, or the beginning of one. */
static int find_stored(struct store *store, const char *name, char **out,
                       struct mps_diag *diag)
{
    if (!store)
        return diag_set(diag, -MPS_ENOMATCH,
                        "'%s': no such file, and there is no store to look in",
                        name);
    if (!strcmp(name, "latest"))
        return find_latest(store, out, diag);
    char *id = plain_name(name);
    if (!id)
        return diag_set(diag, -ENOMEM, "%s", error_text(-ENOMEM));
    char **ids;
    size_t count;
    int err = failures_list(store, &ids, &count, diag);
    if (!err) {
        err = find_among(store, id, ids, count, out, diag);
        failures_list_free(ids, count);
    }
    free(id);
    return err;
}

int store_find(struct store *store, const char *name, char **out,
               struct mps_diag *diag)
{
    *out = NULL;
    bool path = strchr(name, '/') || !*name;
    /* An id begins with the name of a program, which may well be here. */
    if (is_file(name) && (path || has_ending(name) || is_database(name)))
        return give(out, strdup(name), diag);
    if (path)
        return diag_set(diag, -MPS_ENOMATCH, "'%s': no such file", name);
    return find_stored(store, name, out, diag);
}
