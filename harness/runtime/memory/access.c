#include "access.h"

#include "context.h"
#include "detect/race.h"
#include "held.h"
#include "look.h"
#include "modules.h"
#include "objects.h"
#include "sched/strategy.h"
#include "spin.h"
#include "stack.h"
#include "whereabouts.h"

uint8_t access_mode;
uint8_t access_map[ACCESS_MAP];
bool look_wanted;
uint64_t look_changes;

/* What the calling task has left of its allowances, and wants not to be seen.
 */
static __thread struct {
    uint32_t first, shared; /* points, see look_wants_point() */
    uint32_t nudges;
    int ignore_reads, ignore_writes;
} own __attribute__((tls_model("initial-exec")));

enum {
    FIRST_POINTS = 256,  /* at words that only this task has touched */
    SHARED_POINTS = 256, /* at others, as long as there is no race on them */
    NUDGES = 64          /* stores before which others are let go first */
};

/* -- Beginning --------------------------------------------------------------*/

/* Whether anything will tell of accesses: if not, the pages that would have to
 * be written for it, in each process, are spared. */
static bool is_told(void)
{
    const struct segment *segment = runtime.segment;
    return segment->control.instrumented ||
           (segment->config.flags & SEGMENT_GUARD);
}

void access_become(void)
{
    uint8_t mode = ACCESS_OFF;
    if (control_on() && is_told())
        mode = runtime.threads ? ACCESS_ALL : ACCESS_SHARED;
    /* Written only when it changes: each write copies a page after fork. */
    if (access_mode != mode)
        access_mode = mode;
    if (!mode)
        return;
    bool wanted = runtime.segment->config.flags & SEGMENT_RACES;
    if (look_wanted != wanted)
        look_wanted = wanted;
    stack_become();
    place_forget();
    spin_begin();
    own.first = FIRST_POINTS;
    own.shared = SHARED_POINTS;
    own.nudges = NUDGES;
    own.ignore_reads = own.ignore_writes = 0;
}

void access_threads(void)
{
    if (!access_mode || access_mode == ACCESS_ALL)
        return;
    access_mode = ACCESS_ALL;
    place_forget();
}

void access_mapped(const void *start, size_t length)
{
    uintptr_t first = (uintptr_t)start >> ACCESS_UNIT_SHIFT;
    uintptr_t last = ((uintptr_t)start + length - 1) >> ACCESS_UNIT_SHIFT;
    for (uintptr_t i = 0; length && i <= last - first && i < ACCESS_MAP; i++)
        access_map[(first + i) % ACCESS_MAP] = 1;
}

void access_moved(void)
{
    look_anew();
    place_forget();
}

/* -- Points -----------------------------------------------------------------*/

static const enum op_kind op_kinds[] = {
    [CLOCKS_LOAD] = OP_KIND_LOAD,
    [CLOCKS_STORE] = OP_KIND_STORE,
    [CLOCKS_UPDATE] = OP_KIND_UPDATE,
};

/* Words come in numbers, and the table of objects is for locks and the like,
 * too: when it fills up, words have no names. */
static uint32_t object_of(const volatile void *address, uint64_t site)
{
    if (runtime.segment->object_count > SEGMENT_OBJECTS / 4 * 3)
        return 0;
    return object_at(address, OBJECT_WORD, site);
}

static inline bool spend(uint32_t *allowance)
{
    if (!*allowance)
        return false;
    --*allowance;
    return true;
}

/* Between what a task has read and what it stores because of that, somebody
 * else may do the same. By chance that is seldom tried: each second iteration
 * does it wherever it can. */
static bool is_delicate(enum clocks_access kind)
{
    return kind == CLOCKS_STORE && runtime.segment->config.iteration % 2 &&
           spend(&own.nudges);
}

struct point look_begin(const volatile void *address, size_t size,
                        enum clocks_access kind, const void *pc)
{
    uint64_t site = modules_site(pc);
    local.nudged = is_delicate(kind);
    return point_begin(op_kinds[kind], object_of(address, site), size, site, 0);
}

/* The number that stands at ADDRESS, which the caller's caller is about to
 * read, on a little-endian machine: reports show it. */
