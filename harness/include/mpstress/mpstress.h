/* mpstress.h - what a program tells mpstress about itself.
 *
 * Include it in the program under test, call what you need, build as usual:
 * there is nothing to link. Outside mpstress every call is one test of a
 * pointer. The header compiles alone, as C99 or later and as C++. Every
 * function may be called from any process or thread of the program, also
 * between fork and exec; none of them allocates, locks, or changes errno.
 *
 * Names are short texts (at most MPS_NAME_MAX bytes, longer ones are cut) and
 * tie a call to an invariant of the scenario file: the invariant
 *     - equals: {observation: total, value: workers * increments}
 * compares what mps_observe("total", ...) reported.
 *
 * A program that is linked statically stays dormant: mpstress sees such a
 * program only from outside. */
#ifndef MPSTRESS_H
#define MPSTRESS_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MPS_NAME_MAX = 47 };

/* What a record in the observation stream says; see the functions below. */
enum mps_record_kind {
    MPS_RECORD_INT = 1,  /* mps_observe() */
    MPS_RECORD_REAL,     /* mps_observe_real() */
    MPS_RECORD_TEXT,     /* mps_observe_text() */
    MPS_RECORD_EMIT,     /* mps_emit() */
    MPS_RECORD_PUT,      /* mps_put() */
    MPS_RECORD_GOT,      /* mps_got() */
    MPS_RECORD_ENTER,    /* mps_enter() */
    MPS_RECORD_LEAVE,    /* mps_leave() */
    MPS_RECORD_CHECK,    /* mps_check(): value 1 held, 0 did not */
    MPS_RECORD_SOMETIMES /* mps_sometimes(): the same */
};

/* What a program says of its memory; see the functions below. */
enum mps_memory_kind {
    MPS_MEMORY_BEFORE = 1,   /* mps_happens_before() */
    MPS_MEMORY_AFTER,        /* mps_happens_after() */
    MPS_MEMORY_BENIGN,       /* mps_benign_race() */
    MPS_MEMORY_NEW,          /* mps_new_memory() */
    MPS_MEMORY_IGNORE_BEGIN, /* mps_ignore_begin() */
    MPS_MEMORY_IGNORE_END,   /* mps_ignore_end() */
    MPS_MEMORY_NAME          /* mps_name_memory() */
};

/* The runtime's side of this header. Programs use the functions below. */
struct mps_api {
    uint32_t version; /* MPS_API_VERSION */
    uint32_t size;    /* sizeof(struct mps_api) of the runtime */
    void (*record)(enum mps_record_kind kind, const char *name,
                   const void *data, size_t size, const void *pc);
    const char *(*param)(const char *name);
    void (*task_name)(const char *name);
    void (*point)(const char *label, const void *pc);
    const void *(*message)(const char *queue, size_t index, size_t *size);
    /* From here on a runtime may be too old to have it: see SIZE. */
    void (*memory)(enum mps_memory_kind kind, const volatile void *address,
                   size_t size, const char *type, const char *name,
                   const void *pc);
};
enum { MPS_API_VERSION = 2 };

/* What happens in a function of this kind is not the program's: seen, it would
 * order threads that nothing else orders. Compilers forget about that when they
 * put it into another one. */
#if defined(__has_attribute)
#if __has_attribute(disable_sanitizer_instrumentation)
#define MPS_UNSEEN \
    __attribute__((noinline, unused, disable_sanitizer_instrumentation))
#endif
#endif
#ifndef MPS_UNSEEN
#define MPS_UNSEEN __attribute__((noinline, unused, no_sanitize_thread))
#endif

/* The runtime's table, or NULL outside mpstress. */
MPS_UNSEEN static const struct mps_api *mps_api(void)
{
    static const struct mps_api *api;
    static int looked;
    if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE)) {
        const struct mps_api *found =
            (const struct mps_api *)dlsym(NULL, "mps_runtime_api");
        if (found && found->version == MPS_API_VERSION)
            __atomic_store_n(&api, found, __ATOMIC_RELAXED);
        /* Pairs with the acquire above: whoever sees it sees the table. */
        __atomic_store_n(&looked, 1, __ATOMIC_RELEASE);
    }
    return __atomic_load_n(&api, __ATOMIC_RELAXED);
}

