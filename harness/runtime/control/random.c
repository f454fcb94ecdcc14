/* The system's randomness, from the iteration's seed: the same in every replay,
 * different in every task. */
#include <string.h>
#include <sys/syscall.h>

#include "attempts.h"
#include "base/rng.h"

/* The next word of the calling task's stream. */
static uint64_t next_word(void)
{
    const struct segment *segment = runtime.segment;
    uint64_t hash = segment->schedule.program_seed;
    uint32_t task = local.task;
    for (unsigned depth = 0; depth < 64 && task < SEGMENT_TASKS; depth++) {
        const struct segment_task *slot = &segment->tasks[task];
        if (!slot->parent)
            break;
        hash = rng_mix(hash, RNG_PROGRAM, slot->ordinal + 1);
        task = slot->parent - 1;
    }
    return rng_mix(hash, RNG_PROGRAM, turn_own()->randomness++);
}

long attempt_getrandom(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    char *to = (char *)call->args[0];
    size_t size = (size_t)call->args[1];
    if (size > 33554431) /* getrandom(2) */
        size = 33554431;
    for (size_t at = 0; at < size; at += sizeof(uint64_t)) {
        uint64_t word = next_word();
        size_t n = size - at < sizeof(word) ? size - at : sizeof(word);
        memcpy(to + at, &word, n);
    }
    return (long)size;
}
