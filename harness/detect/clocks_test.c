/* What is ordered and what is not, by the edges of locks, semaphores and
 * tasks: each rule with a race that it must not hide. */
#include <criterion/criterion.h>

#include "fixture_test.h"

enum { TASKS = 4 };

static struct fixture f;

static void make(void)
{
    fixture_init(&f, TASKS);
}

static void drop(void)
{
    cr_expect_eq(f.memory->off, MEMORY_ON);
    fixture_fini(&f);
}

TestSuite(clocks, .init = make, .fini = drop, .timeout = 60);

static bool before(uint32_t task, uint32_t epoch, uint32_t other,
                   enum memory_task_row row)
{
    return clocks_before(f.memory, task, epoch, other, row);
}

static uint32_t epoch(uint32_t task)
{
    return clocks_epoch(f.memory, task, MEMORY_ROW_CLOCK);
}

/* -- Tasks -----------------------------------------------------------------*/

Test(clocks, epochs_begin_at_1)
{
    fixture_reset(&f, 1);
    cr_expect_eq(epoch(0), 1);
    clocks_begin(f.memory, 1, 1);
    cr_expect_eq(epoch(1), 1);
}

Test(clocks, what_the_parent_did_before_it_made_the_child_is_ordered)
{
    fixture_write(&f, 0, FIXTURE_PAYLOAD);
    clocks_begin(f.memory, TASKS, 1);
    cr_expect_not(fixture_read(&f, TASKS, FIXTURE_PAYLOAD));
}

Test(clocks, what_the_parent_does_after_it_made_the_child_is_not)
{
    clocks_begin(f.memory, TASKS, 1);
    fixture_write(&f, 0, FIXTURE_PAYLOAD);
    cr_expect(fixture_read(&f, TASKS, FIXTURE_PAYLOAD));
}

Test(clocks, siblings_are_not_ordered)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    cr_expect(fixture_write(&f, 2, FIXTURE_PAYLOAD));
}

Test(clocks, what_a_task_did_is_before_its_waiter_and_nobody_else)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    clocks_end(f.memory, 1);
    clocks_join(f.memory, 0, 1);
    cr_expect_not(fixture_read(&f, 0, FIXTURE_PAYLOAD));
    cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

Test(clocks, the_dead_let_out_what_they_knew_to_whoever_asks_for_it)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    fixture_write(&f, 2, FIXTURE_FLAG);
    clocks_end(f.memory, 1);
    clocks_end(f.memory, 2);
    clocks_acquire(f.memory, 3, MEMORY_SYNC_DEAD, CLOCKS_HARD);
    cr_expect_not(fixture_write(&f, 3, FIXTURE_PAYLOAD));
    cr_expect_not(fixture_write(&f, 3, FIXTURE_FLAG));
}

Test(clocks, a_task_that_goes_on_after_it_was_waited_for_is_not_ordered)
{
    clocks_join(f.memory, 0, 1);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    cr_expect(fixture_read(&f, 0, FIXTURE_PAYLOAD));
}

/* -- Locks, semaphores -----------------------------------------------------*/

Test(clocks, a_lock_orders_its_critical_sections)
{
    for (uint32_t round = 0; round < 3; round++)
        for (uint32_t task = 1; task < TASKS; task++) {
            fixture_lock(&f, task);
            cr_expect_not(fixture_write(&f, task, FIXTURE_PAYLOAD));
            fixture_unlock(&f, task);
        }
}

Test(clocks, what_comes_after_the_unlock_is_not_ordered)
{
    fixture_lock(&f, 1);
    fixture_unlock(&f, 1);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    fixture_lock(&f, 2);
    cr_expect(fixture_write(&f, 2, FIXTURE_PAYLOAD));
}

Test(clocks, two_locks_do_not_order_each_other)
{
    fixture_lock(&f, 1);
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    fixture_unlock(&f, 1);
    clocks_acquire(f.memory, 2, FIXTURE_OTHER, CLOCKS_LOCK);
    cr_expect(fixture_write(&f, 2, FIXTURE_PAYLOAD));
}

Test(clocks, knowledge_is_handed_on)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    clocks_release(f.memory, 1, FIXTURE_LOCK, CLOCKS_JOIN, CLOCKS_HARD);
    clocks_acquire(f.memory, 2, FIXTURE_LOCK, CLOCKS_HARD);
    clocks_release(f.memory, 2, FIXTURE_OTHER, CLOCKS_JOIN, CLOCKS_HARD);
    clocks_acquire(f.memory, 3, FIXTURE_OTHER, CLOCKS_HARD);
    cr_expect_not(fixture_write(&f, 3, FIXTURE_PAYLOAD));
}

Test(clocks, a_join_keeps_all_producers_a_replacement_the_last)
{
    const enum clocks_how hows[] = {CLOCKS_JOIN, CLOCKS_REPLACE};
    for (int i = 0; i < 2; i++) {
        fixture_reset(&f, TASKS);
        for (uint32_t task = 1; task < 3; task++) {
            fixture_write(&f, task, FIXTURE_PAYLOAD + 8 * task);
            clocks_release(f.memory, task, FIXTURE_LOCK, hows[i], CLOCKS_HARD);
        }
        clocks_acquire(f.memory, 3, FIXTURE_LOCK, CLOCKS_HARD);
        cr_expect_eq(fixture_read(&f, 3, FIXTURE_PAYLOAD + 8), i == 1);
        cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD + 16));
    }
}

