#include "formats/rules.h"

#include <assert.h>

static const struct rule rules[] = {
    [FINDING_INVARIANT] =
        {"mpstress/invariant", "InvariantViolated", "error",
         "Something that the scenario demands, or that the program checks with "
         "mps_check(), does not hold after an iteration.",
         "Compare what was expected with what came, and start at the line that "
         "reported it. If it replays, the shortest schedule shows which two "
         "operations came in the wrong order: put what they belong to into one "
         "critical section."},
    [FINDING_CRASH] =
        {"mpstress/crash", "Crash", "error",
         "A process or thread died of a signal that nobody sent on purpose.",
         "See its last operation in the finding. A replay ends there each "
         "time: run it under a debugger."},
    [FINDING_DEADLOCK] =
        {"mpstress/deadlock", "Deadlock", "error",
         "No task can ever go on, or some wait for each other in a cycle.",
         "Read who holds what each one waits for, and where it was taken. Take "
         "locks in one order everywhere; wake those who wait after the state "
         "they wait for has changed, under the same lock; let no task end "
         "while others wait for what it holds."},
    [FINDING_HANG] =
        {"mpstress/hang", "Hang", "error",
         "The time limit passed before the program ended.",
         "Where tasks are waiting, read it like a deadlock. Where one is at "
         "work, it may only be slow: raise the time limit."},
    [FINDING_LIVELOCK] =
        {"mpstress/livelock", "Livelock", "error",
         "Tasks run for ever without progress: nothing but yields and vain "
         "tries.",
         "The operations that repeat are listed. See what would end them, and "
         "why it does not come."},
    [FINDING_RACE] =
        {"mpstress/race", "DataRace", "error",
         "Two tasks access the same bytes, at least one writes, not both "
         "atomically, and nothing orders them: no lock, message, fork or wait. "
         "It may have gone well this time.",
         "Put both accesses under one lock, or make both atomic with the right "
         "memory order. Both stacks and the locks held are shown."},
    [FINDING_LOCK_ORDER] =
        {"mpstress/lock-order", "LockOrder", "warning",
         "Tasks take locks in a circle (A, then B; B, then A), which can "
         "become "
         "a deadlock though it may never have done so.",
         "Take them in the same order everywhere, or all under one lock."},
    [FINDING_MISUSE] =
        {"mpstress/misuse", "Misuse", "error",
         "A call that its documentation forbids: unlocking what is not held, "
         "destroying what is in use, using what was destroyed, ending with a "
         "lock that others wait for.",
         "Both places are named: where it went wrong and where the state came "
         "from that makes it wrong. Mend it first: what follows it proves "
         "nothing."},
    [FINDING_LEAK] =
        {"mpstress/leak", "Leak", "warning",
         "Something survived the program: shared memory, a semaphore, a queue, "
         "a file, a process.",
         "Release it on every path that ends the program, from the line that "
         "made it; or allow it in the scenario."},
};

static_assert(sizeof(rules) / sizeof(*rules) == FINDING_KIND_COUNT,
              "a rule for each kind of finding");

const struct rule *rule_of(enum finding_kind kind)
{
    return &rules[kind];
}
