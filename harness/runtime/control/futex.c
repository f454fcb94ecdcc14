/* futex(2) as the program or libc itself uses it: the word decides, as in the
 * kernel; who waits on it is modelled, since there is no try. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>

#include "attempts.h"
#include "edges/edges.h"
#include "objects.h"
#include "sys.h"

static uint32_t load(long address)
{
    return __atomic_load_n((const uint32_t *)address, __ATOMIC_SEQ_CST);
}

static long wait_on(struct attempt *attempt, long operation, uint32_t bits)
{
    const struct call *call = attempt->call;
    struct segment_turn *turn = turn_own();
    const struct timespec *time = (const struct timespec *)call->args[3];
    if (!bits)
        return -EINVAL;
    if (attempt->begun) {
        /* Another one may have moved this task to another word. */
        if (turn->park_object != attempt->object) {
            attempt->wait.object = turn->park_object;
            edges_acquire(turn->park_object, EDGES_FIRST);
        }
        /* Woken; or the word changed without a wake, as it does when the
         * kernel writes it at a thread's end. */
        if ((turn->flags & TURN_WOKEN) ||
            load(call->args[0]) != (uint32_t)call->args[2])
            return 0;
    } else {
        if (load(call->args[0]) != (uint32_t)call->args[2])
            return -EAGAIN;
        long clock =
            operation & FUTEX_CLOCK_REALTIME ? CLOCK_REALTIME : CLOCK_MONOTONIC;
        if (time && (operation & FUTEX_CMD_MASK) == FUTEX_WAIT)
            attempt->wait.deadline_ns = wait_span(time);
        else
            attempt->wait.deadline_ns = wait_deadline(clock, time);
    }
    turn->wait_bits = bits;
    attempt->wait.flags = TURN_MODELLED | TURN_CHECKS;
    return WOULD_WAIT;
}

static uint32_t clamp(long count)
{
    return (int)count < 0 ? 0 : (uint32_t)count;
}

/* Those on FROM that were not woken wait on TO from now on, at most COUNT. */
static uint32_t requeue(uint32_t from, uint32_t to, uint32_t count)
{
    struct segment *segment = runtime.segment;
    uint32_t waiters[256];
    uint32_t n = sched_waiters(segment, from, waiters, 256);
    for (uint32_t i = 0; i < n && i < count; i++) {
        struct segment_turn *turn = &segment->tasks[waiters[i]].turn;
        turn->park_object = to;
        turn->park_version = segment->objects[to].version;
    }
    return n < count ? n : count;
}

/* FUTEX_WAKE_OP: futex(2). */
static long wake_op(const struct attempt *attempt)
{
    const struct call *call = attempt->call;
    uint32_t code = (uint32_t)call->args[5];
    uint32_t argument = code >> 12 & 0xfff, compared = code & 0xfff;
    if (code >> 28 & FUTEX_OP_OPARG_SHIFT)
        argument = 1u << (argument & 31);
    uint32_t *word = (uint32_t *)call->args[4];
    uint32_t old = load(call->args[4]), value;
    switch (code >> 28 & 7) {
    case FUTEX_OP_SET:
        value = argument;
        break;
    case FUTEX_OP_ADD:
        value = old + argument;
        break;
    case FUTEX_OP_OR:
        value = old | argument;
        break;
    case FUTEX_OP_ANDN:
        value = old & ~argument;
        break;
    case FUTEX_OP_XOR:
        value = old ^ argument;
        break;
    default:
        return -ENOSYS;
    }
    __atomic_store_n(word, value, __ATOMIC_SEQ_CST);
    int have = (int)old, than = (int)compared;
    const bool holds[] = {have == than, have != than,
                          have<than, have <= than, have> than, have >= than};
    uint32_t which = code >> 24 & 15;
    uint32_t woken =
        wait_wake(attempt->object, clamp(call->args[2]), ~0u, call->site);
    if (which < sizeof(holds) / sizeof(holds[0]) && holds[which])
        woken += wait_wake(object_at(word, OBJECT_WORD, call->site),
                           clamp(call->args[3]), ~0u, call->site);
    return (long)woken;
}

/* Priority-inheriting futexes keep their state in the kernel. */
static long lock_pi(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    long operation = call->args[1];
    long private = operation & FUTEX_PRIVATE_FLAG;
    long result = SYS2(SYS_futex, call->args[0], FUTEX_TRYLOCK_PI | private);
    if (result != -EAGAIN && result != -EWOULDBLOCK)
        return result;
    attempt->wait.deadline_ns =
        wait_deadline(CLOCK_REALTIME, (const struct timespec *)call->args[3]);
    return WOULD_WAIT;
}

static long move(const struct attempt *attempt, bool compare)
{
    const struct call *call = attempt->call;
    if (compare && load(call->args[0]) != (uint32_t)call->args[5])
        return -EAGAIN;
    uint32_t woken =
        wait_wake(attempt->object, clamp(call->args[2]), ~0u, call->site);
    uint32_t to =
        object_at((const void *)call->args[4], OBJECT_WORD, call->site);
    uint32_t moved = requeue(attempt->object, to, clamp(call->args[3]));
    return (long)(woken + (compare ? moved : 0));
}

long attempt_futex(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    long operation = call->args[1];
    if (!call->args[0] || call->args[0] & 3 || !attempt->object)
        return attempt_plainly(call);
    switch (operation & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
        return wait_on(attempt, operation, ~0u);
    case FUTEX_WAIT_BITSET:
        return wait_on(attempt, operation, (uint32_t)call->args[5]);
    case FUTEX_WAKE:
        return wait_wake(attempt->object, clamp(call->args[2]), ~0u,
                         call->site);
    case FUTEX_WAKE_BITSET:
        return wait_wake(attempt->object, clamp(call->args[2]),
                         (uint32_t)call->args[5], call->site);
    case FUTEX_REQUEUE:
        return move(attempt, false);
    case FUTEX_CMP_REQUEUE:
        return move(attempt, true);
    case FUTEX_WAKE_OP:
        return wake_op(attempt);
    case FUTEX_LOCK_PI:
        return lock_pi(attempt);
    default:
        return attempt_plainly(call);
    }
}
