/* lockfree: tasks share memory without locks, by the memory orders of C11
 * alone. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t items;
};

/* -- A ring between one producer and one consumer ---------------------------*/

enum { SLOTS = 4 };

struct item {
    uint64_t number;
    uint64_t square;
};

/* Each side writes one of the indices, which never wrap. */
struct ring {
    _Alignas(64) _Atomic uint64_t put;
    _Alignas(64) _Atomic uint64_t got;
    /* The same as `put`, for the variant that does without atomics. */
    _Alignas(64) volatile uint64_t plain_put;
    _Alignas(64) struct item slots[SLOTS];
};

struct ring_job {
    const struct settings *settings;
    int fd;       /* of the shared memory */
    bool publish; /* by a release store, else by a plain one */
};

static void ring_put(const struct ring_job *job, struct ring *ring,
                     uint64_t number)
{
    uint64_t put = number - 1;
    while (put - atomic_load_explicit(&ring->got, memory_order_acquire) ==
           SLOTS)
        sched_yield();
    ring->slots[put % SLOTS] = (struct item){number, number * number};
    if (job->publish)
        atomic_store_explicit(&ring->put, put + 1, memory_order_release);
    else
        ring->plain_put = put + 1;
}

static uint64_t ring_filled(const struct ring_job *job, struct ring *ring)
{
    if (job->publish)
        return atomic_load_explicit(&ring->put, memory_order_acquire);
    return ring->plain_put;
}

static struct item ring_get(const struct ring_job *job, struct ring *ring,
                            uint64_t number)
{
    uint64_t got = number - 1;
    while (ring_filled(job, ring) == got)
        sched_yield();
    struct item item = ring->slots[got % SLOTS];
    atomic_store_explicit(&ring->got, got + 1, memory_order_release);
    return item;
}

static struct ring *ring_map(int fd)
{
    void *ring = mmap(NULL, sizeof(struct ring), PROT_READ | PROT_WRITE,
                      MAP_SHARED, fd, 0);
    return ring == MAP_FAILED ? NULL : ring;
}

/* The consumer maps the ring a second time: elsewhere than the producer. */
static int ring_consume(void *context, unsigned index)
{
    const struct ring_job *job = context;
    (void)index;
    struct ring *ring = ring_map(job->fd);
    if (!ring)
        return 1;
    int64_t sum = 0;
    for (uint64_t i = 1; i <= job->settings->items; i++) {
        struct item item = ring_get(job, ring, i);
        mps_check(item.number == i && item.square == i * i,
                  "items come whole and in order");
        sum += (int64_t)item.number;
    }
    mps_observe("sum", sum);
    munmap(ring, sizeof(*ring));
    return 0;
}

static int ring_produce(struct ring_job *job)
{
    struct ring *ring = ring_map(job->fd);
    if (!ring)
        return program_fail("mapping the ring", -errno);
    struct mp_team *team;
    int err = mp_team_start(&team, job->settings->common.backend, 1,
                            ring_consume, job, "consumer");
    int status = EXIT_FAILURE;
    if (err) {
        program_fail("starting the consumer", err);
    } else {
        for (uint64_t i = 1; i <= job->settings->items; i++)
            ring_put(job, ring, i);
        status = program_wait(team);
    }
    munmap(ring, sizeof(*ring));
    return status;
}

static int run_ring(const struct settings *settings, bool publish)
{
    char name[48];
    snprintf(name, sizeof(name), "/lockfree-%d", (int)getpid());
    int fd = shm_open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return program_fail(name, -errno);
    shm_unlink(name);
    struct ring_job job = {settings, fd, publish};
    int status = EXIT_FAILURE;
    if (ftruncate(fd, sizeof(struct ring)))
        program_fail(name, -errno);
    else
        status = ring_produce(&job);
    close(fd);
    return status;
}

static int run_ring_release(const void *settings)
{
    return run_ring(settings, true);
}

static int run_ring_plain(const void *settings)
{
    return run_ring(settings, false);
}