Test(clocks, objects_that_found_no_room_lose_no_order)
{
    const uint32_t sync = MEMORY_SYNC_OBJECT;
    for (uint32_t task = 1; task < 3; task++) {
        fixture_write(&f, task, FIXTURE_PAYLOAD + 8 * task);
        clocks_release(f.memory, task, sync, CLOCKS_REPLACE, CLOCKS_LOCK);
    }
    clocks_forget(f.memory, sync);
    clocks_acquire(f.memory, 3, sync, CLOCKS_LOCK);
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD + 8));
    cr_expect_not(fixture_read(&f, 3, FIXTURE_PAYLOAD + 16));
}

Test(clocks, a_new_object_at_the_old_place_orders_nothing)
{
    fixture_write(&f, 1, FIXTURE_PAYLOAD);
    fixture_unlock(&f, 1);
    clocks_forget(f.memory, FIXTURE_LOCK);
    fixture_lock(&f, 2);
    cr_expect(fixture_read(&f, 2, FIXTURE_PAYLOAD));
}

/* -- The hard clock --------------------------------------------------------*/

Test(clocks, a_lock_orders_softly_a_semaphore_hard)
{
    uint32_t first = epoch(1);
    fixture_unlock(&f, 1);
    fixture_lock(&f, 2);
    cr_expect(before(1, first, 2, MEMORY_ROW_CLOCK));
    cr_expect_not(before(1, first, 2, MEMORY_ROW_HARD));

    clocks_release(f.memory, 1, FIXTURE_OTHER, CLOCKS_JOIN, CLOCKS_HARD);
    clocks_acquire(f.memory, 3, FIXTURE_OTHER, CLOCKS_HARD);
    cr_expect(before(1, first, 3, MEMORY_ROW_CLOCK));
    cr_expect(before(1, first, 3, MEMORY_ROW_HARD));
    cr_expect_not(before(1, epoch(1), 3, MEMORY_ROW_CLOCK));
}

Test(clocks, what_a_lock_brought_does_not_get_hard_later)
{
    uint32_t first = epoch(1);
    fixture_unlock(&f, 1);
    fixture_lock(&f, 2);
    clocks_release(f.memory, 2, FIXTURE_OTHER, CLOCKS_JOIN, CLOCKS_HARD);
    clocks_acquire(f.memory, 3, FIXTURE_OTHER, CLOCKS_HARD);
    cr_expect(before(1, first, 3, MEMORY_ROW_CLOCK));
    cr_expect_not(before(1, first, 3, MEMORY_ROW_HARD));
}

Test(clocks, both_rows_count_the_same_epochs)
{
    fixture_unlock(&f, 1);
    clocks_fence(f.memory, 1, __ATOMIC_RELEASE);
    cr_expect_eq(epoch(1), clocks_epoch(f.memory, 1, MEMORY_ROW_HARD));
    cr_expect_eq(epoch(1), 3);
}

/* -- Limits ----------------------------------------------------------------*/

Test(clocks, tasks_far_apart_order_each_other)
{
    const uint32_t far = MEMORY_TASKS - 1;
    clocks_begin(f.memory, MEMORY_NEAR - 1, 1);
    clocks_begin(f.memory, MEMORY_NEAR, 1);
    clocks_begin(f.memory, far, 1);
    fixture_write(&f, far, FIXTURE_PAYLOAD);
    cr_expect(fixture_read(&f, MEMORY_NEAR, FIXTURE_PAYLOAD));
    fixture_unlock(&f, far);
    fixture_lock(&f, MEMORY_NEAR);
    cr_expect_not(fixture_read(&f, MEMORY_NEAR, FIXTURE_PAYLOAD));
    fixture_unlock(&f, MEMORY_NEAR);
    fixture_lock(&f, MEMORY_NEAR - 1);
    cr_expect_not(fixture_read(&f, MEMORY_NEAR - 1, FIXTURE_PAYLOAD));
}

TestSuite(clocks_off, .init = make, .fini = NULL, .timeout = 60);

/* Nothing is in a race any more. */
static void expect_off(enum memory_off why)
{
    cr_expect_eq(f.memory->off, why);
    cr_expect_not(fixture_write(&f, 1, FIXTURE_PAYLOAD));
    cr_expect_not(fixture_write(&f, 2, FIXTURE_PAYLOAD));
    cr_expect(before(1, UINT32_MAX, 2, MEMORY_ROW_CLOCK));
    cr_expect(race_is_known(f.memory, f.chunk, 0, 4, 1, MEMORY_WRITE));
    cr_expect_eq(f.memory->race_count, 0);
    fixture_fini(&f);
}

Test(clocks_off, more_tasks_than_have_clocks)
{
    clocks_begin(f.memory, MEMORY_TASKS, 1);
    expect_off(MEMORY_OFF_TASKS);
}

Test(clocks_off, a_task_nobody_has_made)
{
    fixture_lock(&f, TASKS + 1);
    expect_off(MEMORY_OFF_TASKS);
}

Test(clocks_off, an_object_that_cannot_be)
{
    clocks_release(f.memory, 1, MEMORY_SYNCS, CLOCKS_JOIN, CLOCKS_HARD);
    expect_off(MEMORY_OFF_SYNCS);
}

Test(clocks_off, more_epochs_than_can_be_counted)
{
    f.memory->near[MEMORY_TASK_ROWS][1] = UINT32_MAX;
    fixture_unlock(&f, 1);
    expect_off(MEMORY_OFF_EPOCHS);
}

Test(clocks_off, more_atomics_than_have_clocks)
{
    f.memory->clock_count = MEMORY_WORD_SYNCS - 1;
    clocks_atomic(f.memory, 1, f.chunk, FIXTURE_FLAG, 4, CLOCKS_STORE,
                  __ATOMIC_RELEASE);
    expect_off(MEMORY_OFF_SYNCS);
}
