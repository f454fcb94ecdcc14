#include "queues.h"

#include <criterion/criterion.h>

#include "trace/timeline.h"

/* Task 0 looks and then puts 1; task 1 takes it; the semaphore beside the lock
 * is touched, too. */
static struct timeline_step steps[] = {
    {.task = 0,
     .kind = "mutex lock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 1,
     .end = 2,
     .completed = true},
    {.task = 0,
     .kind = "mutex unlock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 3,
     .end = 4,
     .completed = true},
    {.task = 0,
     .kind = "mutex lock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 5,
     .end = 6,
     .completed = true},
    {.task = 0,
     .kind = "mutex unlock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 8,
     .end = 9,
     .completed = true},
    {.task = 0,
     .kind = "sem post",
     .object = "semaphore mapping 0:1+0x28",
     .begin = 10,
     .end = 11,
     .completed = true},
    {.task = 1,
     .kind = "mutex lock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 12,
     .end = 13,
     .completed = true},
    {.task = 1,
     .kind = "mutex unlock",
     .object = "mutex mapping 0:1+0x68",
     .begin = 15,
     .end = 16,
     .completed = true},
    {.task = 1,
     .kind = "mutex lock",
     .object = "mutex mapping 0:2",
     .begin = 17,
     .end = 18,
     .completed = true},
};

static struct timeline_message messages[] = {
    {.ticket = 7, .task = 0, .queue = "tasks"},
    {.ticket = 14, .task = 1, .got = true, .queue = "tasks"},
};

static struct timeline timeline = {
    .steps = steps,
    .step_count = sizeof(steps) / sizeof(*steps),
    .messages = messages,
    .message_count = 2,
};

Test(queues, a_lock_under_which_something_goes_in_or_out_tells_the_queue)
{
    cr_expect_str_eq(timeline_queue(&timeline, "mutex mapping 0:1+0x68"),
                     "tasks");
    cr_expect_null(timeline_queue(&timeline, "mutex mapping 0:2"));
    cr_expect_null(timeline_queue(&timeline, "mutex mapping 0:10+0x68"));
}

Test(queues, what_lies_in_the_same_memory_belongs_to_the_same_queue)
{
    cr_expect_str_eq(timeline_queue(&timeline, "semaphore mapping 0:1+0x28"),
                     "tasks");
}

Test(queues, memory_with_two_queues_tells_nothing)
{
    messages[1].queue = "results";
    cr_expect_null(timeline_queue(&timeline, "semaphore mapping 0:1+0x28"));
}

Test(queues, a_lock_without_any_message_is_a_look)
{
    cr_expect_eq(queues_role(&timeline, 0), ROLE_LOOK);
    cr_expect_eq(queues_role(&timeline, 2), ROLE_PUT);
    cr_expect_eq(queues_role(&timeline, 5), ROLE_GET);
    cr_expect_eq(queues_role(&timeline, 4), ROLE_NONE, "takes no lock");
    cr_expect_eq(queues_role(&timeline, 7), ROLE_NONE, "is not given back");
}

Test(queues, what_went_in_and_never_out_is_left)
{
    cr_expect_not(queues_left(&timeline, "tasks"));
    cr_expect_not(queues_left(&timeline, "others"));
    timeline.message_count = 1;
    cr_expect(queues_left(&timeline, "tasks"));
}

Test(queues, names_of_functions_are_taken_word_by_word)
{
    cr_expect_eq(queues_role_of("mp_queue_empty"), ROLE_LOOK);
    cr_expect_eq(queues_role_of("put"), ROLE_PUT);
    cr_expect_eq(queues_role_of("jobs_dequeue"), ROLE_GET);
    cr_expect_eq(queues_role_of("mp_lock_take"), ROLE_NONE, "takes a lock");
    cr_expect_eq(queues_role_of("compute"), ROLE_NONE, "no put");
    cr_expect_eq(queues_role_of(NULL), ROLE_NONE);
    cr_expect(queues_is_name("queue_put"));
    cr_expect_not(queues_is_name("put_all"));
    cr_expect_not(queues_is_name(NULL));
}
