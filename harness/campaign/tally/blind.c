#include "tally/blind.h"

#include <inttypes.h>

#include "base/str.h"
#include "runner/control.h"

static const char *const reasons[BLIND_REASONS] = {
    [MEMORY_OFF_TASKS] = "more tasks than clocks are kept for",
    [MEMORY_OFF_SYNCS] = "more atomic words than clocks are kept for",
    [MEMORY_OFF_CHUNKS] = "more memory than can be watched",
    [MEMORY_OFF_NODES] = "more call stacks than can be kept",
    [MEMORY_OFF_EPOCHS] = "more synchronisation than clocks can count",
    [MEMORY_OFF_OBJECTS] = "more locks and the like than clocks are kept for",
    [MEMORY_OFF_SPACE] = "a task has too little address space for it",
    [MEMORY_OFF_UNSEEN] = "a program or thread ran that mpstress cannot see",
    [MEMORY_OFF_TURN] = "a task got no processor for long and lost its turn",
    [MEMORY_OFF_THREADS] =
        "a process with several threads cannot be guarded (build it with "
        "mpstress cc instead)",
    [MEMORY_OFF_STACK] =
        "a process with a stack in shared memory cannot be guarded",
    [MEMORY_OFF_MAPPINGS] =
        "a process has more shared mappings than can be guarded",
    [MEMORY_OFF_PROTECTION] = "a process's shared memory could not be guarded",
};

void blind_count(struct blind *blind, const struct outcome *outcome)
{
    if (!outcome->control || !outcome->control->races ||
        outcome->segment_damaged ||
        !(outcome->segment->control.instrumented || outcome->control->guard))
        return;
    blind->looked++;
    uint32_t why = outcome->segment->control.blind;
    uint32_t off = outcome->memory ? outcome->memory->off
                   : why           ? why
                                   : MEMORY_OFF_SPACE;
    if (off)
        blind->counts[off < BLIND_REASONS ? off : 0]++;
}

char *blind_describe(const struct blind *blind, const char *name)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BLIND_REASONS; i++)
        sum += blind->counts[i];
    if (!sum)
        return NULL;
    struct str s;
    str_init(&s);
    str_addf(&s,
             "%s: races were not looked for, or not to the end, in %" PRIu64
             " of %" PRIu64 " controlled iterations:",
             name, sum, blind->looked);
    const char *separator = " ";
    for (size_t i = 0; i < BLIND_REASONS; i++) {
        if (!blind->counts[i])
            continue;
        str_addf(&s, "%s%s", separator,
                 reasons[i] ? reasons[i] : "for an unknown reason");
        if (blind->counts[i] < sum)
            str_addf(&s, " (%" PRIu64 ")", blind->counts[i]);
        separator = "; ";
    }
    return str_take(&s);
}
