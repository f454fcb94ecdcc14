#include "stop.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <time.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/str.h"

enum { STATUS_BYTES = 1 << 14 };

static const uint64_t limit_ns = 1000000000;

struct request {
    pid_t pid, tid;
    void (*look)(pid_t tid, void *context);
    void *context;
    int err;
};

int stop_check(pid_t pid, pid_t tid)
{
    char path[64];
    struct str text;
    str_init(&text);
    snprintf(path, sizeof(path), "/proc/%d/task/%d/status", (int)pid, (int)tid);
    int err = io_read_file(AT_FDCWD, path, &text, STATUS_BYTES);
    const char *state = strstr(text.data, "\nState:\t");
    const char *tracer = strstr(text.data, "\nTracerPid:\t");
    if (err || !state || !tracer)
        err = err == -EACCES || err == -EPERM ? err : -ESRCH;
    else if (strchr("ZX", state[8]))
        err = -ESRCH;
    else if (state[8] == 'D' || strtol(tracer + 12, NULL, 10) != 0)
        err = -EBUSY;
    str_fini(&text);
    return err;
}

/* Whether the tracee has stopped: only then are its registers given. */
static bool has_stopped(pid_t tid)
{
    char registers[1024];
    struct iovec io = {registers, sizeof(registers)};
    return !ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &io);
}

/* Asking for registers and not wait(2): a wait could take the exit status of
 * the caller's own child. */
static int await_stop(pid_t pid, pid_t tid)
{
    uint64_t deadline = clock_now_ns() + limit_ns;
    long pause_ns = 5000;
    while (!has_stopped(tid)) {
        if (errno != ESRCH)
            return -errno;
        if (clock_now_ns() > deadline)
            return -ETIMEDOUT;
        int err = pause_ns > 100000 ? stop_check(pid, tid) : 0;
        if (err == -ESRCH)
            return err;
        nanosleep(&(struct timespec){.tv_nsec = pause_ns}, NULL);
        if (pause_ns < 1000000)
            pause_ns *= 2;
    }
    return 0;
}

/* The thread may have stopped on its way to a signal, which it must still get;
 * otherwise 0. */
static int pending_signal(pid_t tid)
{
    siginfo_t info;
    if (ptrace(PTRACE_GETSIGINFO, tid, NULL, &info) ||
        info.si_code >> 8 == PTRACE_EVENT_STOP)
        return 0;
    return info.si_signo;
}

/* Runs on a thread of its own: when that ends, the kernel lets go of whatever
 * it still traces, also of a thread that never stopped and thus cannot be
 * detached. */
static void *trace(void *argument)
{
    struct request *request = argument;
    pid_t tid = request->tid;
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) ||
        ptrace(PTRACE_INTERRUPT, tid, NULL, NULL)) {
        request->err = -errno;
        return NULL;
    }
    request->err = await_stop(request->pid, tid);
    if (request->err)
        return NULL;
    request->look(tid, request->context);
    ptrace(PTRACE_DETACH, tid, NULL, (long)pending_signal(tid));
    return NULL;
}

int stop_and_call(pid_t pid, pid_t tid, void (*look)(pid_t tid, void *context),
                  void *context)
{
    struct request request = {
        .pid = pid, .tid = tid, .look = look, .context = context};
    int err = stop_check(pid, tid);
    if (err)
        return err;
    /* Signals are for the caller's threads. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_t thread;
    pthread_sigmask(SIG_SETMASK, &all, &before);
    err = pthread_create(&thread, NULL, trace, &request);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (err)
        return -err;
    pthread_join(thread, NULL);
    return request.err;
}
