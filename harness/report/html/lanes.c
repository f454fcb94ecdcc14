#include "html/lanes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "segment/ops.h"

/* -- What the steps mean ---------------------------------------------------*/

enum hold { HOLD_NONE, HOLD_TAKE, HOLD_GIVE };

/* Semaphores are not among them: who posts need not be who has waited. */
static enum hold hold_of(const struct timeline_step *step)
{
    static const struct {
        enum op_kind kind;
        enum hold hold;
    } holds[] = {
        {OP_KIND_MUTEX_LOCK, HOLD_TAKE},   {OP_KIND_MUTEX_TRYLOCK, HOLD_TAKE},
        {OP_KIND_MUTEX_UNLOCK, HOLD_GIVE}, {OP_KIND_RWLOCK_READ, HOLD_TAKE},
        {OP_KIND_RWLOCK_WRITE, HOLD_TAKE}, {OP_KIND_RWLOCK_UNLOCK, HOLD_GIVE},
        {OP_KIND_SPIN_LOCK, HOLD_TAKE},    {OP_KIND_SPIN_UNLOCK, HOLD_GIVE},
    };
    if (!step->completed || (step->result < 0 && step->result != -EOWNERDEAD))
        return HOLD_NONE;
    for (size_t i = 0; i < sizeof(holds) / sizeof(*holds); i++)
        if (!strcmp(step->kind, op_kind_name(holds[i].kind)))
            return holds[i].hold;
    return HOLD_NONE;
}

enum flow { FLOW_NONE, FLOW_OUT, FLOW_IN };

/* Of what carries bytes or messages from one task to another. A file does
 * not: who reads it need not read what was written last. */
static enum flow flow_of(const struct timeline_step *step)
{
    static const struct {
        enum op_kind kind;
        enum flow flow;
    } flows[] = {
        {OP_KIND_MSGSND, FLOW_OUT},   {OP_KIND_MSGRCV, FLOW_IN},
        {OP_KIND_MQ_SEND, FLOW_OUT},  {OP_KIND_MQ_RECEIVE, FLOW_IN},
        {OP_KIND_SEND, FLOW_OUT},     {OP_KIND_RECEIVE, FLOW_IN},
        {OP_KIND_WRITE, FLOW_OUT},    {OP_KIND_READ, FLOW_IN},
        {OP_KIND_SEM_POST, FLOW_OUT}, {OP_KIND_SEM_WAIT, FLOW_IN},
    };
    if (!step->completed || step->result < 0 || !*step->object ||
        !strncmp(step->object, "file ", 5))
        return FLOW_NONE;
    for (size_t i = 0; i < sizeof(flows) / sizeof(*flows); i++)
        if (!strcmp(step->kind, op_kind_name(flows[i].kind)))
            return flows[i].flow;
    return FLOW_NONE;
}

static bool creates(const struct timeline_step *step)
{
    return !strcmp(step->kind, op_kind_name(OP_KIND_FORK)) ||
           !strcmp(step->kind, op_kind_name(OP_KIND_SPAWN)) ||
           !strcmp(step->kind, op_kind_name(OP_KIND_THREAD_CREATE));
}

int lanes_holder(const struct timeline *timeline, const char *object)
{
    int holder = -1;
    for (size_t i = 0; i < timeline->step_count; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        enum hold hold = hold_of(step);
        if (hold == HOLD_NONE || strcmp(step->object, object) != 0)
            continue;
        if (hold == HOLD_TAKE)
            holder = (int)step->task;
        else if (holder == (int)step->task)
            holder = -1;
    }
    return holder;
}

/* -- Rows and lanes --------------------------------------------------------*/

static int choose_rows(struct lanes *lanes, size_t max_rows)
{
    const struct timeline *timeline = lanes->timeline;
    lanes->rows = calloc(timeline->step_count + 1, sizeof(*lanes->rows));
    if (!lanes->rows)
        return -ENOMEM;
    lanes->row_count =
        timeline_rows(timeline, timeline->step_count <= max_rows, lanes->rows);
    if (lanes->row_count > max_rows) {
        lanes->left_out = lanes->row_count - max_rows;
        memmove(lanes->rows, lanes->rows + lanes->left_out,
                max_rows * sizeof(*lanes->rows));
        lanes->row_count = max_rows;
    }
    return 0;
}

static int choose_lanes(struct lanes *lanes)
{
    const struct timeline *timeline = lanes->timeline;
    bool *seen = calloc(timeline->task_count + 1, sizeof(*seen));
    lanes->lane_of = calloc(timeline->task_count + 1, sizeof(*lanes->lane_of));
    int err = seen && lanes->lane_of ? 0 : -ENOMEM;
    for (size_t i = 0; i < lanes->row_count && !err; i++)
        seen[timeline->steps[lanes->rows[i].step].task] = true;
    for (uint32_t task = 0; task < timeline->task_count && !err; task++) {
        if (!seen[task])
            continue;
        if (lanes->lane_count < LANES_MAX)
            lanes->tasks[lanes->lane_count++] = task;
        lanes->lane_of[task] = lanes->lane_count - 1;
    }
    free(seen);
    return err;
}

