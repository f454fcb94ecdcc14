/* System V and POSIX message queues. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { MESSAGES = 6, SUM = MESSAGES * (MESSAGES + 1) / 2 };

/* -- System V ---------------------------------------------------------------
 */

/* Large enough that the queue has no room for all of them at once. */
struct letter {
    long type; /* 1: to the worker, 2: from it */
    int number;
    char rest[4000];
};
enum { LETTER_SIZE = sizeof(struct letter) - sizeof(long) };

static void letter_send(int queue, long type, int number)
{
    struct letter letter = {.type = type, .number = number};
    need(!msgsnd(queue, &letter, LETTER_SIZE, 0), "msgsnd");
}

static int letter_receive(int queue, long type)
{
    struct letter letter;
    need(msgrcv(queue, &letter, LETTER_SIZE, type, 0) == LETTER_SIZE, "msgrcv");
    return letter.number;
}

static void send_letters(void *queue)
{
    for (int i = 1; i <= MESSAGES; i++)
        letter_send(*(int *)queue, 1, i);
}

static int run_letters(const void *settings)
{
    (void)settings;
    int queue = msgget(IPC_PRIVATE, 0600);
    need(queue >= 0, "msgget");
    pid_t sender = child_start(send_letters, &queue);
    long sum = 0;
    for (int i = 1; i <= MESSAGES; i++) {
        int number = letter_receive(queue, 1);
        need(number == i, "in order");
        sum += number;
    }
    child_end(sender);
    need(!msgctl(queue, IPC_RMID, NULL), "IPC_RMID");
    return report(sum, SUM);
}

static void answer(void *queue)
{
    for (int i = 1; i <= MESSAGES; i++)
        letter_send(*(int *)queue, 2, 2 * letter_receive(*(int *)queue, 1));
}

/* Questions and answers in the same queue, told apart by their type. */
static int run_types(const void *settings)
{
    (void)settings;
    int queue = msgget(IPC_PRIVATE, 0600);
    need(queue >= 0, "msgget");
    pid_t worker = child_start(answer, &queue);
    long sum = 0;
    for (int i = 1; i <= MESSAGES; i++) {
        letter_send(queue, 1, i);
        sum += letter_receive(queue, 2);
    }
    child_end(worker);
    need(!msgctl(queue, IPC_RMID, NULL), "IPC_RMID");
    return report(sum, 2 * SUM);
}

/* -- POSIX ------------------------------------------------------------------
 */

/* A queue with room for two numbers, which has no name any more. */
static mqd_t queue_new(void)
{
    char name[32];
    struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = sizeof(int)};
    snprintf(name, sizeof(name), "/primitives-%d", (int)getpid());
    mqd_t queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attributes);
    need(queue != (mqd_t)-1, "mq_open");
    need(!mq_unlink(name), "mq_unlink");
    return queue;
}

static void send_numbers(void *queue)
{
    for (int i = 1; i <= MESSAGES; i++)
        need(!mq_send(*(mqd_t *)queue, (const char *)&i, sizeof(i), 0),
             "mq_send");
}

static long receive_numbers(mqd_t queue)
{
    long sum = 0;
    for (int i = 1; i <= MESSAGES; i++) {
        int number;
        need(mq_receive(queue, (char *)&number, sizeof(number), NULL) ==
                 sizeof(number),
             "mq_receive");
        need(number == i, "in order");
        sum += number;
    }
    return sum;
}

static int run_numbers(const void *settings)
{
    (void)settings;
    mqd_t queue = queue_new();
    pid_t sender = child_start(send_numbers, &queue);
    long sum = receive_numbers(queue);
    child_end(sender);
    need(!mq_close(queue), "mq_close");
    return report(sum, SUM);
}

/* Nothing comes; then two come, the urgent one first. */
static int run_timed(const void *settings)
{
    (void)settings;
    mqd_t queue = queue_new();
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    int number = 0;
    need(mq_timedreceive(queue, (char *)&number, sizeof(number), NULL, &until) <
                 0 &&
             errno == ETIMEDOUT,
         "mq_timedreceive in vain");
    int numbers[] = {1, 2};
    for (unsigned i = 0; i < 2; i++)
        need(!mq_send(queue, (const char *)&numbers[i], sizeof(int), i),
             "mq_send");
    until = after_ms(CLOCK_REALTIME, 10);
    need(mq_timedsend(queue, (const char *)&number, sizeof(number), 0, &until) <
                 0 &&
             errno == ETIMEDOUT,
         "mq_timedsend in vain");
    need(mq_receive(queue, (char *)&number, sizeof(number), NULL) ==
             sizeof(number),
         "mq_receive");
    need(!mq_close(queue), "mq_close");
    return report(number, 2);
}

const struct program_variant queue_variants[] = {
    {"sysv-queue", "right: more messages than the queue has room for.",
     run_letters},
    {"sysv-queue-types", "right: questions and answers in one queue.",
     run_types},
    {"mq", "right: the same over a POSIX queue for two.", run_numbers},
    {"mq-timed", "right: timed calls in vain, and priorities.", run_timed},
    {NULL, NULL, NULL},
};