/* -- A pair that is read while it is written --------------------------------
 *
 * Boehm, Can seqlocks get along with programming language memory models?
 * (MSPC 2012), figure 6. */

struct seqlock {
    atomic_uint sequence; /* odd: being written */
    _Atomic int64_t a, b; /* equal */
};

struct pair_job {
    const struct settings *settings;
    struct seqlock *pair;
};

static void pair_write(struct seqlock *pair, int64_t value)
{
    unsigned sequence =
        atomic_load_explicit(&pair->sequence, memory_order_relaxed);
    atomic_store_explicit(&pair->sequence, sequence + 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_release);
    atomic_store_explicit(&pair->a, value, memory_order_relaxed);
    atomic_store_explicit(&pair->b, value, memory_order_relaxed);
    atomic_store_explicit(&pair->sequence, sequence + 2, memory_order_release);
}

static void pair_read(struct seqlock *pair, int64_t *a, int64_t *b)
{
    for (;; sched_yield()) {
        unsigned before =
            atomic_load_explicit(&pair->sequence, memory_order_acquire);
        *a = atomic_load_explicit(&pair->a, memory_order_relaxed);
        *b = atomic_load_explicit(&pair->b, memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        unsigned after =
            atomic_load_explicit(&pair->sequence, memory_order_relaxed);
        if (before == after && !(before & 1))
            return;
    }
}

static int pair_watch(void *context, unsigned index)
{
    const struct pair_job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->items; i++) {
        int64_t a, b;
        pair_read(job->pair, &a, &b);
        mps_check(a == b, "both halves are of one write");
    }
    return 0;
}

static int run_seqlock(const void *data)
{
    const struct settings *settings = data;
    struct pair_job job = {settings, mp_memory_new(sizeof(*job.pair))};
    if (!job.pair)
        return program_fail("shared memory", -ENOMEM);
    struct mp_team *team;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      pair_watch, &job, "reader");
    int status = EXIT_FAILURE;
    if (err) {
        program_fail("starting the readers", err);
    } else {
        for (uint64_t i = 1; i <= settings->items; i++)
            pair_write(job.pair, (int64_t)i);
        status = program_wait(team);
        mps_observe("sum", (int64_t)atomic_load(&job.pair->a));
    }
    mp_memory_free(job.pair, sizeof(*job.pair));
    return status;
}

/* -- A stack of nodes that are taken and put back ---------------------------*/

enum { NODES = 4 };

struct node {
    _Atomic uint32_t next; /* index + 1, 0: the last */
    int64_t uses;          /* of whoever has taken the node */
};

/* The head's upper half counts the changes: a node that was taken and put back
 * meanwhile is told from one that stayed (the ABA problem). */
struct stack {
    _Atomic uint64_t head;
    struct node nodes[NODES];
};

struct stack_job {
    const struct settings *settings;
    struct stack *stack;
};

static uint64_t successor(uint64_t head, uint32_t top)
{
    return ((head >> 32) + 1) << 32 | top;
}

static void stack_push(struct stack *stack, uint32_t index)
{
    uint64_t head = atomic_load_explicit(&stack->head, memory_order_relaxed);
    do
        atomic_store_explicit(&stack->nodes[index].next, (uint32_t)head,
                              memory_order_relaxed);
    while (!atomic_compare_exchange_weak_explicit(
        &stack->head, &head, successor(head, index + 1), memory_order_release,
        memory_order_relaxed));
}

static uint32_t stack_pop(struct stack *stack)
{
    uint64_t head = atomic_load_explicit(&stack->head, memory_order_acquire);
    for (;;) {
        uint32_t top = (uint32_t)head;
        if (!top) {
            sched_yield();
            head = atomic_load_explicit(&stack->head, memory_order_acquire);
            continue;
        }
        uint32_t next = atomic_load_explicit(&stack->nodes[top - 1].next,
                                             memory_order_relaxed);
        if (atomic_compare_exchange_weak_explicit(
                &stack->head, &head, successor(head, next),
                memory_order_acquire, memory_order_acquire))
            return top - 1;
    }
}

