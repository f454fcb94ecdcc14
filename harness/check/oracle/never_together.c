/* never_together: at most one task at a time is inside a section, in the order
 * of the tickets that mps_enter() and mps_leave() drew.
 *
 * A task that ends inside leaves with its last sign of life: its end itself is
 * only noticed when somebody waits for it, and the lock that it held may have
 * been handed on (a robust mutex) before that. */
#include "check/records.h"
#include "check/show.h"
#include "oracle.h"

/* The one task that is inside: a second one is a violation and ends the
 * walk. */
struct section {
    struct judge *judge;
    const struct records *records; /* as they happened */
    bool taken;
    size_t entered; /* index of the record by which it came in */
    uint32_t depth; /* of coming in again while inside */
};

static bool was_alive(const struct outcome *outcome, uint32_t task)
{
    for (size_t i = 0; i < outcome->snapshot_count; i++)
        if (outcome->snapshots[i].task == (int)task)
            return true;
    return outcome->segment->tasks[task].state != TASK_EXITED;
}

/* The ticket of the last thing that TASK is known to have done. */
static uint64_t last_sign(const struct judge *judge, uint32_t task)
{
    uint64_t last = 0;
    const struct segment_op *op = segment_op_current(judge->segment, task);
    if (op)
        last = op->end > op->begin ? op->end : op->begin;
    size_t at = 0;
    struct observation o;
    while (segment_observation_next(judge->segment, &at, &o))
        if (o.task == task && o.ticket > last)
            last = o.ticket;
    return last;
}

/* Whether the task inside, not seen to leave before record NOW, is really
 * still there then. */
static bool is_still_inside(const struct section *section, size_t now)
{
    const struct observation *records = section->records->items;
    uint32_t task = records[section->entered].task;
    for (size_t i = now + 1; i < section->records->count; i++)
        if (records[i].task == task)
            return true;
    return was_alive(section->judge->outcome, task) ||
           last_sign(section->judge, task) > records[now].ticket;
}

static void report(struct judge *judge, const struct invariant *invariant,
                   const struct observation *first,
                   const struct observation *second)
{
    struct str left, right;
    str_init(&left);
    str_init(&right);
    show_task(&left, judge->segment, first->task);
    show_task(&right, judge->segment, second->task);
    struct finding *finding =
        judge_violation(judge, invariant, "%s: %s came in while %s was inside",
                        invariant->subject, right.data, left.data);
    judge_expected(judge, finding, "one task at a time");
    judge_actual(judge, finding, "%s and %s together", left.data, right.data);
    judge_place(judge, finding, first->site, first->task, "went in first");
    judge_place(judge, finding, second->site, second->task, "went in as well");
    str_fini(&left);
    str_fini(&right);
}

/* The first record by which a task came in while another was inside;
 * section->entered is then the other one's. The number of records if there is
 * none. */
static size_t find_second(struct section *section)
{
    const struct observation *records = section->records->items;
    for (size_t i = 0; i < section->records->count; i++) {
        bool enters = records[i].kind == MPS_RECORD_ENTER;
        bool same =
            section->taken && records[section->entered].task == records[i].task;
        if (same && enters) {
            section->depth++;
        } else if (same && section->depth) {
            section->depth--;
        } else if (same) {
            section->taken = false;
        } else if (enters) {
            if (section->taken && is_still_inside(section, i))
                return i;
            section->taken = true;
            section->entered = i;
            section->depth = 0;
        }
    }
    return section->records->count;
}

int oracle_never_together(struct judge *judge,
                          const struct invariant *invariant)
{
    struct records records;
    int err = records_collect(&records, judge->segment,
                              RECORD_BIT(MPS_RECORD_ENTER) |
                                  RECORD_BIT(MPS_RECORD_LEAVE),
                              invariant->subject);
    if (err)
        return judge->err = err;
    if (!records.count)
        judge_never(judge, invariant, "mps_enter");
    records_sort(&records);
    struct section section = {.judge = judge, .records = &records};
    size_t second = find_second(&section);
    if (second < records.count)
        report(judge, invariant, &records.items[section.entered],
               &records.items[second]);
    records_free(&records);
    return 0;
}
