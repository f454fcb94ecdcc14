#include "always.h"
#include "check/show.h"

/* A count in front of a text, "8,192 tasks"; the caller frees. */
static struct str numbered(uint64_t number)
{
    struct str s;
    str_init(&s);
    show_number(&s, number);
    return s;
}

bool always_damage(struct judge *judge)
{
    const struct outcome *outcome = judge->outcome;
    if (outcome->segment_damaged) {
        judge_find(judge, FINDING_MISUSE, NULL,
                   "the target overwrote mpstress's memory");
        return true;
    }
    if (outcome->server_lost) {
        judge_find(judge, FINDING_MISUSE, NULL,
                   "the target took mpstress's fork server down: it killed a "
                   "process that is not its own, or wrote into foreign memory");
        return true;
    }
    if (!judge->segment->control.tasks_refused)
        return false;
    struct str tasks = numbered(segment_task_count(judge->segment));
    struct finding *finding = judge_find(
        judge, FINDING_MISUSE, NULL,
        "forks without end: %s tasks, more than mpstress can hold", tasks.data);
    str_fini(&tasks);
    /* The newest task's maker is the one that goes on and on. */
    uint32_t last = (uint32_t)segment_task_count(judge->segment);
    if (!last)
        return true;
    const struct segment_task *task = &judge->segment->tasks[last - 1];
    judge_place(judge, finding, task->created_site,
                task->parent ? task->parent - 1 : NO_TASK, "made the last one");
    return true;
}

bool always_overflow(struct judge *judge)
{
    uint32_t refused = judge->segment->control.records_refused;
    if (!refused)
        return false;
    struct str lost = numbered(refused);
    struct str detail;
    str_init(&detail);
    str_addf(&detail,
             "an iteration can hold %d MiB of them under %d names; invariants "
             "over observations were not judged\n",
             SEGMENT_RECORD_BYTES >> 20, SEGMENT_NAMES);
    struct finding *finding =
        judge_find(judge, FINDING_MISUSE, NULL,
                   "more observations than fit: %s were lost", lost.data);
    judge_detail(judge, finding, &detail);
    str_fini(&lost);
    return true;
}
