#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "save.h"

/* Texts in the segment may have lost their NUL. */
static const char *terminated(const char *text, size_t size, char *copy)
{
    memcpy(copy, text, size);
    copy[size - 1] = '\0';
    return copy;
}

static bool was_alive(const struct outcome *outcome, uint32_t task)
{
    for (size_t i = 0; i < outcome->snapshot_count; i++)
        if (outcome->snapshots[i].task == (int)task &&
            outcome->snapshots[i].state != 'Z')
            return true;
    return false;
}

static int save_task(struct save *save, struct insert *row, uint32_t number)
{
    const struct segment *segment = save->outcome->segment;
    const struct segment_task *task = &segment->tasks[number];
    char path[TASK_PATH_BYTES], name[sizeof(task->name)];
    int64_t created;
    int err = save_site(save, task->created_site, &created);
    if (err)
        return err;
    insert_number(row, number);
    insert_text(row, segment_task_path(segment, number, path));
    insert_text(row, terminated(task->name, sizeof(name), name));
    insert_number(row, task->is_thread ? task->tid : task->pid);
    insert_number(row, task->is_thread != 0);
    insert_place(row, created);
    if (task->status_known)
        insert_number(row, task->exit_status);
    else
        insert_null(row);
    insert_number(row, was_alive(save->outcome, number));
    insert_bits(row, task->points);
    insert_bits(row, task->created_at);
    insert_bits(row, task->ended_at);
    return insert_end(row);
}

int save_tasks(struct save *save)
{
    struct insert row;
    int err = insert_open(&row, save, "tasks", 11);
    size_t count = segment_task_count(save->outcome->segment);
    for (uint32_t i = 0; i < count && !err; i++)
        err = save_task(save, &row, i);
    insert_close(&row);
    return err;
}

static int save_object(struct save *save, struct insert *row, uint32_t number)
{
    const struct segment *segment = save->outcome->segment;
    const struct segment_object *object = segment_object_get(segment, number);
    if (!object)
        return 0;
    char text[192], name[sizeof(object->name)];
    int64_t place;
    int err = save_site(save, object->site, &place);
    if (err)
        return err;
    insert_number(row, number);
    insert_text(row, segment_object_text(segment, number, text, sizeof(text)));
    insert_text(row, object_kind_name(object->kind));
    insert_text(row, terminated(object->name, sizeof(name), name));
    insert_bits(row, object->backing);
    insert_bits(row, object->offset);
    insert_place(row, place);
    if (object->holder && object->holder <= segment_task_count(segment))
        insert_number(row, object->holder - 1);
    else
        insert_null(row);
    insert_bits(row, object->bytes_in);
    insert_bits(row, object->bytes_out);
    return insert_end(row);
}

int save_objects(struct save *save)
{
    struct insert row;
    int err = insert_open(&row, save, "objects", 10);
    for (uint32_t i = 1; i <= SEGMENT_OBJECTS && !err; i++)
        err = save_object(save, &row, i);
    insert_close(&row);
    return err;
}

static int by_ticket(const void *a, const void *b)
{
    const struct segment_op *x = *(const struct segment_op *const *)a;
    const struct segment_op *y = *(const struct segment_op *const *)b;
    if (x->begin != y->begin)
        return x->begin < y->begin ? -1 : 1;
    return x->sequence < y->sequence ? -1 : x->sequence > y->sequence;
}

/* The ops whose task exists, in ticket order. The caller frees *OUT. */
static int collect_ops(const struct segment *segment,
                       const struct segment_op ***out, size_t *out_count)
{
    const struct segment_op **ops = calloc(SEGMENT_OPS, sizeof(const void *));
    if (!ops)
        return -ENOMEM;
    size_t count = 0, tasks = segment_task_count(segment);
    uint64_t at = 0;
    const struct segment_op *op;
    while (count < SEGMENT_OPS && (op = segment_op_next(segment, &at)))
        if (op->task < tasks)
            ops[count++] = op;
    qsort(ops, count, sizeof(const void *), by_ticket);
    *out = ops;
    *out_count = count;
    return 0;
}

static int save_op(struct save *save, struct insert *row,
                   const struct segment_op *op)
{
    int64_t place;
    int err = save_site(save, op->site, &place);
    if (err)
        return err;
    insert_null(row); /* position: one more than the last */
    insert_bits(row, op->begin);
    insert_bits(row, op->end);
    insert_number(row, op->task);
    insert_text(row, op_kind_name(op->kind));
    if (segment_object_get(save->outcome->segment, op->object))
        insert_number(row, op->object);
    else
        insert_null(row);
    insert_place(row, place);
    insert_number(row, op->result);
    insert_bits(row, op->argument);
    insert_number(row, op->delay_ns);
    insert_number(row, op->flags);
    return insert_end(row);
}

/* Runs of points of one task, which is what the schedule was. */
static int save_order(struct save *save, const struct segment_op **ops,
                      size_t count)
{
    struct insert row;
    int err = insert_open(&row, save, "segments", 3);
    for (size_t i = 0, next; i < count && !err; i = next) {
        for (next = i + 1; next < count; next++)
            if (ops[next]->task != ops[i]->task)
                break;
        insert_null(&row);
        insert_number(&row, ops[i]->task);
        insert_number(&row, (int64_t)(next - i));
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

int save_ops(struct save *save)
{
    const struct segment_op **ops;
    size_t count;
    int err = collect_ops(save->outcome->segment, &ops, &count);
    if (err)
        return err;
    struct insert row;
    err = insert_open(&row, save, "ops", 11);
    for (size_t i = 0; i < count && !err; i++)
        err = save_op(save, &row, ops[i]);
    insert_close(&row);
    if (!err)
        err = save->outcome->controlled ? save_schedule(save)
                                        : save_order(save, ops, count);
    free(ops);
    return err;
}

static int save_finding(struct save *save, struct insert *row,
                        const struct finding *finding)
{
    char fingerprint[24];
    snprintf(fingerprint, sizeof(fingerprint), "%016llx",
             (unsigned long long)finding->fingerprint);
    insert_null(row);
    insert_text(row, finding_kind_name(finding->kind));
    insert_text(row, finding->invariant);
    insert_text(row, finding->what ? finding->what : "");
    insert_text(row, finding->detail);
    insert_text(row, finding->expected);
    insert_text(row, finding->actual);
    insert_text(row, fingerprint);
    int err = insert_end(row);
    int64_t number = sqlite3_last_insert_rowid(save->db);

    struct insert places;
    if (!err)
        err = insert_open(&places, save, "finding_places", 5);
    if (err)
        return err;
    for (size_t i = 0; i < finding->place_count && !err; i++) {
        const struct finding_place *place = &finding->places[i];
        int64_t id = 0;
        err = save_location(save, &place->location, NULL, &id);
        if (err)
            break;
        insert_null(&places);
        insert_number(&places, number);
        insert_number(&places, id);
        insert_text(&places, place->role);
        insert_text(&places, place->task);
        err = insert_end(&places);
    }
    insert_close(&places);
    return err;
}

int save_findings(struct save *save, const struct finding_list *findings)
{
    struct insert row;
    int err = insert_open(&row, save, "findings", 8);
    for (size_t i = 0; i < findings->count && !err; i++)
        err = save_finding(save, &row, &findings->items[i]);
    insert_close(&row);
    return err;
}
