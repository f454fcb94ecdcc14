#include "common.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "mp/io.h"
#include "mp/memory.h"

void need(bool holds, const char *what)
{
    if (holds)
        return;
    program_fail(what, -errno);
    _exit(EXIT_FAILURE);
}

int report(long result, long expected)
{
    mps_observe("result", result);
    printf("%s: result %ld, expected %ld\n", program_invocation_short_name,
           result, expected);
    return result == expected ? EXIT_SUCCESS : EXIT_FAILURE;
}

void *shared_new(size_t size)
{
    void *memory = mp_memory_new(size);
    need(memory, "shared memory");
    return memory;
}

pid_t child_start(void (*run)(void *context), void *context)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    need(pid >= 0, "fork");
    if (pid)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_FAILURE);
    run(context);
    _exit(EXIT_SUCCESS);
}

void child_end(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        need(errno == EINTR, "waitpid");
    need(WIFEXITED(status) && !WEXITSTATUS(status), "child");
}

/* -- Counting ---------------------------------------------------------------
 */

enum { COUNTERS = 3, ROUNDS = 5 };

struct counting {
    void (*take)(void *lock);
    void (*give)(void *lock);
    void *lock;
    volatile long *number;
};

static void count(void *context)
{
    const struct counting *counting = context;
    for (int i = 0; i < ROUNDS; i++) {
        counting->take(counting->lock);
        mps_enter("counting");
        *counting->number += 1;
        mps_leave("counting");
        counting->give(counting->lock);
    }
}

int count_between(void (*take)(void *lock), void (*give)(void *lock),
                  void *lock)
{
    struct counting counting = {take, give, lock, shared_new(sizeof(long))};
    pid_t children[COUNTERS];
    for (int i = 0; i < COUNTERS; i++)
        children[i] = child_start(count, &counting);
    for (int i = 0; i < COUNTERS; i++)
        child_end(children[i]);
    return report(*counting.number, COUNTERS * ROUNDS);
}

/* -- Small things -----------------------------------------------------------
 */

void sem_take(sem_t *semaphore)
{
    while (sem_wait(semaphore))
        need(errno == EINTR, "sem_wait");
}

struct timespec after_ms(clockid_t clock, long ms)
{
    struct timespec time;
    need(!clock_gettime(clock, &time), "clock_gettime");
    time.tv_nsec += ms % 1000 * 1000000;
    time.tv_sec += ms / 1000 + time.tv_nsec / 1000000000;
    time.tv_nsec %= 1000000000;
    return time;
}

void write_all(int fd, const void *bytes, size_t size)
{
    errno = -mp_io_write(fd, bytes, size);
    need(!errno, "write");
}

void read_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;
    while (size) {
        ssize_t got = read(fd, at, size);
        need(got > 0, "read");
        at += got;
        size -= (size_t)got;
    }
}

void scratch_init(struct scratch *scratch)
{
    *scratch = (struct scratch){.directory = "/tmp/primitives-XXXXXX"};
    need(mkdtemp(scratch->directory), "mkdtemp");
    snprintf(scratch->path, sizeof(scratch->path), "%s/file",
             scratch->directory);
}

void scratch_fini(const struct scratch *scratch)
{
    need(!unlink(scratch->path), "unlink");
    need(!rmdir(scratch->directory), "rmdir");
}
