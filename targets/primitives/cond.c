/* Condition variables. */
#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include "primitives/primitives.h"

struct room {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int turn;   /* whose it is */
    bool open;  /* the gate */
    long count; /* under the lock, like the rest */
};

enum { TURNS = 5, GUESTS = 2 };

static struct room *room_new(clockid_t clock)
{
    struct room *room = shared_new(sizeof(*room));
    pthread_mutexattr_t mutex;
    pthread_condattr_t cond;
    need(!pthread_mutexattr_init(&mutex), "mutexattr_init");
    need(!pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_mutex_init(&room->lock, &mutex), "mutex_init");
    need(!pthread_mutexattr_destroy(&mutex), "mutexattr_destroy");
    need(!pthread_condattr_init(&cond), "condattr_init");
    need(!pthread_condattr_setpshared(&cond, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_condattr_setclock(&cond, clock), "setclock");
    need(!pthread_cond_init(&room->changed, &cond), "cond_init");
    need(!pthread_condattr_destroy(&cond), "condattr_destroy");
    return room;
}

static void enter(struct room *room)
{
    need(!pthread_mutex_lock(&room->lock), "mutex_lock");
}

static void leave(struct room *room)
{
    need(!pthread_mutex_unlock(&room->lock), "mutex_unlock");
}

static void await_change(struct room *room)
{
    need(!pthread_cond_wait(&room->changed, &room->lock), "cond_wait");
}

static void destroy(struct room *room)
{
    need(!pthread_cond_destroy(&room->changed), "cond_destroy");
    need(!pthread_mutex_destroy(&room->lock), "mutex_destroy");
}

/* -- Two take turns ---------------------------------------------------------
 */

static void play(struct room *room, int me)
{
    for (int i = 0; i < TURNS; i++) {
        enter(room);
        while (room->turn != me)
            await_change(room);
        room->count++;
        room->turn = !me;
        need(!pthread_cond_signal(&room->changed), "cond_signal");
        leave(room);
    }
}

static void play_second(void *room)
{
    play(room, 1);
}

static int run_turns(const void *settings)
{
    (void)settings;
    struct room *room = room_new(CLOCK_REALTIME);
    pid_t child = child_start(play_second, room);
    play(room, 0);
    child_end(child);
    long count = room->count;
    destroy(room);
    return report(count, 2 * TURNS);
}

/* -- A gate: all who wait go on at once -------------------------------------
 */

static void pass(void *context)
{
    struct room *room = context;
    enter(room);
    while (!room->open)
        await_change(room);
    room->count++;
    leave(room);
}

static int run_gate(const void *settings)
{
    (void)settings;
    struct room *room = room_new(CLOCK_REALTIME);
    pid_t guests[GUESTS];
    for (int i = 0; i < GUESTS; i++)
        guests[i] = child_start(pass, room);
    enter(room);
    room->open = true;
    leave(room);
    need(!pthread_cond_broadcast(&room->changed), "cond_broadcast");
    for (int i = 0; i < GUESTS; i++)
        child_end(guests[i]);
    long count = room->count;
    destroy(room);
    return report(count, GUESTS);
}

/* -- With a time limit ------------------------------------------------------
 */

/* Nobody signals: a wake-up without reason is all that may come before. */
static int run_timedwait(const void *settings)
{
    (void)settings;
    struct room *room = room_new(CLOCK_REALTIME);
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    int err;
    enter(room);
    do
        err = pthread_cond_timedwait(&room->changed, &room->lock, &until);
    while (!err);
    leave(room);
    destroy(room);
    return report(err, ETIMEDOUT);
}

static void open_gate(void *context)
{
    struct room *room = context;
    enter(room);
    room->open = true;
    need(!pthread_cond_signal(&room->changed), "cond_signal");
    leave(room);
}

/* Look again every 5 ms until the gate is open, however late that is. */
static int run_monotonic(const void *settings)
{
    (void)settings;
    struct room *room = room_new(CLOCK_MONOTONIC);
    pid_t child = child_start(open_gate, room);
    enter(room);
    while (!room->open) {
        struct timespec until = after_ms(CLOCK_MONOTONIC, 5);
        int err = pthread_cond_timedwait(&room->changed, &room->lock, &until);
        need(!err || err == ETIMEDOUT, "cond_timedwait");
    }
    leave(room);
    child_end(child);
    destroy(room);
    return report(room->open, true);
}

/* The clock of the call, not of the condition. */
static int run_clockwait(const void *settings)
{
    (void)settings;
    struct room *room = room_new(CLOCK_REALTIME);
    pid_t child = child_start(open_gate, room);
    enter(room);
    while (!room->open) {
        struct timespec until = after_ms(CLOCK_MONOTONIC, 5);
        int err = pthread_cond_clockwait(&room->changed, &room->lock,
                                         CLOCK_MONOTONIC, &until);
        need(!err || err == ETIMEDOUT, "cond_clockwait");
    }
    leave(room);
    child_end(child);
    destroy(room);
    return report(room->open, true);
}

/* -- C11 --------------------------------------------------------------------
 */

struct mailbox {
    mtx_t lock;
    cnd_t changed;
    int letter; /* 0: none */
};

static int send_letters(void *context)
{
    struct mailbox *box = context;
    for (int letter = 1; letter <= TURNS; letter++) {
        need(mtx_lock(&box->lock) == thrd_success, "mtx_lock");
        while (box->letter)
            need(cnd_wait(&box->changed, &box->lock) == thrd_success,
                 "cnd_wait");
        box->letter = letter;
        need(cnd_signal(&box->changed) == thrd_success, "cnd_signal");
        need(mtx_unlock(&box->lock) == thrd_success, "mtx_unlock");
    }
    return 0;
}

static long receive_letters(struct mailbox *box)
{
    long sum = 0;
    for (int i = 0; i < TURNS; i++) {
        need(mtx_lock(&box->lock) == thrd_success, "mtx_lock");
        while (!box->letter)
            need(cnd_wait(&box->changed, &box->lock) == thrd_success,
                 "cnd_wait");
        sum += box->letter;
        box->letter = 0;
        need(cnd_broadcast(&box->changed) == thrd_success, "cnd_broadcast");
        need(mtx_unlock(&box->lock) == thrd_success, "mtx_unlock");
    }
    return sum;
}

static int run_c11(const void *settings)
{
    (void)settings;
    struct mailbox box = {.letter = 0};
    thrd_t sender;
    need(mtx_init(&box.lock, mtx_plain) == thrd_success, "mtx_init");
    need(cnd_init(&box.changed) == thrd_success, "cnd_init");
    need(thrd_create(&sender, send_letters, &box) == thrd_success,
         "thrd_create");
    long sum = receive_letters(&box);
    need(thrd_join(sender, NULL) == thrd_success, "thrd_join");
    cnd_destroy(&box.changed);
    mtx_destroy(&box.lock);
    return report(sum, TURNS * (TURNS + 1) / 2);
}

static int run_c11_timed(const void *settings)
{
    (void)settings;
    mtx_t lock;
    cnd_t changed;
    need(mtx_init(&lock, mtx_timed) == thrd_success, "mtx_init");
    need(cnd_init(&changed) == thrd_success, "cnd_init");
    need(mtx_lock(&lock) == thrd_success, "mtx_lock");
    struct timespec until = after_ms(CLOCK_REALTIME, 10);
    int result;
    do
        result = cnd_timedwait(&changed, &lock, &until);
    while (result == thrd_success);
    need(mtx_unlock(&lock) == thrd_success, "mtx_unlock");
    cnd_destroy(&changed);
    mtx_destroy(&lock);
    return report(result, thrd_timedout);
}

const struct program_variant cond_variants[] = {
    {"cond-turns", "right: two processes take turns.", run_turns},
    {"cond-broadcast", "right: a gate that opens for all.", run_gate},
    {"cond-timedwait", "right: waits in vain and times out.", run_timedwait},
    {"cond-monotonic", "right: timed waits until it is signalled.",
     run_monotonic},
    {"cond-clockwait", "right: the same with the clock of the call.",
     run_clockwait},
    {"cond-c11", "right: cnd_t between threads.", run_c11},
    {"cond-c11-timed", "right: cnd_timedwait() times out.", run_c11_timed},
    {NULL, NULL, NULL},
};