/* The row of step STEP; row_count when it has none. */
static size_t row_of(const struct lanes *lanes, size_t step)
{
    for (size_t i = 0; i < lanes->row_count; i++)
        if (step >= lanes->rows[i].step &&
            step < lanes->rows[i].step + lanes->rows[i].count)
            return i;
    return lanes->row_count;
}

static const struct timeline_step *step_of(const struct lanes *lanes,
                                           size_t row)
{
    return &lanes->timeline->steps[lanes->rows[row].step];
}

/* -- Waits -----------------------------------------------------------------*/

/* The first row whose step was not over at BEGIN. An exit is over when it
 * begins. */
static size_t row_after(const struct lanes *lanes, uint64_t begin)
{
    size_t row = 0;
    while (row < lanes->row_count) {
        const struct timeline_step *step = step_of(lanes, row);
        uint64_t over = step->end ? step->end : step->begin;
        if (step->stuck || over > begin)
            break;
        row++;
    }
    return row;
}

static int find_waits(struct lanes *lanes)
{
    lanes->waits = calloc(lanes->row_count + 1, sizeof(*lanes->waits));
    if (!lanes->waits)
        return -ENOMEM;
    for (size_t row = 0; row < lanes->row_count; row++) {
        const struct timeline_step *step = step_of(lanes, row);
        size_t first = step->begin ? row_after(lanes, step->begin) : row;
        if (first > row)
            first = row;
        if (!step->stuck && first == row)
            continue;
        lanes->waits[lanes->wait_count++] = (struct lanes_bar){
            .lane = lanes->lane_of[step->task],
            .first = first,
            .last = step->stuck ? lanes->row_count - 1 : row,
            .open = step->stuck,
        };
    }
    return 0;
}

/* -- Locks -----------------------------------------------------------------*/

static size_t number_of(struct lanes *lanes, const char *object)
{
    size_t i = 0;
    while (i < lanes->object_count && strcmp(lanes->objects[i], object) != 0)
        i++;
    if (i == lanes->object_count)
        lanes->objects[lanes->object_count++] = object;
    return i;
}

/* The open bar of what STEP gives back, or NULL. */
static struct lanes_bar *find_open(struct lanes *lanes,
                                   const struct timeline_step *step)
{
    for (size_t i = lanes->lock_count; i > 0; i--) {
        struct lanes_bar *bar = &lanes->locks[i - 1];
        if (bar->open && bar->lane == lanes->lane_of[step->task] &&
            !strcmp(bar->object, step->object))
            return bar;
    }
    return NULL;
}

static void see_lock(struct lanes *lanes, const struct timeline_step *step,
                     size_t row)
{
    enum hold hold = hold_of(step);
    if (hold == HOLD_NONE || !*step->object)
        return;
    struct lanes_bar *open = find_open(lanes, step);
    if (hold == HOLD_GIVE && open) {
        open->last = row;
        open->open = false;
    } else if (hold == HOLD_TAKE && !open) {
        lanes->locks[lanes->lock_count++] = (struct lanes_bar){
            .lane = lanes->lane_of[step->task],
            .first = row,
            .last = lanes->row_count - 1,
            .open = true,
            .object = step->object,
            .number = number_of(lanes, step->object),
        };
    }
}

/* Also in the steps that share a row; what begins and ends in one of those
 * has no height. */
static int find_locks(struct lanes *lanes)
{
    size_t steps = lanes->timeline->step_count;
    lanes->locks = calloc(steps + 1, sizeof(*lanes->locks));
    lanes->objects = calloc(steps + 1, sizeof(*lanes->objects));
    if (!lanes->locks || !lanes->objects)
        return -ENOMEM;
    for (size_t row = 0; row < lanes->row_count; row++)
        for (size_t i = 0; i < lanes->rows[row].count; i++)
            see_lock(lanes, &lanes->timeline->steps[lanes->rows[row].step + i],
                     row);
    return 0;
}

/* -- Arrows ----------------------------------------------------------------*/

static void add_arrow(struct lanes *lanes, size_t from_lane, size_t from_row,
                      size_t to_lane, size_t to_row,
                      const struct timeline_message *message,
                      const char *object)
{
    if (from_row >= lanes->row_count || to_row >= lanes->row_count ||
        (from_lane == to_lane && from_row == to_row))
        return;
    for (size_t i = 0; message && i < lanes->arrow_count; i++) {
        struct lanes_arrow *other = &lanes->arrows[i];
        if (other->message && other->from_row == from_row &&
            other->to_row == to_row) {
            other->more++;
            return;
        }
    }
    if (lanes->arrow_count == ARROWS_MAX) {
        lanes->arrows_left_out++;
        return;
    }
    lanes->arrows[lanes->arrow_count++] = (struct lanes_arrow){
        from_lane, from_row, to_lane, to_row, message, object, 0};
}

