#include "bench/throughput.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "bench/limit.h"
#include "scenario/scenario.h"

/* A slot belongs to the thread that opened it, so each has one, which waits
 * at the start barrier for batches. */
struct runner_thread {
    struct throughput *bench;
    pthread_t thread;
    pthread_barrier_t *start, *end;
    unsigned number;
    unsigned count;    /* iterations of this batch; 0: quit */
    uint64_t spent_ns; /* for them */
    int error;
    struct mps_diag diag;
    char *directory;
};

static int run_batch(struct runner_thread *thread, struct slot *slot)
{
    struct choice choice = {thread->bench->scenario, NULL};
    struct disturbance none = {0};
    uint64_t start = clock_now_ns();
    for (unsigned i = 0; i < thread->count; i++) {
        struct outcome outcome;
        int err = slot_iterate(slot, &choice, i, i, &none, NULL, &outcome,
                               &thread->diag);
        if (!err && outcome.status)
            err = diag_set(&thread->diag, -MPS_EINTERNAL,
                           "the target `tree` failed");
        if (err)
            return err;
    }
    thread->spent_ns = clock_now_ns() - start;
    return 0;
}

static void *thread_main(void *argument)
{
    struct runner_thread *thread = argument;
    struct throughput *bench = thread->bench;
    struct slot_options options = {
        .scenario = bench->scenario,
        .program = bench->program,
        .runtime = bench->places->toolchain.runtime,
        .launcher = bench->places->toolchain.launcher,
        .directory = thread->directory,
        .isolation = bench->isolation,
        .cpu = bench_core(thread->number),
        .symbols = bench->symbols,
        .stop = bench->stop,
    };
    struct slot *slot = NULL;
    thread->error = slot_open(&slot, &options, &thread->diag);
    pthread_barrier_wait(thread->end);
    for (;;) {
        pthread_barrier_wait(thread->start);
        if (!thread->count)
            break;
        if (!thread->error)
            thread->error = run_batch(thread, slot);
        pthread_barrier_wait(thread->end);
    }
    slot_close(slot);
    return NULL;
}

static int first_error(const struct throughput *bench, struct mps_diag *diag)
{
    for (unsigned i = 0; i < bench->slots; i++)
        if (bench->threads[i].error) {
            *diag = bench->threads[i].diag;
            return bench->threads[i].error;
        }
    return 0;
}

static int start_threads(struct throughput *bench, unsigned slots,
                         struct mps_diag *diag)
{
    bench->threads = calloc(slots, sizeof(*bench->threads));
    pthread_barrier_t *gates = calloc(2, sizeof(*gates));
    if (!bench->threads || !gates) {
        free(gates);
        return diag_set(diag, -ENOMEM, "out of memory");
    }
    pthread_barrier_init(&gates[0], NULL, slots + 1);
    pthread_barrier_init(&gates[1], NULL, slots + 1);
    for (unsigned i = 0; i < slots; i++) {
        struct runner_thread *thread = &bench->threads[i];
        *thread = (struct runner_thread){
            .bench = bench,
            .start = &gates[0],
            .end = &gates[1],
            .number = i,
            .directory =
                str_format("%s/bench%u-%u", bench->places->workspace, slots, i),
        };
        if (thread->directory)
            mkdir(thread->directory, 0755);
        int failed = pthread_create(&thread->thread, NULL, thread_main, thread);
        /* The others would wait at the barrier for ever. */
        if (failed) {
            fprintf(stderr, "mpstress bench: cannot start a thread: %s\n",
                    strerror(failed));
            exit(6);
        }
    }
    bench->slots = slots;
    pthread_barrier_wait(&gates[1]);
    return first_error(bench, diag);
}

int throughput_open(struct throughput *bench, unsigned workers, unsigned slots,
                    struct mps_diag *diag)
{
    char count[16];
    snprintf(count, sizeof(count), "%u", workers);
    char name[] = "tree";
    char *const argv[] = {name, count, NULL};
    int err = scenario_from_command(&bench->scenario, argv, diag);
    if (!err)
        err =
            scenario_program(bench->scenario, bench->places->toolchain.targets,
                             &bench->program, diag);
    if (!err)
        err = symbols_open(&bench->symbols, NULL);
    return err ? err : start_threads(bench, slots, diag);
}

int throughput_batch(struct throughput *bench, unsigned count,
                     uint64_t *spent_ns, struct mps_diag *diag)
{
    for (unsigned i = 0; i < bench->slots; i++)
        bench->threads[i].count = count;
    pthread_barrier_wait(bench->threads[0].start);
    pthread_barrier_wait(bench->threads[0].end);
    *spent_ns = 0;
    for (unsigned i = 0; i < bench->slots; i++)
        if (bench->threads[i].spent_ns > *spent_ns)
            *spent_ns = bench->threads[i].spent_ns;
    return first_error(bench, diag);
}

void throughput_close(struct throughput *bench)
{
    if (bench->slots) {
        pthread_barrier_t *gates = bench->threads[0].start;
        for (unsigned i = 0; i < bench->slots; i++)
            bench->threads[i].count = 0;
        pthread_barrier_wait(gates);
        for (unsigned i = 0; i < bench->slots; i++) {
            pthread_join(bench->threads[i].thread, NULL);
            free(bench->threads[i].directory);
        }
        pthread_barrier_destroy(&gates[0]);
        pthread_barrier_destroy(&gates[1]);
        free(gates);
    }
    free(bench->threads);
    free(bench->program);
    scenario_free(bench->scenario);
    symbols_close(bench->symbols);
    bench->slots = 0;
    bench->threads = NULL;
    bench->program = NULL;
    bench->scenario = NULL;
    bench->symbols = NULL;
}
