/* Processes: fork, spawn, exec, wait. */
#include "wrap.h"

#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>

#include "calls.h"
#include "control/turn.h"
#include "exec.h"
#include "sys.h"
#include "tasks.h"

extern char **environ;

static pid_t fork_at(uint64_t site, struct entry entry)
{
    int task = tasks_reserve(site, false);
    if (task < 0) {
        leave(entry);
        errno = EAGAIN;
        return -1;
    }
    struct point point = point_begin(OP_KIND_FORK, 0, (uint64_t)task, site, 0);
    /* What pthread_atfork() registered runs in there and is the program's. */
    local.forking = runtime.segment->tasks[tasks_process()].pid;
    local.inside = false;
    if (runtime.guard)
        guard_close();
    pid_t pid = REAL(fork)();
    local.forking = 0;
    local.inside = true;
    if (pid && runtime.guard)
        guard_open();
    if (!pid) {
        tasks_become((uint32_t)task);
        point_start();
        return 0;
    }
    if (pid < 0)
        tasks_cancel(task);
    else
        tasks_set_pid(task, pid);
    point_end(point, errno_result(pid));
    leave(entry);
    return pid;
}

EXPORT pid_t fork(void)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(fork)();
    return fork_at(CALLER_SITE(), entry);
}
extern __typeof__(fork) __fork SECOND_NAME(fork);

/* A function cannot return twice on one stack, so the child of vfork() gets a
 * copy of the memory. POSIX allows no more than that: it may only exec or
 * _exit. */
EXPORT pid_t vfork(void)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(fork)();
    return fork_at(CALLER_SITE(), entry);
}

typedef int spawn_function(pid_t *, const char *,
                           const posix_spawn_file_actions_t *,
                           const posix_spawnattr_t *, char *const *,
                           char *const *);

static int spawn(spawn_function *function, struct entry entry, uint64_t site,
                 pid_t *pid, const char *path,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, char *const *arguments,
                 char *const *environment)
{
    char *room[EXEC_ENVIRONMENT + 4];
    char text[1024];
    int task = tasks_reserve(site, false);
    if (task < 0) {
        leave(entry);
        return EAGAIN;
    }
    struct point point = point_begin(OP_KIND_SPAWN, 0, (uint64_t)task, site, 0);
    pid_t child = 0;
    int result = function(&child, path, actions, attributes, arguments,
                          exec_environment(environment, room, text));
    if (result)
        tasks_cancel(task);
    else
        tasks_set_pid(task, child);
    if (pid && !result)
        *pid = child;
    point_end(point, result ? -result : child);
    leave(entry);
    return result;
}

EXPORT int posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attributes,
                       char *const *arguments, char *const *environment)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(posix_spawn)(pid, path, actions, attributes, arguments,
                                 environment);
    return spawn(&REAL(posix_spawn), entry, CALLER_SITE(), pid, path, actions,
                 attributes, arguments, environment);
}

EXPORT int posix_spawnp(pid_t *pid, const char *path,
                        const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes,
                        char *const *arguments, char *const *environment)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(posix_spawnp)(pid, path, actions, attributes, arguments,
                                  environment);
    return spawn(&REAL(posix_spawnp), entry, CALLER_SITE(), pid, path, actions,
                 attributes, arguments, environment);
}

static pid_t wait_at(struct entry entry, uint64_t site, pid_t pid, int *status,
                     int options, struct rusage *usage);

/* As system(3) has it, out of calls that the runtime knows: its own would wait
 * for the shell without a point. They are called from SITE, for whoever looks
 * at them. */
static int system_in_turns(const char *command, uint64_t site)
{
    char shell[] = "sh", option[] = "-c";
    char *text;
    memcpy(&text, &command, sizeof(text)); /* posix_spawn() does not write */
    char *arguments[] = {shell, option, text, NULL};
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    sigset_t child, before;
    posix_spawnattr_t attributes;
    pid_t pid;
    int status = -1;
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child, &before);
    sigset_t defaults;
    sigemptyset(&defaults);
    if (interrupt.sa_handler != SIG_IGN)
        sigaddset(&defaults, SIGINT);
    if (quit.sa_handler != SIG_IGN)
        sigaddset(&defaults, SIGQUIT);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &before);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    int err = spawn(&REAL(posix_spawn), ENTER(), site, &pid, "/bin/sh", NULL,
                    &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    if (!err)
        while (wait_at(ENTER(), site, pid, &status, 0, NULL) < 0 &&
               errno == EINTR)
            ;
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGQUIT, &quit, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (err)
        errno = err;
    return status;
}

