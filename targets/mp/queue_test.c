#include "queue.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <semaphore.h>
#include <stdint.h>
#include <unistd.h>

#include "memory.h"
#include "team.h"

enum { PRODUCERS = 3, CONSUMERS = 3, EACH = 2000 };

static struct mp_queue *new_queue(size_t capacity, size_t item_size)
{
    struct mp_queue *queue;
    cr_assert_eq(mp_queue_new(&queue, NULL, capacity, item_size), 0);
    return queue;
}

/* What the workers of the test below share. */
struct relay {
    struct mp_queue *queue;
    bool sentinels; /* else the queue is closed */
    /* times[c][p * EACH + i]: how often consumer c got item i of producer p */
    uint8_t (*times)[PRODUCERS * EACH];
};

/* Worker 0..2 produce. The last of them, and only it, may not say that
 * nothing more comes: the others may still be putting. */
static int produce(void *context, unsigned index)
{
    const struct relay *relay = context;
    for (uint32_t i = 0; i < EACH; i++) {
        uint32_t item = index * EACH + i;
        if (mp_queue_put(relay->queue, &item, sizeof(item)))
            return 1;
    }
    return 0;
}

/* Status 2: the items of one producer were out of order. */
static int consume(void *context, unsigned index)
{
    const struct relay *relay = context;
    int64_t last[PRODUCERS] = {-1, -1, -1};
    uint32_t item;
    size_t size;
    int err;
    while ((err = mp_queue_get(relay->queue, &item, &size)) == 0 && size) {
        relay->times[index][item]++;
        if (last[item / EACH] >= (int64_t)item)
            return 2;
        last[item / EACH] = item;
    }
    return relay->sentinels ? err != 0 : err != -EPIPE;
}

struct relay_case {
    enum mp_backend backend;
    bool sentinels;
    size_t capacity;
};

ParameterizedTestParameters(queue, hands_over_every_item_once_and_in_order)
{
    static struct relay_case cases[] = {
        {MP_PROCESS, false, 1}, {MP_PROCESS, true, 7}, {MP_THREAD, false, 7},
        {MP_THREAD, true, 1},   {MP_PROCESS, true, 1},
    };
    return cr_make_param_array(struct relay_case, cases, 5);
}

ParameterizedTest(struct relay_case *want, queue,
                  hands_over_every_item_once_and_in_order, .timeout = 60)
{
    struct relay relay = {
        .queue = new_queue(want->capacity, sizeof(uint32_t)),
        .sentinels = want->sentinels,
        .times = mp_memory_new(CONSUMERS * sizeof(*relay.times)),
    };
    cr_assert(relay.times);
    struct mp_team *consumers;
    struct mp_team *producers;
    cr_assert_eq(mp_team_start(&consumers, want->backend, CONSUMERS, consume,
                               &relay, "consumer"),
                 0);
    cr_assert_eq(mp_team_start(&producers, want->backend, PRODUCERS, produce,
                               &relay, "producer"),
                 0);
    cr_expect_eq(mp_team_wait(producers), 0);
    for (int i = 0; i < CONSUMERS && want->sentinels; i++)
        cr_assert_eq(mp_queue_put(relay.queue, NULL, 0), 0);
    if (!want->sentinels)
        mp_queue_close(relay.queue);
    cr_expect_eq(mp_team_wait(consumers), 0);
    unsigned wrong = 0;
    for (int i = 0; i < PRODUCERS * EACH; i++) {
        unsigned times = 0;
        for (int c = 0; c < CONSUMERS; c++)
            times += relay.times[c][i];
        wrong += times != 1;
    }
    cr_expect_eq(wrong, 0, "%u items were lost or doubled", wrong);
    cr_expect(mp_queue_empty(relay.queue));
    mp_memory_free(relay.times, CONSUMERS * sizeof(*relay.times));
    mp_queue_free(relay.queue);
}

Test(queue, keeps_sizes_and_takes_sentinels)
{
    struct mp_queue *queue = new_queue(3, 8);
    char item[8] = "";
    size_t size = 99;
    cr_expect_eq(mp_queue_put(queue, "abc", 3), 0);
    cr_expect_eq(mp_queue_put(queue, NULL, 0), 0);
    cr_expect_eq(mp_queue_put(queue, "12345678", 8), 0);
    cr_expect_eq(mp_queue_get(queue, item, &size), 0);
    cr_expect_eq(size, 3);
    cr_expect_arr_eq(item, "abc", 3);
    cr_expect_eq(mp_queue_get(queue, item, &size), 0);
    cr_expect_eq(size, 0);
    cr_expect_eq(mp_queue_get(queue, item, &size), 0);
    cr_expect_arr_eq(item, "12345678", 8);
    mp_queue_free(queue);
}

Test(queue, says_when_it_is_full_or_empty)
{
    struct mp_queue *queue = new_queue(2, 1);
    char item;
    cr_expect(mp_queue_empty(queue));
    cr_expect_eq(mp_queue_try_get(queue, &item, NULL), -EAGAIN);
    cr_expect_eq(mp_queue_try_put(queue, "a", 1), 0);
    cr_expect_eq(mp_queue_try_put(queue, "b", 1), 0);
    cr_expect_eq(mp_queue_try_put(queue, "c", 1), -EAGAIN);
    cr_expect_not(mp_queue_empty(queue));
    cr_expect_eq(mp_queue_try_get(queue, &item, NULL), 0);
    cr_expect_eq(item, 'a');
    mp_queue_free(queue);
}

