#include "workers.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"
#include "check/locks/order.h"
#include "check/suppress.h"
#include "cores.h"
#include "keep.h"
#include "plan.h"
#include "references.h"
#include "runner/slot.h"

enum { PROGRESS_MS = 50 };

/* One scenario's work, shared by its threads; everything below the lock. */
struct work {
    const struct campaign_options *options;
    const struct scenario *scenario;
    struct symbols *symbols;
    char *program;
    struct cores cores;
    unsigned jobs;
    /* Read by an iteration that may run beside others, written by one that
     * must not: what they change, others see. */
    pthread_rwlock_t beside;
    bool looked;          /* atomic: an iteration has ended */
    bool alone;           /* atomic: none may any more */
    uint64_t deadline_ns; /* 0: none */

    pthread_mutex_t lock;
    uint64_t next; /* index of the next iteration, in this shard's count */
    bool done;     /* enough was seen, or something broke */
    unsigned alive;
    pthread_cond_t ended;
    struct tally *tally;
    struct reference_set *references;
    struct lock_graph *locks; /* NULL: not looked at */
    bool measured;
    struct measure measure;
    int error;
    struct mps_diag diag;
};

struct worker {
    struct work *work;
    unsigned number;
    pthread_t thread;
};

/* The n-th iteration of this shard, as a number of the whole run. */
static uint64_t iteration_number(const struct campaign_options *options,
                                 uint64_t n)
{
    if (options->has_only)
        return options->only;
    return options->shards > 1 ? n * options->shards + options->shard - 1 : n;
}

/* How many there are: as planned, but when so many are to be clean, those that
 * were cut off are made up for, up to twice the plan. */
static uint64_t last(const struct work *work)
{
    const struct tally *tally = work->tally;
    uint64_t more = 0;
    if (work->options->clean_iterations &&
        work->scenario->expect == EXPECT_PASS && !work->options->has_only)
        more = tally_cut_off(tally);
    return tally->planned + (more < tally->planned ? more : tally->planned);
}

/* Take the next iteration; false when there is none. */
static bool take(struct work *work, uint64_t *iteration)
{
    const struct campaign_options *options = work->options;
    pthread_mutex_lock(&work->lock);
    if (work->deadline_ns && clock_now_ns() >= work->deadline_ns)
        work->done = true;
    bool more = !work->done && !*options->stop &&
                (!work->tally->planned || work->next < last(work));
    if (more)
        *iteration = iteration_number(options, work->next++);
    pthread_mutex_unlock(&work->lock);
    return more;
}

static void give_up(struct work *work, int error, const struct mps_diag *diag)
{
    pthread_mutex_lock(&work->lock);
    if (!work->error && error != -EINTR) {
        work->error = error;
        work->diag = *diag;
    }
    work->done = true;
    pthread_mutex_unlock(&work->lock);
}

/* Add what OUTCOME saw of locks to what is known from the other iterations. */
static int judge_locks(struct work *work, const struct outcome *outcome,
                       struct finding_list *findings, struct mps_diag *diag)
{
    if (!work->locks)
        return 0;
    pthread_mutex_lock(&work->lock);
    int err = lock_graph_judge(work->locks, outcome, findings, diag);
    pthread_mutex_unlock(&work->lock);
    return err;
}

/* Count the iteration and keep what it found. */
static void record(struct work *work, int way, const struct outcome *outcome,
                   struct finding_list *findings)
{
    struct tally *tally = work->tally;
    pthread_mutex_lock(&work->lock);
    tally_count(tally, way, outcome, findings);
    sometimes_collect(tally->sometimes, outcome);
    if (findings->count)
        keep_failure(work->options, tally, way, outcome, findings);
    if (tally_is_done(tally, work->options->max_failures))
        work->done = true;
    pthread_mutex_unlock(&work->lock);
    finding_list_clear(findings);
}

static void set_detectors(const struct campaign_options *options,
                          struct control *control)
{
    control->orders = options->detectors & DETECTOR_LOCK_ORDER;
    control->races = options->detectors & DETECTOR_RACE;
    control->guard = options->guard;
}

/* Once a run: how long an undisturbed schedule of iteration 0 is. */
static int measure(struct work *work, struct slot *slot, const char **values,
                   struct mps_diag *diag)
{
    pthread_mutex_lock(&work->lock);
    int err = 0;
    if (!work->measured) {
        const struct scenario *scenario = work->scenario;
        uint64_t seed = plan_seed(work->options->base_seed, scenario->name, 0);
        struct choice choice = {scenario, values};
        struct disturbance none = {0};
        struct control control = {.strategy = STRATEGY_SEQUENTIAL};
        set_detectors(work->options, &control);
        struct outcome outcome;
        scenario_choose(scenario, seed, &choice);
        err = slot_iterate(slot, &choice, 0, seed, &none, &control, &outcome,
                           diag);
        if (!err) {
            work->measure.decisions = outcome.segment->schedule.decisions;
            work->measure.tasks = outcome.segment->schedule.max_alive;
            work->measured = true;
        }
    }
    pthread_mutex_unlock(&work->lock);
    return err;
}

