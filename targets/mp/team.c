#include "team.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpstress/mpstress.h>

struct member {
    struct mp_team *team;
    unsigned index;
    bool running; /* started and not yet joined */
    int status;   /* of the last run, once joined */
    pid_t pid;
    pthread_t thread;
};

struct mp_team {
    enum mp_backend backend;
    mp_worker *run;
    void *context;
    const char *name;
    /* Threads cannot be killed: they wait here until all of them exist, and
     * go home when one of them could not be made. */
    pthread_mutex_t gate;
    bool abandoned;
    unsigned size;
    struct member members[];
};

static const char *const backend_names[] = {
    [MP_PROCESS] = "process",
    [MP_THREAD] = "thread",
};

const char *mp_backend_name(enum mp_backend backend)
{
    return backend_names[backend];
}

int mp_backend_find(const char *name, enum mp_backend *out)
{
    for (unsigned i = 0; i < 2; i++) {
        if (strcmp(name, backend_names[i]) == 0) {
            *out = (enum mp_backend)i;
            return 0;
        }
    }
    return -EINVAL;
}

static int run_member(const struct member *member)
{
    const struct mp_team *team = member->team;
    char name[MPS_NAME_MAX + 1];
    if (team->size == 1)
        snprintf(name, sizeof(name), "%s", team->name);
    else
        snprintf(name, sizeof(name), "%s %u", team->name, member->index);
    mps_task_name(name);
    return team->run(team->context, member->index) & 255;
}

/* A worker whose starter was killed would wait for it for ever. The request
 * comes too late if the starter has died before; then init is the parent. */
static void end_with(pid_t starter)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != starter)
        _exit(128 + SIGKILL);
}

static int start_process(struct member *member)
{
    pid_t starter = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (!pid) {
        end_with(starter);
        _exit(run_member(member));
    }
    member->pid = pid;
    return 0;
}

static int join_process(struct member *member)
{
    int status;
    while (waitpid(member->pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -errno;
    }
    member->status =
        WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return 0;
}

static void *thread_main(void *argument)
{
    struct member *member = argument;
    struct mp_team *team = member->team;
    pthread_mutex_lock(&team->gate);
    bool abandoned = team->abandoned;
    pthread_mutex_unlock(&team->gate);
    if (!abandoned)
        member->status = run_member(member);
    return NULL;
}

static int start_thread(struct member *member)
{
    return -pthread_create(&member->thread, NULL, thread_main, member);
}

static int join_thread(struct member *member)
{
    return -pthread_join(member->thread, NULL);
}

static const struct {
    int (*start)(struct member *member);
    int (*join)(struct member *member);
} backends[] = {
    [MP_PROCESS] = {start_process, join_process},
    [MP_THREAD] = {start_thread, join_thread},
};

static void release(struct mp_team *team)
{
    pthread_mutex_destroy(&team->gate);
    free(team);
}

/* Undo a start that failed half-way. */
static void abandon(struct mp_team *team)
{
    for (unsigned i = 0; i < team->size; i++) {
        struct member *member = &team->members[i];
        if (!member->running)
            continue;
        if (team->backend == MP_PROCESS)
            kill(member->pid, SIGKILL);
        backends[team->backend].join(member);
    }
    release(team);
}

int mp_team_start(struct mp_team **out, enum mp_backend backend, unsigned size,
                  mp_worker *run, void *context, const char *name)
{
    *out = NULL;
    if (!size || size > MP_TEAM_MAX)
        return -EINVAL;
    struct mp_team *team =
        calloc(1, sizeof(*team) + size * sizeof(team->members[0]));
    if (!team)
        return -ENOMEM;
    team->backend = backend;
    team->run = run;
    team->context = context;
    team->name = name;
    team->size = size;
    int err = -pthread_mutex_init(&team->gate, NULL);
    if (err) {
        free(team);
        return err;
    }
    /* Look mpstress up while there is one task only: see mps_api(). */
    (void)mps_api();

    if (backend == MP_THREAD)
        pthread_mutex_lock(&team->gate);
    for (unsigned i = 0; i < size && !err; i++) {
        struct member *member = &team->members[i];
        member->team = team;
        member->index = i;
        err = backends[backend].start(member);
        member->running = !err;
    }
    team->abandoned = err != 0;
    if (backend == MP_THREAD)
        pthread_mutex_unlock(&team->gate);
    if (err) {
        abandon(team);
        return err;
    }
    *out = team;
    return 0;
}

int mp_team_join(struct mp_team *team, unsigned index, int *status)
{
    struct member *member = &team->members[index];
    if (member->running) {
        int err = backends[team->backend].join(member);
        if (err)
            return err;
        member->running = false;
    }
    *status = member->status;
    return 0;
}

int mp_team_restart(struct mp_team *team, unsigned index)
{
    struct member *member = &team->members[index];
    if (member->running)
        return -EBUSY;
    int err = backends[team->backend].start(member);
    member->running = !err;
    return err;
}

int mp_team_wait(struct mp_team *team)
{
    if (!team)
        return 0;
    int failed = 0;
    int err = 0;
    for (unsigned i = 0; i < team->size; i++) {
        int status;
        int failure = mp_team_join(team, i, &status);
        if (failure)
            err = failure;
        else if (status)
            failed++;
    }
    release(team);
    return err ? err : failed;
}
