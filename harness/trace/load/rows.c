#include <limits.h>

#include "load.h"

enum {
    PLACES_LIMIT = 1 << 18,
    /* Every record takes at least its header in the arena. */
    RECORDS_LIMIT = SEGMENT_RECORD_BYTES / sizeof(struct segment_record),
    FILES_LIMIT = 1 << 16
};

static void read_place(struct load *load, void *row)
{
    struct load_place *place = row;
    if (load_count(load, 0, PLACES_LIMIT) != load->row + 1)
        load_damaged(load, "places are numbered from 1");
    place->text = load_text(load, 1);
    place->location = (struct location){
        .function = load_optional_text(load, 2),
        .file = load_optional_text(load, 3),
        .line = (int)load_count(load, 4, INT_MAX),
        .module = load_text(load, 5),
        .offset = load_bits(load, 6),
    };
}

/* The text of the place that COLUMN refers to, "" for NULL. */
static const char *refer_place(struct load *load, int column)
{
    if (load_is_null(load, column))
        return "";
    uint64_t id = load_count(load, column, load->place_count);
    if (!load->err && !id)
        load_damaged(load, "there is no place 0");
    return load->err ? "" : load->places[id - 1].text;
}

static void read_task(struct load *load, void *row)
{
    struct trace_task *task = row;
    if (load_count(load, 0, SEGMENT_TASKS) != load->row)
        load_damaged(load, "tasks are numbered from 0");
    task->path = load_text(load, 1);
    task->name = load_text(load, 2);
    task->pid = (int)load_number(load, 3);
    task->is_thread = load_count(load, 4, 1);
    task->created = refer_place(load, 5);
    task->status_known = !load_is_null(load, 6);
    if (task->status_known)
        task->status = (int)load_number(load, 6);
    task->alive = load_count(load, 7, 1);
    task->points = load_bits(load, 8);
}

static uint32_t refer_number(struct load *load, int column)
{
    size_t count = load->trace->task_count;
    if (!count)
        load_damaged(load, "there are no tasks");
    return (uint32_t)load_count(load, column, count ? count - 1 : 0);
}

static const char *refer_task(struct load *load, int column)
{
    uint32_t number = refer_number(load, column);
    return load->err ? "" : load->trace->tasks[number].path;
}

struct object_row {
    size_t number;
    const char *text;
};

static void read_object(struct load *load, void *row)
{
    struct object_row *object = row;
    object->number = load_count(load, 0, SEGMENT_OBJECTS);
    object->text = load_text(load, 1);
}

static const char *refer_object(struct load *load, int column)
{
    if (load_is_null(load, column))
        return "";
    uint64_t number = load_count(load, column, SEGMENT_OBJECTS);
    if (!load->err && !load->objects[number])
        load_damaged(load, "there is no object %llu",
                     (unsigned long long)number);
    return load->err ? "" : load->objects[number];
}

static void read_op(struct load *load, void *row)
{
    struct trace_op *op = row;
    op->begin = load_bits(load, 0);
    op->end = load_bits(load, 1);
    op->completed = op->end != 0;
    op->number = refer_number(load, 2);
    op->task = refer_task(load, 2);
    op->kind = load_text(load, 3);
    op->object = refer_object(load, 4);
    op->place = refer_place(load, 5);
    op->result = load_number(load, 6);
    op->argument = load_bits(load, 7);
    op->delay_ns = load_bits(load, 8);
}

static void read_segment(struct load *load, void *row)
{
    struct trace_segment *segment = row;
    segment->task = refer_task(load, 0);
    segment->number = refer_number(load, 0);
    segment->points = load_count(load, 1, UINT32_MAX);
}

static void read_mishap(struct load *load, void *row)
{
    struct trace_mishap *mishap = row;
    mishap->ticket = load_bits(load, 0);
    mishap->what = load_text(load, 1);
    mishap->task = refer_task(load, 2);
    mishap->other = load_is_null(load, 3) ? "" : refer_task(load, 3);
    mishap->object = refer_object(load, 4);
    mishap->place = refer_place(load, 5);
    mishap->other_place = refer_place(load, 6);
}

