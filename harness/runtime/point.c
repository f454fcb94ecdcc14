#include "point.h"

#include <sched.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/rng.h"
#include "state.h"
#include "sys.h"

/* Nothing, a yield, or a sleep: what the iteration's seed says for the n-th
 * point of this task, whatever the others do. */
static uint32_t delay(struct segment_task *task, uint32_t *flags)
{
    const struct segment_config *config = &runtime.segment->config;
    if (!config->sleep_chance && !config->yield_chance)
        return 0;
    struct rng rng = {task->random};
    uint64_t draw = rng_next(&rng);
    uint64_t length = 0;
    uint32_t die = draw & 0xffff;
    if (die < config->sleep_chance) {
        length = rng_between(&rng, config->delay_low_ns, config->delay_high_ns);
        if (length > 4000000000u)
            length = 4000000000u;
        struct timespec time = {.tv_sec = (time_t)(length / 1000000000u),
                                .tv_nsec = (long)(length % 1000000000u)};
        SYS2(SYS_nanosleep, &time, 0);
        *flags |= OP_FLAG_SLEPT;
    } else if (die - config->sleep_chance < config->yield_chance) {
        SYS0(SYS_sched_yield);
        *flags |= OP_FLAG_YIELDED;
    }
    task->random = rng.state;
    return (uint32_t)length;
}

struct point point_begin(enum op_kind kind, uint32_t object, uint64_t argument,
                         uint64_t site, uint32_t flags)
{
    struct segment_task *task = &runtime.segment->tasks[local.task];
    struct segment_op op = {
        .site = site,
        .argument = argument,
        .object = object,
        .kind = (uint16_t)kind,
    };
    op.delay_ns = delay(task, &flags);
    op.flags = flags;
    return (struct point){segment_op_begin(runtime.segment, local.task, &op)};
}

void point_end(struct point point, int64_t result)
{
    if (point.position)
        segment_op_end(runtime.segment, local.task, point.position, result);
}

void point_start(void)
{
    uint32_t flags = 0;
    delay(&runtime.segment->tasks[local.task], &flags);
}
