#include "history/accept.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "report/words.h"
#include "store/store.h"

/* Who asks. */
static void author(char *buf, size_t size)
{
    const struct passwd *user = getpwuid(getuid());
    if (user && *user->pw_name)
        snprintf(buf, size, "%s", user->pw_name);
    else
        snprintf(buf, size, "user %u", (unsigned)getuid());
}

/* The only one of COUNT ids that is NAME or begins so, into ID. */
static int pick(const char *name, size_t count,
                const char *(*nth)(const void *list, size_t n),
                const void *list, const char *none, char *id,
                struct mps_diag *diag)
{
    size_t matches = 0;
    /* An unset variable of a script must not mean the only one there is. */
    if (!*name)
        return diag_set(diag, -MPS_EUSAGE,
                        "which finding? The id is empty (`mpstress list "
                        "failures` shows what there is)");
    for (size_t i = 0; i < count; i++) {
        const char *one = nth(list, i);
        bool whole = !strcmp(one, name);
        if (strncmp(one, name, strlen(name)) != 0)
            continue;
        matches++;
        snprintf(id, STORE_ID_BYTES, "%s", one);
        if (whole)
            return 0;
    }
    if (matches == 1)
        return 0;
    return diag_set(diag, -MPS_ENOMATCH, "'%s': %s", name,
                    matches ? "several ids begin like that" : none);
}

static const char *nth_failure(const void *list, size_t n)
{
    return ((const struct store_failures *)list)->items[n].id;
}

static const char *nth_known(const void *list, size_t n)
{
    return ((const struct store_knowns *)list)->items[n].id;
}

/* The trace that "latest" leads to bears the id. */
static int find_latest(struct store *store, char *id, struct mps_diag *diag)
{
    char *path;
    int err = store_find(store, "latest", &path, diag);
    if (err)
        return err;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    size_t length = strlen(name) - strlen(".mpt");
    snprintf(id, STORE_ID_BYTES, "%.*s", (int)length, name);
    free(path);
    return 0;
}

static int find_failure(struct store *store, const char *name, char *id,
                        struct mps_diag *diag)
{
    struct store_failures list;
    if (!strcmp(name, "latest"))
        return find_latest(store, id, diag);
    int err = store_failures(store, NULL, &list, diag);
    if (err)
        return err;
    err = pick(name, list.count, nth_failure, &list,
               "no such failure (`mpstress list failures` shows what there is)",
               id, diag);
    store_failures_free(&list);
    return err;
}

static void say_known(const char *id, const char *reason)
{
    struct str s;
    str_init(&s);
    words_clean(&s, reason);
    printf("%s is known from now on: %s\n", id, s.data);
    str_fini(&s);
}

int accept_finding(const char *directory, const char *name, const char *reason,
                   struct mps_diag *diag)
{
    struct store *store;
    char id[STORE_ID_BYTES], who[64];
    int err = store_open(&store, directory, false, diag);
    if (err)
        return err;
    author(who, sizeof(who));
    err = find_failure(store, name, id, diag);
    if (!err)
        err = store_accept(store, id, reason, who, diag);
    if (!err)
        say_known(id, reason);
    store_close(store);
    return err;
}

int withdraw_finding(const char *directory, const char *name,
                     struct mps_diag *diag)
{
    struct store *store;
    struct store_knowns list;
    char id[STORE_ID_BYTES], who[64];
    int err = store_open(&store, directory, false, diag);
    if (err)
        return err;
    author(who, sizeof(who));
    err = store_knowns(store, &list, diag);
    if (!err) {
        err = pick(
            name, list.count, nth_known, &list,
            "no such finding is accepted (`mpstress list known` shows what "
            "is)",
            id, diag);
        store_knowns_free(&list);
    }
    if (!err)
        err = store_withdraw(store, id, who, diag);
    if (!err)
        printf("%s is accepted no more\n", id);
    store_close(store);
    return err;
}