/* The row of the step in or after which MESSAGE was noted. */
static size_t row_of_message(const struct lanes *lanes,
                             const struct timeline_message *message)
{
    size_t found = lanes->row_count;
    for (size_t row = 0; row < lanes->row_count; row++) {
        const struct timeline_step *step = step_of(lanes, row);
        if (step->task == message->task && step->begin &&
            step->begin < message->ticket)
            found = row;
    }
    return found;
}

/* Each message that was got comes from the first one like it that was put and
 * not got yet. */
static int find_messages(struct lanes *lanes)
{
    const struct timeline *timeline = lanes->timeline;
    bool *gone = calloc(timeline->message_count + 1, sizeof(*gone));
    if (!gone)
        return -ENOMEM;
    /* Of very many only the last ones are in the picture anyway. */
    enum { MOST = 2000 };
    size_t count = timeline->message_count;
    size_t first = count > MOST ? count - MOST : 0;
    for (size_t i = first; i < count; i++) {
        const struct timeline_message *got = &timeline->messages[i];
        for (size_t k = first; got->got && k < i; k++) {
            const struct timeline_message *put = &timeline->messages[k];
            if (put->got || gone[k] || put->size != got->size ||
                strcmp(put->queue, got->queue) != 0 ||
                (put->size && memcmp(put->data, got->data, put->size) != 0))
                continue;
            gone[k] = true;
            add_arrow(lanes, lanes->lane_of[put->task],
                      row_of_message(lanes, put), lanes->lane_of[got->task],
                      row_of_message(lanes, got), got, NULL);
            break;
        }
    }
    free(gone);
    return 0;
}

/* From the last task that put something into an object to the next one that
 * takes something out. */
static void find_flows(struct lanes *lanes)
{
    for (size_t row = 0; row < lanes->row_count; row++) {
        const struct timeline_step *in = step_of(lanes, row);
        if (lanes->rows[row].count > 1 || flow_of(in) != FLOW_IN)
            continue;
        for (size_t from = row; from > 0; from--) {
            const struct timeline_step *out = step_of(lanes, from - 1);
            enum flow flow = flow_of(out);
            if (flow == FLOW_NONE || strcmp(out->object, in->object) != 0)
                continue;
            if (flow == FLOW_OUT && out->task != in->task)
                add_arrow(lanes, lanes->lane_of[out->task], from - 1,
                          lanes->lane_of[in->task], row, NULL, in->object);
            break;
        }
    }
}

/* The number of the task of path "0.1" that the Nth creation of task "0"
 * made; task_count when there is none. */
static size_t find_child(const struct timeline *timeline, uint32_t parent,
                         unsigned nth)
{
    struct str path;
    str_init(&path);
    str_addf(&path, "%s.%u", timeline->tasks[parent].path, nth);
    size_t task = 0;
    while (task < timeline->task_count &&
           strcmp(timeline->tasks[task].path, path.data) != 0)
        task++;
    str_fini(&path);
    return task;
}

/* Only where all steps are known: children are counted. */
static int find_children(struct lanes *lanes)
{
    const struct timeline *timeline = lanes->timeline;
    unsigned *made = calloc(timeline->task_count + 1, sizeof(*made));
    if (!made)
        return -ENOMEM;
    for (size_t i = 0; i < timeline->step_count && !timeline->ops_before; i++) {
        const struct timeline_step *step = &timeline->steps[i];
        if (!creates(step) || !step->completed || step->result < 0)
            continue;
        size_t child = find_child(timeline, step->task, made[step->task]++);
        if (child == timeline->task_count)
            continue;
        size_t row = 0;
        while (row < lanes->row_count && step_of(lanes, row)->task != child)
            row++;
        add_arrow(lanes, lanes->lane_of[step->task], row_of(lanes, i),
                  lanes->lane_of[child], row, NULL, NULL);
    }
    free(made);
    return 0;
}

static int find_arrows(struct lanes *lanes)
{
    lanes->arrows = calloc(ARROWS_MAX, sizeof(*lanes->arrows));
    if (!lanes->arrows)
        return -ENOMEM;
    int err = find_children(lanes);
    if (!err)
        err = find_messages(lanes);
    find_flows(lanes);
    return err;
}

int lanes_init(struct lanes *lanes, const struct timeline *timeline,
               size_t max_rows)
{
    static int (*const parts[])(struct lanes *) = {choose_lanes, find_waits,
                                                   find_locks, find_arrows};
    *lanes = (struct lanes){.timeline = timeline};
    int err = choose_rows(lanes, max_rows);
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts) && !err; i++)
        err = parts[i](lanes);
    if (err)
        lanes_fini(lanes);
    return err;
}

void lanes_fini(struct lanes *lanes)
{
    free(lanes->rows);
    free(lanes->lane_of);
    free(lanes->waits);
    free(lanes->locks);
    free(lanes->arrows);
    free(lanes->objects);
    *lanes = (struct lanes){0};
}
