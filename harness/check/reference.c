#include "reference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "files.h"
#include "records.h"

static int take_observation(struct reference_entry *entry,
                            const struct outcome *outcome)
{
    struct records records;
    int err = records_collect(&records, outcome->segment,
                              RECORD_BIT(MPS_RECORD_INT) |
                                  RECORD_BIT(MPS_RECORD_REAL) |
                                  RECORD_BIT(MPS_RECORD_TEXT),
                              entry->invariant->subject);
    if (err)
        return err;
    records_sort(&records);
    err = -ENOENT;
    if (records.count) {
        const struct observation *last = &records.items[records.count - 1];
        entry->kind = last->kind;
        str_add_bytes(&entry->bytes, last->data, last->size);
        err = str_ok(&entry->bytes) ? 0 : -ENOMEM;
    }
    records_free(&records);
    return err;
}

static int take_stream(struct reference_entry *entry,
                       const struct outcome *outcome)
{
    struct records records;
    int err =
        records_collect(&records, outcome->segment, RECORD_BIT(MPS_RECORD_EMIT),
                        entry->invariant->subject);
    if (err)
        return err;
    entry->elements = calloc(records.count + 1, sizeof(*entry->elements));
    if (!entry->elements)
        err = -ENOMEM;
    entry->one_task = true;
    for (size_t i = 0; !err && i < records.count; i++) {
        const struct observation *o = &records.items[i];
        entry->one_task &= o->task == records.items[0].task;
        entry->elements[i] = (struct element){entry->bytes.len, o->size};
        str_add_bytes(&entry->bytes, o->data, o->size);
        if (!str_ok(&entry->bytes))
            err = -ENOMEM;
    }
    if (!err && !records.count)
        err = -ENOENT;
    entry->element_count = err ? 0 : records.count;
    records_free(&records);
    return err;
}

int entry_take(struct reference_entry *entry, const struct outcome *outcome)
{
    if (entry->invariant->file)
        return files_read(outcome, entry->invariant->file, &entry->bytes);
    if (entry->invariant->subject_kind == SUBJECT_STREAM)
        return take_stream(entry, outcome);
    return take_observation(entry, outcome);
}

void entry_fini(struct reference_entry *entry)
{
    str_fini(&entry->bytes);
    free(entry->elements);
    entry->elements = NULL;
}

const struct reference_entry *
reference_entry_of(const struct reference *reference,
                   const struct invariant *invariant)
{
    for (size_t i = 0; i < reference->entry_count; i++)
        if (reference->entries[i].invariant == invariant)
            return &reference->entries[i];
    return NULL;
}

bool check_needs_reference(const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->invariant_count; i++)
        if (scenario->invariants[i].oracle == ORACLE_SAME_AS_SINGLE)
            return true;
    return false;
}

static bool is_workers(const struct parameter *parameter)
{
    return !strcmp(parameter->name, "workers");
}

bool reference_fits(const struct reference *reference,
                    const struct choice *choice)
{
    const struct scenario *scenario = reference->scenario;
    if (choice->scenario != scenario)
        return false;
    for (size_t i = 0; i < scenario->parameter_count; i++)
        if (reference->values[i] &&
            strcmp(reference->values[i], choice->values[i]))
            return false;
    return true;
}

static int take_values(struct reference *reference, const struct choice *choice)
{
    const struct scenario *scenario = reference->scenario;
    reference->values =
        calloc(scenario->parameter_count + 1, sizeof(*reference->values));
    if (!reference->values)
        return -ENOMEM;
    for (size_t i = 0; i < scenario->parameter_count; i++) {
        if (is_workers(&scenario->parameters[i]))
            continue;
        reference->values[i] = strdup(choice->values[i]);
        if (!reference->values[i])
            return -ENOMEM;
    }
    return 0;
}

static int take_entries(struct reference *reference,
                        const struct outcome *outcome, struct mps_diag *diag)
{
    const struct scenario *scenario = reference->scenario;
    reference->entries =
        calloc(scenario->invariant_count + 1, sizeof(*reference->entries));
    if (!reference->entries)
        return diag_set(diag, -ENOMEM, "out of memory");
    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const struct invariant *invariant = &scenario->invariants[i];
        if (invariant->oracle != ORACLE_SAME_AS_SINGLE)
            continue;
        struct reference_entry *entry =
            &reference->entries[reference->entry_count++];
        entry->invariant = invariant;
        str_init(&entry->bytes);
        int err = entry_take(entry, outcome);
        if (err)
            return diag_set(
                diag, err, "invariant '%s': in the run with one worker %s %s",
                invariant->name,
                invariant->file ? invariant->file : invariant->subject,
                invariant->file  ? files_reason(err)
                : err == -ENOENT ? "was never observed"
                                 : error_text(err));
    }
    return 0;
}

int reference_take(struct reference **out, const struct outcome *outcome,
                   struct mps_diag *diag)
{
    *out = NULL;
    struct reference *reference = calloc(1, sizeof(*reference));
    if (!reference)
        return diag_set(diag, -ENOMEM, "out of memory");
    reference->scenario = outcome->choice->scenario;
    int err = take_values(reference, outcome->choice);
    if (err)
        diag_set(diag, err, "out of memory");
    else
        err = take_entries(reference, outcome, diag);
    if (err) {
        reference_free(reference);
        return err;
    }
    *out = reference;
    return 0;
}

void reference_free(struct reference *reference)
{
    if (!reference)
        return;
    for (size_t i = 0; i < reference->entry_count; i++)
        entry_fini(&reference->entries[i]);
    free(reference->entries);
    for (size_t i = 0;
         reference->values && i < reference->scenario->parameter_count; i++)
        free(reference->values[i]);
    free(reference->values);
    free(reference);
}
