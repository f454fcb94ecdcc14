#include "references.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

/* uthash's own function falls through cases in a way clang warns of. */
#define HASH_FUNCTION(key, length, hash) \
    ((hash) = (unsigned)XXH3_64bits((key), (length)))
#include <uthash.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"

/* Keyed by the parameters other than the worker count. */
struct kept {
    UT_hash_handle hh;
    char *key;
    struct reference *reference;
};

struct reference_set {
    pthread_mutex_t lock;
    const struct scenario *scenario;
    struct kept *kept;
};

int references_new(struct reference_set **out, const struct scenario *scenario)
{
    struct reference_set *set = calloc(1, sizeof(*set));
    if (!set)
        return -ENOMEM;
    pthread_mutex_init(&set->lock, NULL);
    set->scenario = scenario;
    *out = set;
    return 0;
}

void references_free(struct reference_set *set)
{
    if (!set)
        return;
    struct kept *kept, *next;
    HASH_ITER(hh, set->kept, kept, next)
    {
        HASH_DEL(set->kept, kept);
        reference_free(kept->reference);
        free(kept->key);
        free(kept);
    }
    pthread_mutex_destroy(&set->lock);
    free(set);
}

static bool is_workers(const struct parameter *parameter)
{
    return !strcmp(parameter->name, "workers");
}

static char *key_of(const struct choice *choice)
{
    const struct scenario *scenario = choice->scenario;
    struct str key;
    str_init(&key);
    for (size_t i = 0; i < scenario->parameter_count; i++)
        if (!is_workers(&scenario->parameters[i]))
            str_addf(&key, "%s=%s\n", scenario->parameters[i].name,
                     choice->values[i]);
    return str_take(&key);
}

/* Run it once, undisturbed. */
static int make(struct slot *slot, const struct choice *choice,
                struct reference **out, struct mps_diag *diag)
{
    const struct scenario *scenario = choice->scenario;
    const char **values =
        calloc(scenario->parameter_count + 1, sizeof(*values));
    if (!values)
        return diag_set(diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < scenario->parameter_count; i++)
        values[i] =
            is_workers(&scenario->parameters[i]) ? "1" : choice->values[i];
    struct choice single = {scenario, values};
    struct disturbance none = {0};
    struct outcome outcome;
    int err = slot_iterate(slot, &single, 0, 0, &none, NULL, &outcome, diag);
    if (!err && (outcome.timed_out || outcome.server_lost ||
                 outcome.segment_damaged || outcome.status))
        err = diag_set(diag, -MPS_ESTART,
                       "%s: the run with one worker, which same_as_single "
                       "compares with, did not end well (%s)",
                       scenario->name,
                       outcome.timed_out ? "time limit" : "exit status");
    if (!err)
        err = reference_take(out, &outcome, diag);
    free(values);
    return err;
}

int references_get(struct reference_set *set, struct slot *slot,
                   const struct choice *choice, const struct reference **out,
                   struct mps_diag *diag)
{
    char *key = key_of(choice);
    if (!key)
        return diag_set(diag, -ENOMEM, "out of memory");
    pthread_mutex_lock(&set->lock);
    struct kept *kept;
    int err = 0;
    HASH_FIND_STR(set->kept, key, kept);
    if (!kept) {
        kept = calloc(1, sizeof(*kept));
        err = kept ? make(slot, choice, &kept->reference, diag) : -ENOMEM;
        if (err) {
            free(kept);
            kept = NULL;
        } else {
            kept->key = key;
            key = NULL;
            HASH_ADD_KEYPTR(hh, set->kept, kept->key, strlen(kept->key), kept);
        }
    }
    if (kept)
        *out = kept->reference;
    pthread_mutex_unlock(&set->lock);
    free(key);
    return err;
}