/* Whether the iterations are not to run side by side: OUTCOME's changed what
 * those of the other slots see. */
static bool note_sharing(struct work *work, const struct outcome *outcome)
{
    const struct segment_sharing *sharing = &outcome->segment->sharing;
    if (work->jobs < 2 ||
        !__atomic_load_n(&sharing->happened, __ATOMIC_ACQUIRE))
        return false;
    pthread_mutex_lock(&work->lock);
    if (!work->tally->shared)
        work->tally->shared = strndup(sharing->name, sizeof(sharing->name));
    pthread_mutex_unlock(&work->lock);
    __atomic_store_n(&work->alone, true, __ATOMIC_RELAXED);
    return true;
}

/* Run the iteration and judge it. *AGAIN: nothing was done with what it gave,
 * as others ran beside it that may have changed that. */
static int run_beside(struct work *work, struct slot *slot, uint64_t iteration,
                      const char **values, bool alone, bool *again,
                      struct mps_diag *diag)
{
    const struct campaign_options *options = work->options;
    const struct scenario *scenario = work->scenario;
    uint64_t seed = plan_seed(options->base_seed, scenario->name, iteration);
    struct choice choice = {scenario, values};
    scenario_choose(scenario, seed, &choice);
    struct disturbance disturbance;
    plan_disturbance(
        seed,
        options->has_delay ? options->delay_low_ns : scenario->delay_low_ns,
        options->has_delay ? options->delay_high_ns : scenario->delay_high_ns,
        &work->cores, &disturbance);
    const struct reference *reference = NULL;
    int err = 0;
    if (work->references)
        err = references_get(work->references, slot, &choice, &reference, diag);
    int way = portfolio_choose(&options->portfolio, seed);
    struct control control = {0};
    if (!err && way == STRATEGY_PCT + 1) {
        err = measure(work, slot, values, diag);
        scenario_choose(scenario, seed, &choice);
    }
    if (way != WAY_STRESS)
        portfolio_control(way, seed, &work->measure, &control);
    set_detectors(options, &control);
    struct outcome outcome;
    if (!err)
        err = slot_iterate(slot, &choice, iteration, seed, &disturbance,
                           way == WAY_STRESS ? NULL : &control, &outcome, diag);
    if (err)
        return err;
    *again = note_sharing(work, &outcome) && !alone;
    if (*again)
        return 0;
    struct finding_list findings = {0};
    err = check_iteration(&outcome, reference, &findings, diag);
    if (!err)
        err = judge_locks(work, &outcome, &findings, diag);
    suppressions_filter(options->suppressions, &findings);
    record(work, way, &outcome, &findings);
    return err;
}

/* The first one shows what all of them do. */
static bool is_to_be_alone(const struct work *work)
{
    return __atomic_load_n(&work->alone, __ATOMIC_RELAXED) ||
           !__atomic_load_n(&work->looked, __ATOMIC_RELAXED);
}

/* Returns whether no other iteration runs until work.beside is unlocked. */
static bool take_place(struct work *work)
{
    while (is_to_be_alone(work)) {
        pthread_rwlock_wrlock(&work->beside);
        if (is_to_be_alone(work))
            return true;
        pthread_rwlock_unlock(&work->beside);
    }
    pthread_rwlock_rdlock(&work->beside);
    return false;
}

static int run_one(struct work *work, struct slot *slot, uint64_t iteration,
                   const char **values, struct mps_diag *diag)
{
    bool again;
    int err;
    do {
        again = false;
        bool alone = take_place(work);
        err = run_beside(work, slot, iteration, values, alone, &again, diag);
        __atomic_store_n(&work->looked, true, __ATOMIC_RELAXED);
        pthread_rwlock_unlock(&work->beside);
    } while (again);
    return err;
}

/* What cannot be guarded would look like a program without races. */
static int check_guard(const struct slot *slot, const char *program,
                       struct mps_diag *diag)
{
    if (slot_is_outside(slot))
        return diag_set(diag, -MPS_ESTART,
                        "%s: --guard cannot see into a program that is "
                        "statically linked or set-user-id",
                        program);
    if (!slot_can_guard(slot))
        return diag_set(diag, -MPS_ESTART,
                        "%s: --guard needs a 64-bit x86 processor and Syscall "
                        "User Dispatch (Linux 5.11); build the program with "
                        "mpstress cc instead",
                        program);
    return 0;
}