/* Where the program called from, so that a finding can name the line. */
static inline __attribute__((always_inline)) const void *mps_here(void)
{
#if defined(__x86_64__)
    const void *pc;
    __asm__("lea 0(%%rip), %0" : "=r"(pc));
    return pc;
#elif defined(__aarch64__)
    const void *pc;
    __asm__("adr %0, ." : "=r"(pc));
    return pc;
#else
    return __builtin_return_address(0);
#endif
}

#define MPS_INLINE static inline __attribute__((always_inline, unused))

MPS_INLINE void mps_record(enum mps_record_kind kind, const char *name,
                           const void *data, size_t size)
{
    const struct mps_api *api = mps_api();
    if (api)
        api->record(kind, name, data, size, mps_here());
}

/* -- Values an invariant looks at -------------------------------------- */

/* Report VALUE under NAME. The last report of an iteration counts for
 * `equals`; all of them are in the trace. */
MPS_INLINE void mps_observe(const char *name, int64_t value)
{
    mps_record(MPS_RECORD_INT, name, &value, sizeof(value));
}

MPS_INLINE void mps_observe_real(const char *name, double value)
{
    mps_record(MPS_RECORD_REAL, name, &value, sizeof(value));
}

MPS_INLINE void mps_observe_text(const char *name, const char *value)
{
    mps_record(MPS_RECORD_TEXT, name, value, strlen(value));
}

/* Append SIZE bytes at DATA to the stream NAME of the calling task: random
 * numbers drawn, ids handed out. `unique` wants every element of the stream,
 * over all tasks, to be different; `streams` wants no two tasks to produce
 * overlapping runs; `same_as_single` compares the whole stream. */
MPS_INLINE void mps_emit(const char *name, const void *data, size_t size)
{
    mps_record(MPS_RECORD_EMIT, name, data, size);
}

MPS_INLINE void mps_emit_u64(const char *name, uint64_t value)
{
    mps_record(MPS_RECORD_EMIT, name, &value, sizeof(value));
}

/* -- Queues: what went in and what came out ----------------------------- */

/* The calling task is about to put the item (SIZE bytes at DATA) into QUEUE.
 * Call it just before the item becomes visible to others. */
MPS_INLINE void mps_put(const char *queue, const void *data, size_t size)
{
    mps_record(MPS_RECORD_PUT, queue, data, size);
}

/* The calling task took the item out of QUEUE. `exactly_once` compares the
 * two; `fifo` wants the items of one producer in the order they were put. */
MPS_INLINE void mps_got(const char *queue, const void *data, size_t size)
{
    mps_record(MPS_RECORD_GOT, queue, data, size);
}

/* `mpstress replay --serial` asks whether a failure is one of the logic or of
 * the concurrency: it gives a program the items that were put into QUEUE in the
 * failing iteration, to be worked on one after the other in one process. A
 * program that can do so calls this before it starts its workers: HANDLER is
 * called with CONTEXT for each item in the order in which they were put, and
 * 1 is returned; at all other times nothing happens, and 0 is returned. */
MPS_INLINE int mps_serial(const char *queue,
                          void (*handler)(void *context, const void *data,
                                          size_t size),
                          void *context)
{
    const struct mps_api *api = mps_api();
    size_t size, index = 0;
    const void *data;
    if (!api || !api->message(queue, (size_t)-1, &size))
        return 0;
    while ((data = api->message(queue, index++, &size)))
        handler(context, data, size);
    return 1;
}

/* -- Critical sections --------------------------------------------------- */

/* The calling task is inside SECTION until mps_leave(); `never_together`
 * wants at most one task inside at a time. Call mps_enter() after taking the
 * lock and mps_leave() before giving it back. */
MPS_INLINE void mps_enter(const char *section)
{
    mps_record(MPS_RECORD_ENTER, section, NULL, 0);
}

MPS_INLINE void mps_leave(const char *section)
{
    mps_record(MPS_RECORD_LEAVE, section, NULL, 0);
}

/* -- Assertions ----------------------------------------------------------- */

/* HOLDS must be true whenever this is reached; if not, the iteration fails
 * with a finding that names NAME and the line. The program goes on. */
