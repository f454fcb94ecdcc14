/* A plain program: two or three processes that order what they do by atomics of
 * their own making. ordered VARIANT [wrong]: all are right, and exit 0; with
 * "wrong" the payload is not protected, and updates of it get lost. */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TASKS = 3, ROUNDS = 6 };

/* Larger than any atomic: copied by memcpy() or vectors. */
struct payload {
    long words[6];
};

static struct shared {
    _Alignas(64) atomic_int lock;
    _Alignas(64) atomic_int next, serving;
    _Alignas(64) atomic_int wants[2], turn;
    _Alignas(64) atomic_int ready, stop, sum;
    _Alignas(64) atomic_int counts[TASKS];
    _Alignas(64) struct payload *_Atomic newest;
    struct payload versions[ROUNDS + 1];
    _Alignas(64) struct payload payload;
    volatile long total;
} * shared;

static int wrong;

/* What the locks are for. */
static void work(void)
{
    struct payload copy = shared->payload;
    for (int i = 0; i < 6; i++)
        copy.words[i]++;
    shared->payload = copy;
    shared->total += 2;
}

static int is_done(int tasks)
{
    for (int i = 0; i < 6; i++)
        if (shared->payload.words[i] != tasks * ROUNDS)
            return 0;
    return shared->total == 2L * tasks * ROUNDS;
}

/* -- Locks ------------------------------------------------------------------*/

static void spin(int task)
{
    (void)task;
    for (int i = 0; i < ROUNDS; i++) {
        while (!wrong &&
               atomic_exchange_explicit(&shared->lock, 1, memory_order_acquire))
            ;
        work();
        atomic_store_explicit(&shared->lock, 0, memory_order_release);
    }
}

/* The holder alone changes whose turn it is. */
static void ticket(int task)
{
    (void)task;
    for (int i = 0; i < ROUNDS; i++) {
        int own =
            atomic_fetch_add_explicit(&shared->next, 1, memory_order_relaxed);
        while (!wrong && atomic_load_explicit(&shared->serving,
                                              memory_order_acquire) != own)
            ;
        work();
        int served =
            atomic_load_explicit(&shared->serving, memory_order_relaxed);
        atomic_store_explicit(&shared->serving, served + 1,
                              memory_order_release);
    }
}

/* Peterson, for two; fences instead of sequentially consistent stores. */
static void peterson(int task)
{
    int other = !task;
    for (int i = 0; i < ROUNDS; i++) {
        atomic_store_explicit(&shared->wants[task], 1, memory_order_relaxed);
        atomic_store_explicit(&shared->turn, other, memory_order_release);
        atomic_thread_fence(memory_order_seq_cst);
        while (
            !wrong &&
            atomic_load_explicit(&shared->wants[other], memory_order_acquire) &&
            atomic_load_explicit(&shared->turn, memory_order_acquire) == other)
            ;
        work();
        atomic_store_explicit(&shared->wants[task], 0, memory_order_release);
    }
}

/* -- Flags and counters -----------------------------------------------------*/

/* The first one makes what the others use. */
static void publish(int task)
{
    if (!task) {
        work();
        atomic_store_explicit(&shared->ready, 1, memory_order_release);
        return;
    }
    while (!atomic_load_explicit(&shared->ready, memory_order_acquire))
        ;
    struct payload copy = shared->payload;
    if (copy.words[5] != 1)
        _exit(1);
}

/* A new version is written beside the old one. */
static void versions(int task)
{
    for (int i = 0; i < ROUNDS; i++) {
        struct payload *newest =
            atomic_load_explicit(&shared->newest, memory_order_acquire);
        struct payload copy = *newest;
        for (int k = 0; k < 6; k++)
            if (copy.words[k] != copy.words[0])
                _exit(1);
        if (task)
            continue;
        for (int k = 0; k < 6; k++)
            copy.words[k]++;
        newest[1] = copy;
        atomic_store_explicit(&shared->newest, newest + 1,
                              memory_order_release);
    }
}

/* Whoever comes to the end says so, and reads what others count: each writes
 * its own counter alone. */
static void counters(int task)
{
    for (int i = 0; i < ROUNDS; i++) {
        int own =
            atomic_load_explicit(&shared->counts[task], memory_order_relaxed);
        atomic_store_explicit(&shared->counts[task], own + 1,
                              memory_order_relaxed);
        int sum = 0;
        for (int k = 0; k < TASKS; k++)
            sum +=
                atomic_load_explicit(&shared->counts[k], memory_order_relaxed);
        if (sum > TASKS * ROUNDS)
            _exit(1);
        if (!atomic_load_explicit(&shared->stop, memory_order_relaxed) &&
            sum > ROUNDS)
            atomic_store_explicit(&shared->stop, 1, memory_order_relaxed);
        atomic_store_explicit(&shared->sum, sum, memory_order_relaxed);
    }
}

static const struct {
    const char *name;
    int tasks;
    void (*run)(int task);
    int works;
} variants[] = {
    {"spin", 3, spin, 1},         {"ticket", 3, ticket, 1},
    {"peterson", 2, peterson, 1}, {"publish", 3, publish, 0},
    {"versions", 3, versions, 0}, {"counters", 3, counters, 0},
};

int main(int argc, char **argv)
{
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (argc < 2 || shared == MAP_FAILED)
        return 2;
    wrong = argc > 2;
    atomic_init(&shared->newest, shared->versions);
    unsigned n = 0;
    while (strcmp(variants[n].name, argv[1]))
        n++;
    for (int task = 0; task < variants[n].tasks; task++) {
        if (!fork()) {
            variants[n].run(task);
            _exit(0);
        }
    }
    int status, failed = 0;
    while (wait(&status) > 0)
        failed |= status;
    if (variants[n].works && !is_done(variants[n].tasks))
        failed = 1;
    return failed != 0;
}