/* The child these two make joins by its parent's pid when it starts. */
EXPORT int system(const char *command)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(system)(command);
    uint64_t site = CALLER_SITE();
    if (command && control_on()) {
        leave(entry);
        return system_in_turns(command, site);
    }
    struct point point = point_begin(OP_KIND_SPAWN, 0, 0, site, 0);
    int result = REAL(system)(command);
    point_end(point, errno_result(result));
    leave(entry);
    return result;
}

EXPORT FILE *popen(const char *command, const char *mode)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(popen)(command, mode);
    uint64_t site = CALLER_SITE();
    /* Under control the child must have its place before it comes. */
    int task = control_on() ? tasks_reserve(site, false) : -1;
    struct point point = point_begin(OP_KIND_SPAWN, 0, 0, site, 0);
    FILE *stream = REAL(popen)(command, mode);
    if (stream)
        tasks_made(task);
    else
        tasks_cancel(task);
    point_end(point, stream ? 0 : -errno);
    leave(entry);
    return stream;
}

/* -- exec
 * --------------------------------------------------------------------*/

static int exec_at(struct entry entry, uint64_t site, int directory,
                   const char *path, char *const *arguments,
                   char *const *environment, int flags)
{
    long result =
        exec_call(directory, path, arguments, environment, flags, site);
    leave(entry);
    errno = (int)-result;
    return -1;
}

EXPORT int execve(const char *path, char *const *arguments,
                  char *const *environment)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(execve)(path, arguments, environment);
    return exec_at(entry, CALLER_SITE(), AT_FDCWD, path, arguments, environment,
                   0);
}

EXPORT int execv(const char *path, char *const *arguments)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(execv)(path, arguments);
    return exec_at(entry, CALLER_SITE(), AT_FDCWD, path, arguments, environ, 0);
}

/* Searching PATH is libc's business; its execve is dispatched, and without
 * dispatch the environment made here is passed on. */
EXPORT int execvpe(const char *file, char *const *arguments,
                   char *const *environment)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(execvpe)(file, arguments, environment);
    char *room[EXEC_ENVIRONMENT + 4];
    char text[1024];
    struct point point = point_begin(OP_KIND_EXEC, 0, 0, CALLER_SITE(), 0);
    int result = REAL(execvpe)(file, arguments,
                               exec_environment(environment, room, text));
    point_end(point, errno_result(result));
    leave(entry);
    return result;
}

EXPORT int execvp(const char *file, char *const *arguments)
{
    return execvpe(file, arguments, environ);
}

/* -- exit
 * --------------------------------------------------------------------*/

/* exit() itself runs handlers that are the program's; its end comes through
 * dispatch, this one can be had more cheaply. */
EXPORT _Noreturn void _exit(int status)
{
    struct entry entry = ENTER();
    struct call call = {.number = SYS_exit_group, .args = {status}};
    if (entry.traced) {
        call.site = CALLER_SITE();
        call_begin(&call);
    }
    for (;;)
        SYS1(SYS_exit_group, status);
}
extern __typeof__(_exit) _Exit SECOND_NAME(_exit);

/* -- wait
 * --------------------------------------------------------------------*/

/* End CALL with call.result and give that as libc does. */
static long finish(struct call *call, struct entry entry)
{
    long result = call->result;
    call_end(call, result);
    leave(entry);
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

static pid_t wait_at(struct entry entry, uint64_t site, pid_t pid, int *status,
                     int options, struct rusage *usage)
{
    int fallback = 0;
    struct call call = {
        .number = SYS_wait4,
        .args = {pid, (long)(status ? status : &fallback), options,
                 (long)usage},
        .site = site,
    };
    call_begin(&call);
    if (!call_is_done(&call)) {
        pid_t result = REAL(wait4)(pid, (int *)call.args[1], options, usage);
        call.result = errno_result(result);
    }
    return (pid_t)finish(&call, entry);
}

EXPORT pid_t wait(int *status)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(wait)(status);
    return wait_at(entry, CALLER_SITE(), -1, status, 0, NULL);
}

EXPORT pid_t waitpid(pid_t pid, int *status, int options)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(waitpid)(pid, status, options);
    return wait_at(entry, CALLER_SITE(), pid, status, options, NULL);
}

EXPORT pid_t wait3(int *status, int options, struct rusage *usage)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(wait3)(status, options, usage);
    return wait_at(entry, CALLER_SITE(), -1, status, options, usage);
}

EXPORT pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(wait4)(pid, status, options, usage);
    return wait_at(entry, CALLER_SITE(), pid, status, options, usage);
}

EXPORT int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(waitid)(type, id, info, options);
    struct call call = {
        .number = SYS_waitid,
        .args = {(long)type, (long)id, (long)info, options},
        .site = CALLER_SITE(),
    };
    call_begin(&call);
    if (!call_is_done(&call))
        call.result = errno_result(REAL(waitid)(type, id, info, options));
    return (int)finish(&call, entry);
}
