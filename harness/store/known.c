/* Failures that somebody has accepted. One that was withdrawn keeps its row:
 * merging an older store must not bring it back. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "internal.h"
#include "rows.h"

/* The clock may have gone back since the last word on it, hence the max(). */
static const char set_sql[] =
    "INSERT INTO known(id, accepted, reason, author, changed_ns)"
    " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT(id) DO UPDATE"
    " SET accepted = excluded.accepted, reason = excluded.reason,"
    " author = excluded.author,"
    " changed_ns = max(excluded.changed_ns, known.changed_ns + 1)";

static int set(struct store *store, const char *id, bool accepted,
               const char *reason, const char *author, struct mps_diag *diag)
{
    int err = history_upgrade(store, diag);
    return err ? err
               : history_run(store, diag, set_sql, "titti", id,
                             (int64_t)accepted, reason, author,
                             (int64_t)clock_wall_ns());
}

static int check(const char *id, const char *reason, struct mps_diag *diag)
{
    if (!failures_id_valid(id))
        return diag_set(diag, -MPS_EUSAGE,
                        "this is no id of a failure (mpstress list failures "
                        "shows them)");
    if (!reason[strspn(reason, " \t")])
        return diag_set(diag, -MPS_EUSAGE, "%s: accepted for which reason?",
                        id);
    for (const char *c = reason; *c; c++)
        if ((unsigned char)*c < ' ' && *c != '\t')
            return diag_set(diag, -MPS_EUSAGE,
                            "%s: the reason must be one line of text", id);
    return 0;
}

int store_accept(struct store *store, const char *id, const char *reason,
                 const char *author, struct mps_diag *diag)
{
    int err = check(id, reason, diag);
    if (!err)
        err = store_check_writable(store, diag);
    if (err)
        return err;
    pthread_mutex_lock(&store->lock);
    err = history_begin(store, diag);
    if (!err)
        err = history_end(store, set(store, id, true, reason, author, diag),
                          diag);
    pthread_mutex_unlock(&store->lock);
    return err;
}

/* 1 when ID is accepted, 0 when not. */
static int is_accepted(struct store *store, const char *id,
                       struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    if (store->version < 2)
        return 0;
    int err = history_prepare(store, &rows, diag,
                              "SELECT 1 FROM known WHERE id = ? AND accepted",
                              "t", id);
    if (err)
        return err;
    err = history_step(store, rows, diag);
    sqlite3_finalize(rows);
    return err;
}

static int withdraw(struct store *store, const char *id, const char *author,
                    struct mps_diag *diag)
{
    int known = is_accepted(store, id, diag);
    if (known < 0)
        return known;
    if (!known)
        return diag_set(diag, -MPS_ENOMATCH,
                        "'%s' is not accepted in %s (mpstress list known shows "
                        "what is)",
                        id, store->directory);
    return set(store, id, false, "", author, diag);
}

int store_withdraw(struct store *store, const char *id, const char *author,
                   struct mps_diag *diag)
{
    int err = store_check_writable(store, diag);
    if (err)
        return err;
    pthread_mutex_lock(&store->lock);
    err = history_begin(store, diag);
    if (!err)
        err = history_end(store, withdraw(store, id, author, diag), diag);
    pthread_mutex_unlock(&store->lock);
    return err;
}

static int take_known(struct store_known *known, sqlite3_stmt *row)
{
    const char **const texts[] = {&known->id, &known->reason, &known->author};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        int err = rows_text(texts[i], row, (int)i);
        if (err)
            return err;
    }
    known->changed_ns = history_number(row, 3);
    return 0;
}

static int read_knowns(struct store *store, struct store_knowns *out,
                       struct mps_diag *diag)
{
    sqlite3_stmt *rows;
    if (store->version < 2)
        return 0;
    int err = history_prepare(store, &rows, diag,
                              "SELECT id, reason, author, changed_ns FROM known"
                              " WHERE accepted ORDER BY id",
                              "");
    if (err)
        return err;
    while ((err = history_step(store, rows, diag)) > 0) {
        void *items = out->items;
        struct store_known *known =
            rows_append(&items, &out->count, sizeof(*known));
        out->items = items;
        if (!known || take_known(known, rows)) {
            err = rows_no_memory(store, diag);
            break;
        }
    }
    sqlite3_finalize(rows);
    return err;
}

int store_knowns(struct store *store, struct store_knowns *out,
                 struct mps_diag *diag)
{
    *out = (struct store_knowns){0};
    pthread_mutex_lock(&store->lock);
    int err = read_knowns(store, out, diag);
    pthread_mutex_unlock(&store->lock);
    if (err)
        store_knowns_free(out);
    return err;
}

void store_knowns_free(struct store_knowns *list)
{
    for (size_t i = 0; i < list->count; i++) {
        rows_free_text(list->items[i].id);
        rows_free_text(list->items[i].reason);
        rows_free_text(list->items[i].author);
    }
    free(list->items);
    *list = (struct store_knowns){0};
}
