/* Tasks that come back from outside of control while somebody else decides. */
#include "model_test.h"

#include <pthread.h>
#include <sched.h>

enum {
    ROUNDS = 500,
    TASKS = 64, /* of which the last one is outside: decisions take a while */
    OUTSIDE = TASKS - 1
};

struct race {
    struct model *model;
    unsigned round; /* both atomic */
    unsigned came;
};

static void spin(unsigned turns)
{
    for (volatile unsigned i = 0; i < turns; i++)
        ;
}

static void await(const unsigned *word, unsigned value)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) != value)
        sched_yield();
}

static void *come_back(void *context)
{
    struct race *race = context;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        await(&race->round, i);
        spin(i % 701);
        sched_newcomer(race->model->segment, OUTSIDE);
        __atomic_store_n(&race->came, i, __ATOMIC_RELEASE);
    }
    return NULL;
}

/* Returns in how many rounds the decision was a wrong verdict. */
static unsigned race_once_a_round(struct race *race)
{
    struct segment *segment = race->model->segment;
    struct segment_schedule *schedule = &segment->schedule;
    unsigned wrong = 0;
    for (unsigned i = 1; i <= ROUNDS; i++) {
        sched_external(segment, OUTSIDE);
        __atomic_store_n(&race->round, i, __ATOMIC_RELEASE);
        int next;
        do {
            next = sched_next(segment);
        } while (next < 0 && !schedule->verdict);
        wrong += schedule->verdict != SCHEDULE_OPEN;
        schedule->verdict = SCHEDULE_OPEN;
        await(&race->came, i);
        /* So that it is outside again. */
        if (next < 0)
            sched_next(segment);
    }
    return wrong;
}

Test(newcomer, is_awaited_however_its_return_meets_a_decision, .timeout = 600)
{
    struct race race = {.model = model_new()};
    struct segment *segment = race.model->segment;
    pthread_t thread;
    model_configure(race.model, STRATEGY_SEQUENTIAL, 1);
    segment->schedule.step_limit = 0;
    model_begin(race.model, TASKS);
    for (uint32_t i = 0; i < OUTSIDE; i++)
        sched_park(segment, i, model_object(MODEL_LOCK, 0), TURN_MODELLED, 0);
    cr_assert_eq(pthread_create(&thread, NULL, come_back, &race), 0);
    unsigned wrong = race_once_a_round(&race);
    pthread_join(thread, NULL);
    cr_expect_eq(wrong, 0, "%u of %d decisions: a deadlock", wrong, ROUNDS);
    model_free(race.model);
}
