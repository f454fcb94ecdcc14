#include "machine.h"

#include <string.h>
#include <unwind.h>

#include "detect/either.h"
#include "detect/race.h"
#include "flow.h"
#include "guard.h"
#include "memory/context.h"
#include "memory/look.h"
#include "memory/stack.h"
#include "modules.h"
#include "sched/strategy.h"
#include "state.h"

/* -- Call stacks ------------------------------------------------------------*/

enum { FRAMES = 64 };

struct walk {
    uintptr_t pc;
    bool found; /* what comes now are its callers */
    unsigned count;
    const void *frames[FRAMES];
};

static _Unwind_Reason_Code walk_frame(struct _Unwind_Context *frame,
                                      void *argument)
{
    struct walk *walk = argument;
    uintptr_t pc = _Unwind_GetIP(frame);
    if (!pc || walk->count == FRAMES)
        return _URC_END_OF_STACK;
    if (walk->found)
        walk->frames[walk->count++] = (const void *)pc;
    walk->found |= pc == walk->pc;
    return _URC_NO_REASON;
}

/* The calls that the interrupted code at PC is in, as instrumented code would
 * have said them. */
static void fill_stack(uintptr_t pc)
{
    struct walk walk = {.pc = pc};
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    /* The unwinder's lock is not the program's: no point there, and nothing
     * that is open is closed after it. */
    bool inside = local.inside;
    const void *frame = local.frame;
    local.inside = true;
    local.frame = __builtin_frame_address(0);
    _Unwind_Backtrace(walk_frame, &walk);
    local.inside = inside;
    local.frame = frame;
    stack.top = stack.bottom;
    /* What counts is their order: on another stack, a handler's, they may lie
     * anywhere. */
    for (unsigned i = walk.count; i-- > 0;)
        stack_enter(walk.frames[i], here + i + 1);
}

/* -- Reads that a write may belong to
 * -----------------------------------------*/

struct reading {
    uintptr_t address, pc;
    uint64_t value;
    uint32_t size, task, times;
};

/* Of this process, the newest by address. */
enum { READINGS = 256 };
static struct reading readings[READINGS];

static struct reading *reading_of(uintptr_t address)
{
    return &readings[(address ^ address >> 3 ^ address >> 11) % READINGS];
}

static uint64_t value_at(const struct access *access)
{
    uint64_t value = 0;
    if (access->size <= sizeof(value))
        memcpy(&value, (const void *)access->address, access->size);
    return value;
}

/* Whether the same code has read the same value there again and again: it waits
 * for another one. */
static bool is_waiting(const struct access *access, uintptr_t pc)
{
    enum { TIMES = 3 };
    const struct reading *reading = reading_of(access->address);
    return reading->address == access->address && reading->pc == pc &&
           reading->times >= TIMES && reading->task == local.task &&
           reading->value == value_at(access) &&
           sched_alive_count(runtime.segment) > 1;
}

static void remember(const struct access *access, uintptr_t pc)
{
    struct reading *reading = reading_of(access->address);
    const struct reading now = {
        .address = access->address,
        .pc = pc,
        .value = value_at(access),
        .size = (uint32_t)access->size,
        .task = local.task,
    };
    bool same = reading->address == now.address && reading->pc == pc &&
                reading->value == now.value && reading->task == now.task;
    uint32_t times = same ? reading->times + 1 : 0;
    *reading = now;
    reading->times = times;
}

/* Pairs of places in the code, whose answer is always the same. */
struct answer {
    uintptr_t load, store;
    bool reaches;
};
enum { ANSWERS = 128 };
static struct answer answers[ANSWERS];

/* Whether the write at PC puts back what the task read there. */
static bool is_half(const struct access *access, uintptr_t pc)
{
    const struct reading *reading = reading_of(access->address);
    if (access->nature == ACCESS_HALVES)
        return true;
    if (reading->address != access->address || reading->size != access->size ||
        reading->task != local.task)
        return false;
    struct answer *answer = &answers[(reading->pc * 31 + pc) % ANSWERS];
    if (answer->load != reading->pc || answer->store != pc) {
        answer->load = reading->pc;
        answer->store = pc;
        uintptr_t end = modules_code_end((const void *)pc);
        answer->reaches =
            end && modules_code_end((const void *)reading->pc) == end &&
            flow_reaches((const uint8_t *)reading->pc, (const uint8_t *)pc,
                         (const uint8_t *)end);
    }
    return answer->reaches;
}

/* -- Accesses that may be atomic
 * ----------------------------------------------*/

static void record(const struct place *place, const struct access *access,
                   uint32_t flags, uintptr_t pc)
{
    uint32_t offset = place_offset(place, (const void *)access->address);
    if (race_is_known(runtime.memory, place->chunk, offset,
                      (uint32_t)access->size, local.task, flags) ||
        look_is_benign((const void *)access->address, access->size))
        return;
    struct stack saved = stack;
    fill_stack(pc);
    look_record(place, (const void *)access->address, access->size, flags,
                context_of((const void *)(pc + 1)));
    stack = saved;
}

/* Accesses in a row without an op in between. */
static struct {
    uint64_t points; /* of the task, until then */
    uint32_t count, task;
} quiet;

