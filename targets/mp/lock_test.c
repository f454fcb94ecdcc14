#include "lock.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "memory.h"
#include "team.h"

static struct mp_lock *new_lock(void)
{
    struct mp_lock *lock = mp_memory_new(sizeof(*lock));
    cr_assert(lock);
    cr_assert_eq(mp_lock_init(lock), 0);
    return lock;
}

static void free_lock(struct mp_lock *lock)
{
    mp_lock_fini(lock);
    mp_memory_free(lock, sizeof(*lock));
}

static int try_lock(void *context, unsigned index)
{
    (void)index;
    return -mp_lock_try(context, NULL);
}

static int die_holding(void *context, unsigned index)
{
    (void)index;
    mp_lock_take(context);
    raise(SIGKILL);
    return 0;
}

/* The status of a worker of its own that runs RUN(LOCK). */
static int status_of(enum mp_backend backend, mp_worker *run,
                     struct mp_lock *lock)
{
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, backend, 1, run, lock, "tester"), 0);
    int status = -1;
    cr_assert_eq(mp_team_join(team, 0, &status), 0);
    mp_team_wait(team);
    return status;
}

Test(lock, keeps_another_process_out, .timeout = 20)
{
    struct mp_lock *lock = new_lock();
    cr_expect_eq(mp_lock_take(lock), MP_TAKEN);
    cr_expect_eq(status_of(MP_PROCESS, try_lock, lock), EBUSY);
    mp_lock_give(lock);
    cr_expect_eq(mp_lock_try(lock, NULL), 0);
    mp_lock_give(lock);
    free_lock(lock);
}

Test(lock, keeps_another_thread_out, .timeout = 20)
{
    struct mp_lock *lock = new_lock();
    cr_expect_eq(mp_lock_take(lock), MP_TAKEN);
    cr_expect_eq(status_of(MP_THREAD, try_lock, lock), EBUSY);
    mp_lock_give(lock);
    free_lock(lock);
}

Test(lock, tells_the_next_taker_that_the_holder_was_killed, .timeout = 20)
{
    struct mp_lock *lock = new_lock();
    cr_expect_eq(status_of(MP_PROCESS, die_holding, lock), 128 + SIGKILL);
    cr_expect_eq(mp_lock_take(lock), MP_TAKEN_FROM_DEAD);
    mp_lock_give(lock);
    cr_expect_eq(mp_lock_take(lock), MP_TAKEN, "said once only");
    mp_lock_give(lock);
    free_lock(lock);
}

Test(lock, tells_one_who_tries_the_same, .timeout = 20)
{
    struct mp_lock *lock = new_lock();
    cr_expect_eq(status_of(MP_PROCESS, die_holding, lock), 128 + SIGKILL);
    enum mp_taken taken = MP_TAKEN;
    cr_expect_eq(mp_lock_try(lock, &taken), 0);
    cr_expect_eq(taken, MP_TAKEN_FROM_DEAD);
    mp_lock_give(lock);
    free_lock(lock);
}

Test(lock, given_back_by_one_who_does_not_hold_it_aborts, .signal = SIGABRT)
{
    mp_lock_give(new_lock());
}
