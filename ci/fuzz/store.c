/* Stores of others (store/store.h), which are merged into one's own: a sound
 * history, changed. */
#include "changes.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "store/store.h"

static struct changes *changes;
/* Not on a disk: it would wait for that. */
static char directory[] = "/dev/shm/mpstress-fuzz-XXXXXX";
static char *theirs, *mine, *their_history;

static void clean_up(void)
{
    fs_remove_tree(directory);
    free(theirs);
    free(mine);
    free(their_history);
}

static void remember(struct store *store, unsigned number)
{
    struct store_run run;
    char id[STORE_ID_BYTES];
    const struct store_finding finding = {
        .scenario = "queue",
        .kind = "deadlock",
        .what = "2 tasks wait for each other",
        .id = store_failure_id(id, sizeof(id), "queue", number),
        .fingerprint = number,
        .times = 3,
    };
    must(!store_run_begin(store, "mpstress run", number ? "abc" : NULL, 42,
                          &run, NULL) &&
         !store_scenario_result(store, &run, "queue", "failed", 100, 3, 5000,
                                NULL) &&
         !store_finding(store, &run, &finding, NULL) &&
         !store_run_end(store, &run, 1, NULL));
    if (number == 1)
        must(!store_mark_fixed(store, id, NULL));
    else
        must(!store_accept(store, id, "not ours", "me", NULL));
}

/* Read everything in the store DIR; whether it opened. */
static bool use(const char *dir)
{
    struct store *store;
    struct mps_diag diag = {.text = ""};
    if (store_open(&store, dir, false, &diag)) {
        must(!store);
        must_be_a_reason(diag.text);
        return false;
    }
    struct store_failures failures;
    struct store_history history;
    struct store_knowns knowns;
    if (!store_failures(store, NULL, &failures, &diag)) {
        for (size_t i = 0; i < failures.count; i++)
            must(failures.items[i].id && failures.items[i].what);
        store_failures_free(&failures);
    }
    if (!store_history(store, NULL, 0, &history, &diag)) {
        for (size_t i = 0; i < history.count; i++)
            must(history.items[i].run && history.items[i].verdict);
        store_history_free(&history);
    }
    struct store_trails trails;
    if (!store_trails(store, NULL, &trails, &diag)) {
        must(trails.items || !trails.count);
        store_trails_free(&trails);
    }
    if (!store_knowns(store, &knowns, &diag)) {
        for (size_t i = 0; i < knowns.count; i++)
            must(knowns.items[i].id && knowns.items[i].reason);
        store_knowns_free(&knowns);
    }
    char *found;
    if (!store_find(store, "queue", &found, &diag))
        free(found);
    store_close(store);
    return true;
}

/* Merge theirs, twice, into an empty store, which must stay sound. */
static void merge(void)
{
    struct store *store;
    struct store_merged merged;
    struct mps_diag diag = {.text = ""};
    must(!store_open(&store, mine, true, &diag));
    int err = store_merge(store, theirs, &merged, &diag);
    if (err)
        must_be_a_reason(diag.text);
    else
        must(!store_merge(store, theirs, &merged, &diag) && !merged.runs &&
             !merged.failures);
    store_close(store);
    must(use(mine));
    fs_remove_tree(mine);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    must(mkdtemp(directory) && !atexit(clean_up));
    theirs = str_format("%s/theirs", directory);
    mine = str_format("%s/mine", directory);
    their_history = str_format("%s/history.db", theirs);
    struct store *store = NULL;
    must(theirs && mine && their_history &&
         !store_open(&store, theirs, true, NULL));
    for (unsigned i = 0; i < 3; i++)
        remember(store, i);
    store_close(store);
    struct str sound;
    str_init(&sound);
    must(!io_read_file(AT_FDCWD, their_history, &sound, 1 << 24));
    /* Not in WAL mode, in which nothing can be read from memory. */
    sound.data[18] = sound.data[19] = 1;
    changes = changes_new(sound.data, sound.len);
    str_fini(&sound);
    /* Or else no input would get far. */
    must(use(theirs));
    merge();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t length;
    unsigned char *changed = changes_make(changes, bytes, size, &length);
    must(!io_replace_file(their_history, changed, length));
    sqlite3_free(changed);
    use(theirs);
    merge();
    return 0;
}