static void run_slot(struct work *work, unsigned number)
{
    const struct campaign_options *options = work->options;
    struct mps_diag diag = {""};
    char *directory = str_format("%s/slot%u", options->workspace, number);
    const char **values =
        calloc(work->scenario->parameter_count + 1, sizeof(*values));
    int err = directory && values ? 0 : -ENOMEM;
    if (!err && mkdir(directory, 0755) && errno != EEXIST)
        err = diag_set(&diag, -errno, "%s: %s", directory, strerror(errno));
    struct slot_options slot_options = {
        .scenario = work->scenario,
        .program = work->program,
        .runtime = options->toolchain->runtime,
        .launcher = options->toolchain->launcher,
        .directory = directory,
        .isolation = options->isolation,
        .cpu = cores_of_slot(&work->cores, number),
        .symbols = work->symbols,
        .stop = options->stop,
    };
    struct slot *slot = NULL;
    if (!err)
        err = slot_open(&slot, &slot_options, &diag);
    if (!err && slot_is_outside(slot)) {
        pthread_mutex_lock(&work->lock);
        work->tally->without_points = true;
        pthread_mutex_unlock(&work->lock);
    }
    if (!err && options->guard)
        err = check_guard(slot, work->program, &diag);
    uint64_t iteration;
    while (!err && take(work, &iteration))
        err = run_one(work, slot, iteration, values, &diag);
    if (err)
        give_up(work, err, &diag);
    slot_close(slot);
    if (directory)
        rmdir(directory);
    free(directory);
    free(values);
}

static void *worker_main(void *argument)
{
    struct worker *worker = argument;
    struct work *work = worker->work;
    run_slot(work, worker->number);
    pthread_mutex_lock(&work->lock);
    work->alive--;
    pthread_cond_signal(&work->ended);
    pthread_mutex_unlock(&work->lock);
    return NULL;
}

/* Until the last thread has ended, keep the user informed. */
static void watch(struct work *work)
{
    pthread_mutex_lock(&work->lock);
    while (work->alive) {
        progress_update(work->options->progress, work->tally->iterations,
                        work->tally->failures);
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += PROGRESS_MS * 1000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&work->ended, &work->lock, &until);
    }
    pthread_mutex_unlock(&work->lock);
}

int workers_run(const struct campaign_options *options,
                const struct scenario *scenario, struct symbols *symbols,
                struct tally *tally, struct mps_diag *diag)
{
    struct work work = {
        .options = options,
        .scenario = scenario,
        .symbols = symbols,
        .tally = tally,
        .lock = PTHREAD_MUTEX_INITIALIZER,
        .ended = PTHREAD_COND_INITIALIZER,
        .beside = PTHREAD_RWLOCK_INITIALIZER,
    };
    cores_look(&work.cores);
    uint64_t start = clock_now_ns();
    tally->planned = plan_iterations(options, scenario);
    if (options->duration_ns)
        work.deadline_ns = start + options->duration_ns;
    int err = scenario_program(scenario, options->toolchain->targets,
                               &work.program, diag);
    if (err)
        return err;
    if (check_needs_reference(scenario)) {
        err = references_new(&work.references, scenario);
        if (err)
            goto free_program;
    }
    if (options->detectors & DETECTOR_LOCK_ORDER) {
        work.locks = lock_graph_new();
        if (!work.locks)
            err = -ENOMEM;
        if (err)
            goto free_references;
    }
    unsigned jobs = options->jobs;
    if (tally->planned && tally->planned < jobs)
        jobs = (unsigned)tally->planned;
    work.jobs = jobs;
    struct worker workers[CAMPAIGN_JOBS_MAX];
    for (unsigned i = 0; i < jobs; i++) {
        workers[i] = (struct worker){.work = &work, .number = i};
        pthread_mutex_lock(&work.lock);
        work.alive++;
        pthread_mutex_unlock(&work.lock);
        int failed =
            pthread_create(&workers[i].thread, NULL, worker_main, &workers[i]);
        if (failed) {
            pthread_mutex_lock(&work.lock);
            work.alive--;
            work.done = true;
            pthread_mutex_unlock(&work.lock);
            err = diag_set(diag, -failed, "cannot start a thread: %s",
                           strerror(failed));
            jobs = i;
        }
    }
    watch(&work);
    for (unsigned i = 0; i < jobs; i++)
        pthread_join(workers[i].thread, NULL);
    tally->elapsed_ns = clock_now_ns() - start;
    if (work.error) {
        err = work.error;
        *diag = work.diag;
    }
    lock_graph_free(work.locks);
free_references:
    references_free(work.references);
free_program:
    free(work.program);
    return err;
}
