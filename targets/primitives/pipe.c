/* Pipes, FIFOs, eventfds. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { NUMBERS = 5, SUM = NUMBERS * (NUMBERS + 1) / 2 };

/* -- Pipes ------------------------------------------------------------------
 */

static void pipe_new(int ends[2])
{
    need(!pipe2(ends, O_CLOEXEC), "pipe2");
}

static void end_close(int end)
{
    need(!close(end), "close");
}

static void write_numbers(void *context)
{
    const int *ends = context;
    end_close(ends[0]);
    for (int i = 1; i <= NUMBERS; i++)
        write_all(ends[1], &i, sizeof(i));
}

/* The sum of all numbers until nobody can write any more. */
static long read_numbers(int fd)
{
    long sum = 0;
    int number;
    ssize_t got;
    while ((got = read(fd, &number, sizeof(number))) > 0) {
        need(got == sizeof(number), "whole number");
        sum += number;
    }
    need(!got, "read");
    return sum;
}

static int run_pipe(const void *settings)
{
    (void)settings;
    int ends[2];
    pipe_new(ends);
    pid_t writers[] = {child_start(write_numbers, ends),
                       child_start(write_numbers, ends)};
    end_close(ends[1]);
    long sum = read_numbers(ends[0]);
    child_end(writers[0]);
    child_end(writers[1]);
    end_close(ends[0]);
    return report(sum, 2 * SUM);
}

enum { LARGE = 300000 }; /* a pipe takes 65,536 bytes */

static void write_large(void *context)
{
    const int *ends = context;
    static unsigned char bytes[LARGE];
    for (int i = 0; i < LARGE; i++)
        bytes[i] = (unsigned char)(i % 251);
    end_close(ends[0]);
    write_all(ends[1], bytes, sizeof(bytes));
}

static int run_large(const void *settings)
{
    (void)settings;
    int ends[2];
    pipe_new(ends);
    pid_t writer = child_start(write_large, ends);
    end_close(ends[1]);
    long size = 0;
    unsigned char bytes[4096];
    ssize_t got;
    while ((got = read(ends[0], bytes, sizeof(bytes))) > 0) {
        for (ssize_t i = 0; i < got; i++)
            need(bytes[i] == (size + i) % 251, "bytes in order");
        size += got;
    }
    need(!got, "read");
    child_end(writer);
    end_close(ends[0]);
    return report(size, LARGE);
}

static void read_one(void *context)
{
    const int *ends = context;
    int number;
    end_close(ends[1]);
    read_all(ends[0], &number, sizeof(number));
}

/* Write until the only reader has ended: that is told, and nobody dies. */
static int run_broken(const void *settings)
{
    (void)settings;
    int ends[2];
    need(signal(SIGPIPE, SIG_IGN) != SIG_ERR, "signal");
    pipe_new(ends);
    pid_t reader = child_start(read_one, ends);
    end_close(ends[0]);
    int number = 0;
    while (write(ends[1], &number, sizeof(number)) == sizeof(number))
        number++;
    int err = errno;
    child_end(reader);
    end_close(ends[1]);
    return report(err, EPIPE);
}

/* -- FIFO -------------------------------------------------------------------
 */

/* Each side's open() waits for the other's. */
static void write_fifo(void *path)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    need(fd >= 0, "open for writing");
    for (int i = 1; i <= NUMBERS; i++)
        write_all(fd, &i, sizeof(i));
    end_close(fd);
}

static int run_fifo(const void *settings)
{
    (void)settings;
    struct scratch scratch;
    scratch_init(&scratch);
    need(!mkfifo(scratch.path, 0600), "mkfifo");
    pid_t writer = child_start(write_fifo, scratch.path);
    int fd = open(scratch.path, O_RDONLY | O_CLOEXEC);
    need(fd >= 0, "open for reading");
    long sum = read_numbers(fd);
    child_end(writer);
    end_close(fd);
    scratch_fini(&scratch);
    return report(sum, SUM);
}

/* -- eventfd ----------------------------------------------------------------
 */

static void add_events(void *fd)
{
    for (uint64_t i = 1; i <= NUMBERS; i++)
        write_all(*(int *)fd, &i, sizeof(i));
}

/* A read takes all that there is, and waits until there is something. */
static int run_eventfd(const void *settings)
{
    (void)settings;
    int fd = eventfd(0, EFD_CLOEXEC);
    need(fd >= 0, "eventfd");
    pid_t adder = child_start(add_events, &fd);
    uint64_t sum = 0;
    while (sum < SUM) {
        uint64_t some;
        read_all(fd, &some, sizeof(some));
        sum += some;
    }
    child_end(adder);
    end_close(fd);
    return report((long)sum, SUM);
}

static void take_events(void *fd)
{
    for (int i = 0; i < NUMBERS; i++) {
        uint64_t one;
        read_all(*(int *)fd, &one, sizeof(one));
        need(one == 1, "one at a time");
    }
}

/* As a semaphore: two take one at a time what a third gives at once. */
static int run_eventfd_semaphore(const void *settings)
{
    (void)settings;
    int fd = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE);
    need(fd >= 0, "eventfd");
    pid_t takers[] = {child_start(take_events, &fd),
                      child_start(take_events, &fd)};
    uint64_t all = 2 * NUMBERS;
    write_all(fd, &all, sizeof(all));
    child_end(takers[0]);
    child_end(takers[1]);
    need(!fcntl(fd, F_SETFL, O_NONBLOCK), "F_SETFL");
    int failed = read(fd, &all, sizeof(all)) < 0 ? errno : 0;
    end_close(fd);
    return report(failed, EAGAIN);
}

const struct program_variant pipe_variants[] = {
    {"pipe", "right: two writers, one reader, until both have ended.",
     run_pipe},
    {"pipe-large", "right: one write of more than a pipe can hold.", run_large},
    {"pipe-broken", "right: a write after the reader has ended fails.",
     run_broken},
    {"fifo", "right: open() waits for the other side.", run_fifo},
    {"eventfd", "right: a counter that is read when it is not 0.", run_eventfd},
    {"eventfd-semaphore", "right: one at a time.", run_eventfd_semaphore},
    {NULL, NULL, NULL},
};
