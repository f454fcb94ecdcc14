#include "point.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/rng.h"
#include "control/turn.h"
#include "edges/edges.h"
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

/* Where the point of an op lies under control. Before it, when what others did
 * decides how it goes; after it, when it lets others go on: a program whose
 * memory accesses nobody sees may touch shared memory right after a release,
 * and another one's turn must be able to come before that. */
enum place { NOWHERE, BEFORE, AFTER };

static enum place place_of(enum op_kind kind, uint32_t flags)
{
    if (flags & OP_FLAG_PRIVATE)
        return NOWHERE;
    if (flags & OP_FLAG_RELEASE)
        return AFTER;
    switch (op_kind_class(kind)) {
    case OP_ACQUIRE:
    case OP_BOTH:
    case OP_INPUT:
    case OP_OPEN:
    case OP_TIME:
    case OP_MEMORY:
    case OP_NOTE:
        return BEFORE;
    case OP_RELEASE:
    case OP_OUTPUT:
    case OP_CLOSE:
        return AFTER;
    case OP_TASK:
        break;
    }
    switch ((int)kind) {
    case OP_KIND_WAIT:
    case OP_KIND_THREAD_JOIN:
    case OP_KIND_SIGWAIT:
    case OP_KIND_EXEC:
        return BEFORE;
    case OP_KIND_FORK:
    case OP_KIND_SPAWN:
    case OP_KIND_THREAD_CREATE:
    case OP_KIND_KILL:
        return AFTER;
    default:
        return NOWHERE;
    }
}

/* What the next point of the calling task says of it. */
static uint32_t patience(enum op_kind kind)
{
    bool idle = local.idle || kind == OP_KIND_YIELD;
    bool nudged = local.nudged;
    local.idle = local.nudged = false;
    return (idle ? TURN_YIELDED : 0) | (nudged ? TURN_NUDGED : 0);
}

/* A lock that is taken and given back without a point in between is never seen
 * held. Mostly that changes nothing for anybody; but a trylock can fail, a fork
 * copy the lock, a signal kill the holder. So some releases have a point before
 * them, too. */
static bool is_seen_held(enum op_kind kind, uint32_t flags)
{
    enum { ONE_IN = 8 };
    return (kind == OP_KIND_MUTEX_UNLOCK || kind == OP_KIND_RWLOCK_UNLOCK ||
            kind == OP_KIND_SPIN_UNLOCK) &&
           !(flags & OP_FLAG_PRIVATE) &&
           !sched_environment(runtime.segment, local.task, ONE_IN);
}

/* A rolling hash of who did what, in order: equal for equal runs. */
static void mix_in(const struct segment_op *op)
{
    struct segment_schedule *schedule = &runtime.segment->schedule;
    uint64_t what = (uint64_t)op->kind << 32 | op->object;
    schedule->hash = rng_mix(schedule->hash, local.task, what);
}

static struct point stamp(struct segment_op *op)
{
    struct point point = {
        .site = op->site,
        .object = op->object,
        .flags = op->flags,
        .kind = (enum op_kind)op->kind,
    };
    point.position = segment_op_begin(runtime.segment, local.task, op);
    return point;
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
        .flags = flags,
    };
    if (!control_on()) {
        op.delay_ns = delay(task, &flags);
        op.flags = flags;
        return stamp(&op);
    }
    if (place_of(kind, flags) == BEFORE || is_seen_held(kind, flags))
        turn_point(kind, object, site, patience(kind), 0);
    else
        turn_name(kind, object, site);
    turn_stop();
    mix_in(&op);
    local.waited = false;
    if (edges_kept() && !(flags & OP_FLAG_PRIVATE))
        edges_before(kind, object, argument);
    return stamp(&op);
}

struct point point_sleep(uint64_t deadline_ns, uint64_t site, uint32_t flags)
{
    struct segment_op op = {
        .site = site, .kind = OP_KIND_SLEEP, .flags = flags};
    turn_point(OP_KIND_SLEEP, 0, site, TURN_YIELDED | TURN_SLEEPING,
               deadline_ns);
    mix_in(&op);
    return stamp(&op);
}

/* Got nothing, changed nothing: others should have a go first. */
static bool is_idle(enum op_kind kind, int64_t result)
{
    return op_kind_class(kind) == OP_TIME || result == -EAGAIN ||
           result == -EBUSY || result == -ETIMEDOUT ||
           (kind == OP_KIND_POLL && !result);
}

static void release(const struct point *point)
{
    struct segment *segment = runtime.segment;
    enum op_class class = op_kind_class(point->kind);
    if (class == OP_INPUT || class == OP_OUTPUT || class == OP_CLOSE ||
        class == OP_OPEN || point->kind == OP_KIND_ACCEPT ||
        point->kind == OP_KIND_CONNECT)
        sched_bump_io(segment, point->object);
    else if (class == OP_RELEASE || class == OP_BOTH ||
             (point->flags & OP_FLAG_RELEASE))
        sched_bump(segment, point->object);
}

static void end_under_control(const struct point *point, int64_t result,
                              bool idle)
{
    turn_ensure();
    if (edges_kept() && !(point->flags & OP_FLAG_PRIVATE))
        edges_after(point->kind, point->object, result);
    local.idle = idle && op_kind_class(point->kind) != OP_TIME;
    if (!idle)
        release(point);
    sched_completed(runtime.segment, local.task, idle);
    if (place_of(point->kind, point->flags) == AFTER)
        turn_point(OP_KIND_NONE, 0, point->site, patience(OP_KIND_NONE), 0);
}

static void end(const struct point *point, int64_t result, bool idle)
{
    if (!point->position)
        return;
    segment_op_end(runtime.segment, local.task, point->position, result);
    if (control_on())
        end_under_control(point, result, idle);
}

void point_end(struct point point, int64_t result)
{
    end(&point, result, is_idle(point.kind, result));
}

void point_end_idle(struct point point, int64_t result)
{
    end(&point, result, true);
}

void point_start(void)
{
    uint32_t flags = 0;
    if (control_on())
        turn_await();
    else
        delay(&runtime.segment->tasks[local.task], &flags);
}