static void read_message(struct load *load, void *row)
{
    struct trace_message *message = row;
    message->ticket = load_bits(load, 0);
    message->queue = load_text(load, 1);
    message->task = refer_task(load, 2);
    message->got = load_count(load, 3, 1);
    message->place = refer_place(load, 4);
    message->data = load_blob(load, 5, &message->size);
}

static void read_observation(struct load *load, void *row)
{
    struct trace_observation *observation = row;
    observation->ticket = load_bits(load, 0);
    observation->kind = load_text(load, 1);
    observation->name = load_text(load, 2);
    observation->task = refer_task(load, 3);
    observation->place = refer_place(load, 4);
    observation->value = load_text(load, 5);
}

static void read_file(struct load *load, void *row)
{
    struct trace_file *file = row;
    file->name = load_text(load, 0);
    file->full_size = load_count(load, 1, INT64_MAX);
    file->data = load_blob(load, 2, &file->size);
    if (file->size > file->full_size)
        load_damaged(load, "more was kept of the file than it has");
}

/* Objects are looked up by number. */
static int load_objects(struct load *load)
{
    struct object_row *rows;
    size_t count;
    int err = load_table(load, "objects", "SELECT number, text FROM objects",
                         SEGMENT_OBJECTS + 1, sizeof(*rows), read_object, &rows,
                         &count);
    if (err)
        return err;
    load->objects = arena_array(load->trace->arena, SEGMENT_OBJECTS + 1,
                                sizeof(*load->objects));
    if (!load->objects)
        return load_no_memory(load);
    for (size_t i = 0; i < count; i++)
        load->objects[rows[i].number] = rows[i].text;
    return 0;
}

int load_rows(struct load *load)
{
    struct trace *trace = load->trace;
    int err = load_table(load, "places",
                         "SELECT id, text, function, file, line, module, offset"
                         " FROM places ORDER BY id",
                         PLACES_LIMIT, sizeof(*load->places), read_place,
                         &load->places, &load->place_count);
    if (!err)
        err = load_table(load, "tasks",
                         "SELECT number, path, name, pid, is_thread, created,"
                         " status, alive, points FROM tasks ORDER BY number",
                         SEGMENT_TASKS, sizeof(*trace->tasks), read_task,
                         &trace->tasks, &trace->task_count);
    if (!err)
        err = load_objects(load);
    if (!err)
        err = load_table(load, "ops",
                         "SELECT begin, \"end\", task, kind, object, place,"
                         " result, argument, delay_ns FROM ops"
                         " ORDER BY position",
                         SEGMENT_OPS, sizeof(*trace->ops), read_op, &trace->ops,
                         &trace->op_count);
    if (!err)
        err = load_table(load, "segments",
                         "SELECT task, points FROM segments ORDER BY position",
                         SCHEDULE_SEGMENTS, sizeof(*trace->segments),
                         read_segment, &trace->segments, &trace->segment_count);
    if (!err && load->database.format >= 2)
        err = load_table(load, "mishaps",
                         "SELECT ticket, what, task, other, object, place,"
                         " other_place FROM mishaps ORDER BY position",
                         SCHEDULE_MISHAPS, sizeof(*trace->mishaps), read_mishap,
                         &trace->mishaps, &trace->mishap_count);
    if (!err)
        err = load_table(load, "messages",
                         "SELECT ticket, queue, task, got, place, data"
                         " FROM messages ORDER BY ticket, position",
                         RECORDS_LIMIT, sizeof(*trace->messages), read_message,
                         &trace->messages, &trace->message_count);
    if (!err)
        err = load_table(load, "observations",
                         "SELECT ticket, kind, name, task, place, value"
                         " FROM observations ORDER BY ticket, position",
                         RECORDS_LIMIT, sizeof(*trace->observations),
                         read_observation, &trace->observations,
                         &trace->observation_count);
    if (!err)
        err = load_table(load, "files",
                         "SELECT name, full_size, data FROM files"
                         " ORDER BY rowid",
                         FILES_LIMIT, sizeof(*trace->files), read_file,
                         &trace->files, &trace->file_count);
    return err;
}