static int stack_use(void *context, unsigned index)
{
    const struct stack_job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->items; i++) {
        uint32_t node = stack_pop(job->stack);
        job->stack->nodes[node].uses++;
        stack_push(job->stack, node);
    }
    return 0;
}

static int run_stack(const void *data)
{
    const struct settings *settings = data;
    struct stack_job job = {settings, mp_memory_new(sizeof(*job.stack))};
    if (!job.stack)
        return program_fail("shared memory", -ENOMEM);
    for (uint32_t i = 0; i < NODES; i++)
        stack_push(job.stack, i);
    struct mp_team *team;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      stack_use, &job, "worker");
    int status = EXIT_FAILURE;
    if (err) {
        program_fail("starting the workers", err);
    } else {
        status = program_wait(team);
        int64_t sum = 0;
        for (uint32_t i = 0; i < NODES; i++)
            sum += job.stack->nodes[i].uses;
        mps_observe("sum", sum);
    }
    mp_memory_free(job.stack, sizeof(*job.stack));
    return status;
}

/* -- A mutex of one's own ----------------------------------------------------
 *
 * Drepper, Futexes Are Tricky (2011), mutex 3: 0 free, 1 taken, 2 taken and
 * somebody may wait. */

struct guarded {
    atomic_uint lock;
    int64_t sum;
};

struct guarded_job {
    const struct settings *settings;
    struct guarded *guarded;
};

static void mutex_lock(atomic_uint *lock)
{
    unsigned seen = 0;
    if (atomic_compare_exchange_strong_explicit(
            lock, &seen, 1, memory_order_acquire, memory_order_relaxed))
        return;
    while (atomic_exchange_explicit(lock, 2, memory_order_acquire))
        syscall(SYS_futex, lock, FUTEX_WAIT, 2, NULL, NULL, 0);
}

static void mutex_unlock(atomic_uint *lock)
{
    if (atomic_exchange_explicit(lock, 0, memory_order_release) == 2)
        syscall(SYS_futex, lock, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static int add_guarded(void *context, unsigned index)
{
    const struct guarded_job *job = context;
    (void)index;
    for (uint64_t i = 0; i < job->settings->items; i++) {
        mutex_lock(&job->guarded->lock);
        job->guarded->sum++;
        mutex_unlock(&job->guarded->lock);
    }
    return 0;
}

static int run_mutex(const void *data)
{
    const struct settings *settings = data;
    struct guarded_job job = {settings, mp_memory_new(sizeof(*job.guarded))};
    if (!job.guarded)
        return program_fail("shared memory", -ENOMEM);
    struct mp_team *team;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      add_guarded, &job, "worker");
    int status = EXIT_FAILURE;
    if (err) {
        program_fail("starting the workers", err);
    } else {
        status = program_wait(team);
        mps_observe("sum", job.guarded->sum);
    }
    mp_memory_free(job.guarded, sizeof(*job.guarded));
    return status;
}

/* ---------------------------------------------------------------------------*/

static const struct program_variant variants[] = {
    {"ring",
     "right: a ring between two processes; an item is complete before the "
     "release store that says so.",
     run_ring_release},
    {"ring-plain",
     "wrong: the same, with a plain store; volatile orders nothing for "
     "others.",
     run_ring_plain},
    {"seqlock",
     "right: readers of a pair try again when it was written meanwhile; "
     "relaxed accesses between fences.",
     run_seqlock},
    {"stack", "right: a stack of free nodes whose head counts its changes.",
     run_stack},
    {"mutex", "right: a mutex made of an atomic word and futex().", run_mutex},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"items", "N", "Items, reads or uses of each task (default 100)", 0,
     1000000, offsetof(struct settings, items)},
    {NULL, NULL, NULL, 0, 0, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Shared memory without locks, ordered by atomics.",
        .variants = variants,
        .numbers = numbers,
    };
    struct settings settings = {.items = 100};
    return program_main(&program, &settings, argc, argv);
}