/* Whether it is time for a point, wherever it may be: accesses take their time
 * here, and a task that comes to none for long is taken for lost. */
static bool is_long(void)
{
    enum { LONG = 256 };
    uint64_t points = runtime.segment->tasks[local.task].points;
    if (quiet.points != points || quiet.task != local.task)
        quiet.count = 0;
    quiet.points = points;
    quiet.task = local.task;
    return ++quiet.count >= LONG;
}

/* The point before the access, where there is one. */
static void come_to_point(const struct access *access, uint32_t flags,
                          uintptr_t pc)
{
    const void *address = (const void *)access->address;
    const struct place *place = is_looked_at() ? place_of(address) : NULL;
    bool writes = flags & MEMORY_WRITE;
    bool wanted = !writes && is_waiting(access, pc);
    if (!is_looked_at() && !wanted) {
        wanted = look_wants_point_blindly(address);
    } else if (place && !wanted) {
        uint32_t offset = place_offset(place, address);
        uint32_t size = (uint32_t)access->size;
        wanted =
            look_wants_point(place, offset, size, flags,
                             race_is_known(runtime.memory, place->chunk, offset,
                                           size, local.task, flags));
    }
    if (!wanted && !is_long())
        return;
    struct guard_pause before;
    guard_widen(&before);
    look_pause(address, access->size, flags, (const void *)(pc + 1));
    guard_narrow(&before);
}

static void note_either(const struct access *access, bool writes, uintptr_t pc)
{
    uint32_t flags = MEMORY_ATOMIC | MEMORY_EITHER;
    if (writes)
        flags |= MEMORY_WRITE | (is_half(access, pc) ? MEMORY_HALF : 0);
    come_to_point(access, flags, pc);
    const void *address = (const void *)access->address;
    const struct place *place = is_looked_at() ? place_of(address) : NULL;
    if (place && access->address + access->size <= place->end) {
        uint32_t offset = place_offset(place, address);
        uint32_t size = (uint32_t)access->size;
        if (!writes)
            either_load(runtime.memory, local.task, place->chunk, offset, size);
        record(place, access, flags, pc);
        if (writes)
            either_store(runtime.memory, local.task, place->chunk, offset,
                         size);
    }
    if (!writes)
        remember(access, pc);
}

/* -- The doors --------------------------------------------------------------*/

static void note_plain(const struct access *access, bool writes, uintptr_t pc)
{
    struct stack saved = stack;
    fill_stack(pc);
    struct guard_pause before;
    guard_widen(&before);
    if (is_long())
        look_pause((const void *)access->address, access->size,
                   writes ? MEMORY_WRITE : 0, (const void *)(pc + 1));
    access_note_range((const void *)access->address, access->size,
                      writes ? MEMORY_WRITE : 0, (const void *)(pc + 1));
    guard_narrow(&before);
    stack = saved;
}

void machine_note(const struct access *access, enum clocks_access kind,
                  uintptr_t pc)
{
    if (look(__builtin_frame_address(0)) == LOOK_AWAY)
        return;
    if (access->nature == ACCESS_PLAIN)
        note_plain(access, kind == CLOCKS_STORE, pc);
    else
        note_either(access, kind == CLOCKS_STORE, pc);
}

/* -- In one step ------------------------------------------------------------*/

void machine_atomic_begin(struct machine_atomic *atomic,
                          const struct accesses *accesses, uintptr_t pc)
{
    const struct access *access = &accesses->list[0];
    atomic->size = 0;
    if (access->size > sizeof(atomic->before))
        return;
    atomic->compares = accesses->instruction.kind == INSTRUCTION_COMPARE;
    struct guard_pause before;
    guard_widen(&before);
    access_atomic_begin(&atomic->atomic, (const void *)access->address,
                        (uint32_t)access->size, CLOCKS_UPDATE,
                        (const void *)(pc + 1));
    guard_narrow(&before);
    memcpy(atomic->before, (const void *)access->address, access->size);
    atomic->size = (uint8_t)access->size;
}

/* What stood there was let out by whoever put it there. */
static void take_in(const struct machine_atomic *atomic)
{
    const volatile void *address = atomic->atomic.address;
    const struct place *place = is_looked_at() ? place_of(address) : NULL;
    if (place && (uintptr_t)address + atomic->size <= place->end)
        either_atomic(runtime.memory, local.task, place->chunk,
                      place_offset(place, address), atomic->size);
}

void machine_atomic_end(struct machine_atomic *atomic, bool equal)
{
    uint64_t found = 0;
    const void *address = (const void *)(uintptr_t)atomic->atomic.address;
    if (!atomic->size || !atomic->atomic.noted)
        return;
    memcpy(&found, atomic->before,
           atomic->size < sizeof(found) ? atomic->size : sizeof(found));
    struct stack saved = stack;
    fill_stack((uintptr_t)atomic->atomic.pc - 1);
    take_in(atomic);
    access_atomic_end(&atomic->atomic,
                      atomic->compares && !equal ? CLOCKS_LOAD : CLOCKS_UPDATE,
                      __ATOMIC_SEQ_CST, found,
                      memcmp(atomic->before, address, atomic->size) != 0);
    stack = saved;
    atomic->size = 0;
}
