#include "team.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "memory.h"
#include "value.h"

static int return_index(void *context, unsigned index)
{
    (void)context;
    return (int)index;
}

ParameterizedTestParameters(team, reports_the_status_of_each_worker)
{
    static enum mp_backend backends[] = {MP_PROCESS, MP_THREAD};
    return cr_make_param_array(enum mp_backend, backends, 2);
}

ParameterizedTest(enum mp_backend *backend, team,
                  reports_the_status_of_each_worker, .timeout = 20)
{
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, *backend, 5, return_index, NULL, "w"), 0);
    for (unsigned i = 5; i-- > 1;) {
        int status = -1;
        cr_assert_eq(mp_team_join(team, i, &status), 0);
        cr_expect_eq(status, (int)i);
        cr_assert_eq(mp_team_join(team, i, &status), 0, "joined twice");
        cr_expect_eq(status, (int)i);
    }
    cr_expect_eq(mp_team_restart(team, 0), -EBUSY);
    cr_expect_eq(mp_team_restart(team, 3), 0);
    cr_expect_eq(mp_team_wait(team), 4);
}

static int be_killed(void *context, unsigned index)
{
    (void)context;
    (void)index;
    raise(SIGKILL);
    return 0;
}

Test(team, reports_the_signal_that_killed_a_worker, .timeout = 20)
{
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, MP_PROCESS, 1, be_killed, NULL, "w"), 0);
    int status = 0;
    cr_assert_eq(mp_team_join(team, 0, &status), 0);
    cr_expect_eq(status, 128 + SIGKILL);
    cr_expect_eq(mp_team_wait(team), 1);
}

Test(team, leaves_no_child_and_takes_no_foreign_one, .timeout = 20)
{
    pid_t foreign = fork();
    cr_assert_geq(foreign, 0);
    if (!foreign)
        _exit(7);
    struct mp_team *team;
    cr_assert_eq(mp_team_start(&team, MP_PROCESS, 4, return_index, NULL, "w"),
                 0);
    cr_expect_eq(mp_team_wait(team), 3);
    int status = 0;
    cr_expect_eq(waitpid(-1, &status, 0), foreign);
    cr_expect_eq(WEXITSTATUS(status), 7);
    cr_expect_eq(waitpid(-1, &status, 0), -1);
    cr_expect_eq(errno, ECHILD);
}

static int count_in(void *context, unsigned index)
{
    (void)index;
    mp_atomic_add(context, 1);
    return 0;
}

/* Threads die for lack of address space: pthread_create() fails half-way, and
 * those already made must not run. */
Test(team, runs_nobody_when_a_thread_cannot_be_made, .timeout = 20)
{
    struct mp_atomic ran;
    mp_atomic_init(&ran, 0);
    pthread_attr_t attributes;
    size_t stack;
    cr_assert_eq(pthread_getattr_default_np(&attributes), 0);
    cr_assert_eq(pthread_attr_getstacksize(&attributes, &stack), 0);
    pthread_attr_destroy(&attributes);
    /* What is in use already, and a few stacks more. */
    long pages = 0;
    FILE *statm = fopen("/proc/self/statm", "re");
    cr_assert(statm);
    cr_assert_eq(fscanf(statm, "%ld", &pages), 1);
    fclose(statm);
    struct rlimit limit = {0};
    cr_assert_eq(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + 6 * stack;
    cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
    struct mp_team *team;
    cr_expect_eq(mp_team_start(&team, MP_THREAD, 64, count_in, &ran, "w"),
                 -EAGAIN);
    cr_expect_eq(team, NULL);
    cr_expect_eq(mp_atomic_get(&ran), 0);
}

Test(team, refuses_sizes_that_cannot_be)
{
    struct mp_team *team;
    cr_expect_eq(mp_team_start(&team, MP_PROCESS, 0, count_in, NULL, "w"),
                 -EINVAL);
    cr_expect_eq(
        mp_team_start(&team, MP_PROCESS, MP_TEAM_MAX + 1, count_in, NULL, "w"),
        -EINVAL);
    cr_expect_eq(mp_team_wait(NULL), 0);
}

Test(team, knows_its_backends_by_name)
{
    enum mp_backend backend;
    cr_expect_eq(mp_backend_find("thread", &backend), 0);
    cr_expect_eq(backend, MP_THREAD);
    cr_expect_eq(mp_backend_find("process", &backend), 0);
    cr_expect_eq(backend, MP_PROCESS);
    cr_expect_eq(mp_backend_find("fibre", &backend), -EINVAL);
    cr_expect_str_eq(mp_backend_name(MP_THREAD), "thread");
}