static uint64_t value_at(const volatile void *address, size_t size)
{
    uint64_t value = 0;
    const volatile uint8_t *bytes = address;
    for (size_t i = 0; i < size && i < sizeof(value); i++)
        value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

void look_pause(const volatile void *address, size_t size, uint32_t flags,
                const void *pc)
{
    bool writes = flags & MEMORY_WRITE;
    struct point point =
        look_begin(address, size, writes ? CLOCKS_STORE : CLOCKS_LOAD, pc);
    uint64_t value = writes ? 0 : value_at(address, size);
    if (spin_looked(address, value, writes))
        point_end_idle(point, (int64_t)value);
    else
        point_end(point, (int64_t)value);
}

bool look_wants_point(const struct place *place, uint32_t offset, uint32_t size,
                      uint32_t flags, bool known)
{
    const uint32_t shared = MEMORY_SHARED | MEMORY_WRITTEN;
    uint32_t about = race_flags(runtime.memory, place->chunk, offset, size,
                                local.task, flags & MEMORY_WRITE);
    if (about & MEMORY_RACY)
        return true;
    if (known || held_count() || sched_alive_count(runtime.segment) < 2)
        return false;
    if ((about & shared) == shared)
        return spend(&own.shared);
    return place->shared && spend(&own.first);
}

bool look_wants_point_blindly(const volatile void *address)
{
    return !held_count() && sched_alive_count(runtime.segment) > 1 &&
           !objects_is_private(address) && spend(&own.first);
}

/* -- Plain accesses ---------------------------------------------------------*/

/* The part of [ADDRESS, ADDRESS + SIZE) that lies in PLACE. */
static size_t clip(const struct place *place, const volatile void *address,
                   size_t size)
{
    size_t room = place->end - (uintptr_t)address;
    return size < room ? size : room;
}

void look_record(const struct place *place, const volatile void *address,
                 size_t size, uint32_t flags, uint32_t context)
{
    const struct memory_access access = {
        .task = local.task,
        .size = (uint32_t)size,
        .flags = flags,
        .context = context,
        .locks = held_node(),
        .address = (uintptr_t)address,
    };
    uint32_t before = runtime.memory->race_count;
    uint32_t offset = place_offset(place, address);
    bool races = race_access(runtime.memory, place->chunk, offset, &access,
                             runtime.segment->ticket);
    look_done();
    if (!races)
        return;
    whereabouts_note(before, offset);
    look_anew();
}

/* Places may be missing in the middle of a range: go on behind the gap, which
 * ends where a place may begin. */
static size_t to_next_place(const volatile void *address, size_t size)
{
    size_t step = MEMORY_CHUNK_BYTES - (uintptr_t)address % MEMORY_CHUNK_BYTES;
    struct region_view gap;
    regions_look(address, &gap);
    if (!gap.backing && gap.end - (uintptr_t)address < step)
        step = gap.end - (uintptr_t)address;
    return step < size ? step : size;
}

static const volatile void *behind(const volatile void *address, size_t size)
{
    return (const volatile char *)address + size;
}

/* Whether a point is wanted before an access to any part; NEW: and whether any
 * part of it is not known yet. */
static bool survey(const volatile void *address, size_t size, uint32_t flags,
                   bool *new)
{
    *new = false;
    for (size_t n; size; address = behind(address, n), size -= n) {
        const struct place *place = place_of(address);
        if (!place) {
            n = to_next_place(address, size);
            continue;
        }
        n = clip(place, address, size);
        uint32_t offset = place_offset(place, address);
        bool known = race_is_known(runtime.memory, place->chunk, offset,
                                   (uint32_t)n, local.task, flags);
        *new |= !known;
        if (look_wants_point(place, offset, (uint32_t)n, flags, known))
            return *new = true;
    }
    return false;
}

static void record_all(const volatile void *address, size_t size,
                       uint32_t flags, uint32_t context)
{
    for (size_t n; size; address = behind(address, n), size -= n) {
        const struct place *place = place_of(address);
        n = place ? clip(place, address, size) : to_next_place(address, size);
        if (place)
            look_record(place, address, n, flags, context);
    }
}

/* Nothing can be in PLACE but what was there before. */
static inline bool is_nothing_new(const struct place *place,
                                  const volatile void *address, size_t size,
                                  uint32_t flags)
{
    uint32_t offset = place_offset(place, address);
    return (offset & 7) + size <= 8 &&
           (uintptr_t)address + size <= place->end &&
           race_is_known(runtime.memory, place->chunk, offset, (uint32_t)size,
                         local.task, flags) &&
           (!runtime.memory->race_count ||
            !(runtime.memory->shadow[place->chunk].words[offset / 8].flags &
              MEMORY_RACY));
}

static void note(const volatile void *address, size_t size, uint32_t flags,
                 const void *pc, enum look how)
{
    if (flags & MEMORY_WRITE ? own.ignore_writes > 0 : own.ignore_reads > 0)
        return;
    bool pauses = false, new = false;
    if (!is_looked_at())
        pauses = look_wants_point_blindly(address);
    else if (!look_is_benign(address, size))
        pauses = survey(address, size, flags, &new);
    if (how == LOOK && (pauses || spin_is_long(flags & MEMORY_WRITE)))
        look_pause(address, size, flags, pc);
    if (new &&is_looked_at())
        record_all(address, size, flags, context_of(pc));
}

/* Accesses with nothing new in them, by address: the same again has none
 * either, as long as no task has come to an op since, this one or another; each
 * op draws a ticket. */
enum { SEEN = 1024 };
static struct {
    uint64_t what; /* address, size, and whether it writes */
    uint64_t when;
} seen[SEEN];

static inline uint64_t now(void)
{
    return __atomic_load_n(&runtime.segment->ticket, __ATOMIC_RELAXED) +
           (look_changes << 40);
}

static inline bool is_seen(const volatile void *address, uint64_t what)
{
    uint32_t at = (uintptr_t)address / 4 % SEEN;
    /* A write stands for a read, too. */
    return (seen[at].what == what || seen[at].what == (what | 1)) &&
           seen[at].when == now();
}

static inline void set_seen(const volatile void *address, uint64_t what)
{
    uint32_t at = (uintptr_t)address / 4 % SEEN;
    seen[at].what = what;
    seen[at].when = now();
}

void access_note(const volatile void *address, size_t size, uint32_t flags,
                 const void *pc)
{
    uint64_t what =
        (uintptr_t)address << 8 | size << 1 | (flags & MEMORY_WRITE ? 1 : 0);
    if (is_seen(address, what) && !spin_is_long(flags & MEMORY_WRITE))
        return;
    enum look how = look(__builtin_frame_address(0));
    if (how == LOOK_AWAY)
        return;
    if (is_looked_at()) {
        const struct place *place = place_of(address);
        if (!place && !runtime.memory->off)
            return;
        if (place && is_nothing_new(place, address, size, flags) &&
            !spin_is_long(flags & MEMORY_WRITE)) {
            set_seen(address, what);
            return;
        }
    }
    note(address, size, flags, pc, how);
}

/* Whether any part of the range is watched. */
static bool any_watched(const volatile void *address, size_t size)
{
    uintptr_t at = (uintptr_t)address, last = at + size - 1;
    for (;; at = (at | ((1u << ACCESS_UNIT_SHIFT) - 1)) + 1) {
        if (access_is_watched((const void *)at))
            return true;
        if ((at | ((1u << ACCESS_UNIT_SHIFT) - 1)) >= last)
            return false;
    }
}

void access_note_range(const volatile void *address, size_t size,
                       uint32_t flags, const void *pc)
{
    if (!size || !any_watched(address, size))
        return;
    enum look how = look(__builtin_frame_address(0));
    if (how != LOOK_AWAY)
        note(address, size, flags, pc, how);
}

void access_note_call(const volatile void *address, size_t size, uint32_t flags,
                      uint64_t site)
{
    if (!size || !any_watched(address, size) ||
        look(__builtin_frame_address(0)) == LOOK_AWAY || !is_looked_at() ||
        look_is_benign(address, size))
        return;
    bool new;
    survey(address, size, flags, &new);
    if (new)
        record_all(address, size, flags, context_at(site));
}

void access_ignore_reads(int change)
{
    if (access_mode)
        own.ignore_reads += change;
}

void access_ignore_writes(int change)
{
    if (access_mode)
        own.ignore_writes += change;
}