MPS_INLINE void mps_check(int holds, const char *name)
{
    uint8_t value = holds != 0;
    mps_record(MPS_RECORD_CHECK, name, &value, 1);
}

/* HOLDS must be true at least once in the whole run of many iterations; a
 * run in which it never was says that the test did not exercise NAME. */
MPS_INLINE void mps_sometimes(int holds, const char *name)
{
    uint8_t value = holds != 0;
    mps_record(MPS_RECORD_SOMETIMES, name, &value, 1);
}

/* -- Parameters, names, points ------------------------------------------- */

/* The value this iteration has for the parameter NAME of the scenario, or
 * FALLBACK when there is none (or no mpstress). The text stays valid as long
 * as the process lives. */
MPS_INLINE const char *mps_param_text(const char *name, const char *fallback)
{
    const struct mps_api *api = mps_api();
    const char *value = api ? api->param(name) : NULL;
    return value ? value : fallback;
}

MPS_INLINE int64_t mps_param_int(const char *name, int64_t fallback)
{
    const char *value = mps_param_text(name, NULL);
    return value ? (int64_t)strtoll(value, NULL, 0) : fallback;
}

/* Give the calling task a name for reports ("producer"). */
MPS_INLINE void mps_task_name(const char *name)
{
    const struct mps_api *api = mps_api();
    if (api)
        api->task_name(name);
}

/* A place where another task may be let run first: for lock-free code that
 * makes no call mpstress could see. */
MPS_INLINE void mps_point(const char *label)
{
    const struct mps_api *api = mps_api();
    if (api)
        api->point(label, mps_here());
}

/* -- Memory that tasks share ----------------------------------------------- */

MPS_INLINE void mps_memory(enum mps_memory_kind kind,
                           const volatile void *address, size_t size,
                           const char *type, const char *name)
{
    const struct mps_api *api = mps_api();
    if (api && api->size >= sizeof(struct mps_api))
        api->memory(kind, address, size, type, name, mps_here());
}

/* For the race detector, where the program has an order of its own making that
 * mpstress cannot see (a lock in assembler, a device): whatever the caller did
 * before mps_happens_before(ADDRESS) is over for who called
 * mps_happens_after(ADDRESS) later. ADDRESS only gives the two a name, in this
 * process, or in shared memory for all that map it. */
MPS_INLINE void mps_happens_before(const volatile void *address)
{
    mps_memory(MPS_MEMORY_BEFORE, address, 0, NULL, NULL);
}

MPS_INLINE void mps_happens_after(const volatile void *address)
{
    mps_memory(MPS_MEMORY_AFTER, address, 0, NULL, NULL);
}

/* Races on the SIZE bytes at ADDRESS are meant, because of WHY: they are not
 * reported. Holds for the calling process, and those it makes from now on. */
MPS_INLINE void mps_benign_race(const volatile void *address, size_t size,
                                const char *why)
{
    mps_memory(MPS_MEMORY_BENIGN, address, size, NULL, why);
}

/* The SIZE bytes at ADDRESS serve something new, as if just allocated: for
 * allocators of the program's own. */
MPS_INLINE void mps_new_memory(const volatile void *address, size_t size)
{
    mps_memory(MPS_MEMORY_NEW, address, size, NULL, NULL);
}

/* What the calling task reads and writes until as many mps_ignore_end() is not
 * looked at; atomics still order. */
MPS_INLINE void mps_ignore_begin(void)
{
    mps_memory(MPS_MEMORY_IGNORE_BEGIN, NULL, 0, NULL, NULL);
}

MPS_INLINE void mps_ignore_end(void)
{
    mps_memory(MPS_MEMORY_IGNORE_END, NULL, 0, NULL, NULL);
}

/* Reports call the SIZE bytes at ADDRESS by NAME; they are of TYPE, as the
 * program spells it ("struct ring"; NULL: none), so that its fields are called
 * by theirs. */
MPS_INLINE void mps_name_memory(const volatile void *address, size_t size,
                                const char *type, const char *name)
{
    mps_memory(MPS_MEMORY_NAME, address, size, type, name);
}

#undef MPS_UNSEEN
#undef MPS_INLINE

#ifdef __cplusplus
}
#endif
#endif