Test(queue, gives_out_what_is_inside_after_it_was_closed)
{
    struct mp_queue *queue = new_queue(2, 1);
    char item;
    cr_expect_eq(mp_queue_put(queue, "a", 1), 0);
    mp_queue_close(queue);
    mp_queue_close(queue);
    cr_expect_eq(mp_queue_put(queue, "b", 1), -EPIPE);
    cr_expect_eq(mp_queue_get(queue, &item, NULL), 0);
    cr_expect_eq(mp_queue_get(queue, &item, NULL), -EPIPE);
    cr_expect_eq(mp_queue_try_get(queue, &item, NULL), -EPIPE);
    cr_expect_eq(mp_queue_put(queue, "c", 1), -EPIPE);
    mp_queue_free(queue);
}

static int put_one(void *context, unsigned index)
{
    (void)index;
    return -mp_queue_put(context, "x", 1);
}

static int get_one(void *context, unsigned index)
{
    char item;
    (void)index;
    return -mp_queue_get(context, &item, NULL);
}

Test(queue, closing_wakes_everybody_who_waits, .timeout = 20)
{
    mp_worker *waits[] = {put_one, get_one};
    for (int i = 0; i < 2; i++) {
        struct mp_queue *queue = new_queue(1, 1);
        if (waits[i] == put_one)
            cr_assert_eq(mp_queue_put(queue, "a", 1), 0);
        struct mp_team *team;
        cr_assert_eq(mp_team_start(&team, MP_PROCESS, 3, waits[i], queue, "w"),
                     0);
        mp_queue_close(queue);
        for (unsigned worker = 0; worker < 3; worker++) {
            int status = 0;
            cr_assert_eq(mp_team_join(team, worker, &status), 0);
            cr_expect_eq(status, EPIPE);
        }
        mp_team_wait(team);
        mp_queue_free(queue);
    }
}

/* -- Tasks that die inside a call ------------------------------------------ */

/* Whether this process ends where it would post a semaphore. */
static bool dies_before_post;

/* In front of the C library's. */
int sem_post(sem_t *semaphore)
{
    if (dies_before_post)
        _exit(7);
    int (*next)(sem_t *);
    *(void **)&next = dlsym(RTLD_NEXT, "sem_post");
    return next(semaphore);
}

static int put_and_die(void *context, unsigned index)
{
    dies_before_post = true;
    return put_one(context, index);
}

static int close_and_die(void *context, unsigned index)
{
    (void)index;
    dies_before_post = true;
    mp_queue_close(context);
    return 0;
}

static void run_and_see_die(mp_worker *worker, struct mp_queue *queue)
{
    struct mp_team *team;
    int status = 0;
    cr_assert_eq(mp_team_start(&team, MP_PROCESS, 1, worker, queue, "w"), 0);
    cr_assert_eq(mp_team_join(team, 0, &status), 0);
    cr_expect_eq(status, 7);
    mp_team_wait(team);
}

Test(queue, ends_for_its_readers_after_a_writer_died_in_put, .timeout = 20)
{
    struct mp_queue *queue = new_queue(2, 1);
    char item = 0;
    run_and_see_die(put_and_die, queue);
    mp_queue_close(queue);
    cr_expect_eq(mp_queue_get(queue, &item, NULL), 0);
    cr_expect_eq(item, 'x');
    cr_expect_eq(mp_queue_get(queue, &item, NULL), -EPIPE);
    cr_expect_eq(mp_queue_get(queue, &item, NULL), -EPIPE);
    mp_queue_free(queue);
}

Test(queue, can_be_closed_again_after_the_first_one_died, .timeout = 20)
{
    struct mp_queue *queue = new_queue(1, 1);
    char item;
    run_and_see_die(close_and_die, queue);
    mp_queue_close(queue);
    cr_expect_eq(mp_queue_get(queue, &item, NULL), -EPIPE);
    cr_expect_eq(mp_queue_put(queue, "a", 1), -EPIPE);
    mp_queue_free(queue);
}

/* -------------------------------------------------------------------------- */

Test(queue, refuses_sizes_that_cannot_be)
{
    struct mp_queue *queue = NULL;
    cr_expect_eq(mp_queue_new(&queue, NULL, 0, 1), -EINVAL);
    cr_expect_eq(mp_queue_new(&queue, NULL, 1, 0), -EINVAL);
    cr_expect_eq(mp_queue_new(&queue, NULL, SIZE_MAX, 8), -EOVERFLOW);
    cr_expect_eq(mp_queue_new(&queue, NULL, 8, SIZE_MAX), -EOVERFLOW);
    queue = new_queue(1, 2);
    cr_expect_eq(mp_queue_put(queue, "abc", 3), -EMSGSIZE);
    mp_queue_free(queue);
    mp_queue_free(NULL);
}
