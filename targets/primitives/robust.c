/* Robust mutexes: what the heirs of a dead holder see. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/primitives.h"

struct estate {
    pthread_mutex_t mutex;
    sem_t taken;
    atomic_int from_dead, clean, lost; /* how it was got, or not */
    bool repair;
};

static struct estate *estate_new(bool repair)
{
    struct estate *estate = shared_new(sizeof(*estate));
    pthread_mutexattr_t attributes;
    need(!pthread_mutexattr_init(&attributes), "mutexattr_init");
    need(!pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED),
         "setpshared");
    need(!pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST),
         "setrobust");
    need(!pthread_mutex_init(&estate->mutex, &attributes), "mutex_init");
    need(!pthread_mutexattr_destroy(&attributes), "mutexattr_destroy");
    need(!sem_init(&estate->taken, 1, 0), "sem_init");
    estate->repair = repair;
    return estate;
}

/* Take the mutex and wait to be killed. */
static void hold(void *context)
{
    struct estate *estate = context;
    need(!pthread_mutex_lock(&estate->mutex), "mutex_lock");
    need(!sem_post(&estate->taken), "sem_post");
    for (;;)
        pause();
}

/* Take the mutex and end. */
static void leave_held(void *context)
{
    struct estate *estate = context;
    need(!pthread_mutex_lock(&estate->mutex), "mutex_lock");
    need(!sem_post(&estate->taken), "sem_post");
}

static void inherit(void *context)
{
    struct estate *estate = context;
    int err = pthread_mutex_lock(&estate->mutex);
    if (err == ENOTRECOVERABLE) {
        estate->lost++;
        return;
    }
    if (err == EOWNERDEAD) {
        estate->from_dead++;
        if (estate->repair)
            need(!pthread_mutex_consistent(&estate->mutex), "consistent");
    } else {
        need(!err, "mutex_lock");
        estate->clean++;
    }
    need(!pthread_mutex_unlock(&estate->mutex), "mutex_unlock");
}

/* Two heirs wait, or come late, whichever it is; the parent comes last. */
static void settle(struct estate *estate, pid_t holder, bool killed)
{
    sem_take(&estate->taken);
    pid_t heirs[] = {child_start(inherit, estate),
                     child_start(inherit, estate)};
    if (killed) {
        int status;
        need(!kill(holder, SIGKILL), "kill");
        need(waitpid(holder, &status, 0) == holder && WIFSIGNALED(status),
             "holder");
    } else {
        child_end(holder);
    }
    child_end(heirs[0]);
    child_end(heirs[1]);
    inherit(estate);
}

/* First the one who has it from the dead, then two who have it as usual. */
static int report_repaired(const struct estate *estate)
{
    return report(estate->from_dead * 100 + estate->clean * 10 + estate->lost,
                  120);
}

static int run_killed(const void *settings)
{
    (void)settings;
    struct estate *estate = estate_new(true);
    settle(estate, child_start(hold, estate), true);
    return report_repaired(estate);
}

static int run_ended(const void *settings)
{
    (void)settings;
    struct estate *estate = estate_new(true);
    settle(estate, child_start(leave_held, estate), false);
    return report_repaired(estate);
}

static int run_lost(const void *settings)
{
    (void)settings;
    struct estate *estate = estate_new(false);
    settle(estate, child_start(hold, estate), true);
    need(!pthread_mutex_destroy(&estate->mutex), "mutex_destroy");
    return report(estate->from_dead * 100 + estate->clean * 10 + estate->lost,
                  102);
}

/* A thread that ends is a dead holder, too. */
static void *leave_held_thread(void *context)
{
    leave_held(context);
    return NULL;
}

static int run_thread(const void *settings)
{
    (void)settings;
    struct estate *estate = estate_new(true);
    pthread_t holder;
    need(!pthread_create(&holder, NULL, leave_held_thread, estate),
         "pthread_create");
    inherit(estate);
    need(!pthread_join(holder, NULL), "pthread_join");
    inherit(estate);
    return report(estate->from_dead + estate->lost, 1);
}

const struct program_variant robust_variants[] = {
    {"robust-killed",
     "right: the holder is killed, and the first heir repairs the mutex.",
     run_killed},
    {"robust-ended", "right: the same when the holder ends.", run_ended},
    {"robust-lost",
     "right: nobody repairs it, and all who come later are told.", run_lost},
    {"robust-thread", "right: the holder is a thread that ends.", run_thread},
    {NULL, NULL, NULL},
};
