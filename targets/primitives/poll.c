/* One task waits for several descriptors. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { SOURCES = 2, NUMBERS = 5 };

/* Pipes, a writer each; an end that is closed is -1. */
struct sources {
    int read_ends[SOURCES];
    int write_ends[SOURCES];
};

struct source {
    const struct sources *sources;
    int index;
};

static void write_numbers(void *context)
{
    const struct source *source = context;
    for (int i = 0; i < SOURCES; i++) {
        need(!close(source->sources->read_ends[i]), "close");
        if (i > source->index)
            need(!close(source->sources->write_ends[i]), "close");
    }
    for (int i = 1; i <= NUMBERS; i++)
        write_all(source->sources->write_ends[source->index], &i, sizeof(i));
}

/* Read from every source that AWAIT finds ready until all have ended. AWAIT
 * sets READY of those, at least one, that can be read. */
static int drain(void (*await)(const struct sources *sources,
                               bool ready[SOURCES]))
{
    struct sources sources;
    pid_t writers[SOURCES];
    for (int i = 0; i < SOURCES; i++) {
        int ends[2];
        need(!pipe2(ends, O_CLOEXEC), "pipe2");
        sources.read_ends[i] = ends[0];
        sources.write_ends[i] = ends[1];
    }
    for (int i = 0; i < SOURCES; i++) {
        struct source source = {&sources, i};
        writers[i] = child_start(write_numbers, &source);
        need(!close(sources.write_ends[i]), "close");
    }
    long sum = 0;
    for (int left = SOURCES; left;) {
        bool ready[SOURCES] = {false};
        await(&sources, ready);
        for (int i = 0; i < SOURCES; i++) {
            int number;
            if (!ready[i])
                continue;
            ssize_t got = read(sources.read_ends[i], &number, sizeof(number));
            if (got) {
                need(got == sizeof(number), "whole number");
                sum += number;
                continue;
            }
            need(!close(sources.read_ends[i]), "close");
            sources.read_ends[i] = -1;
            left--;
        }
    }
    for (int i = 0; i < SOURCES; i++)
        child_end(writers[i]);
    return report(sum, SOURCES * NUMBERS * (NUMBERS + 1) / 2);
}

static void await_poll(const struct sources *sources, bool ready[SOURCES])
{
    struct pollfd fds[SOURCES];
    for (int i = 0; i < SOURCES; i++)
        fds[i] = (struct pollfd){sources->read_ends[i], POLLIN, 0};
    need(poll(fds, SOURCES, -1) > 0, "poll");
    for (int i = 0; i < SOURCES; i++)
        ready[i] = fds[i].revents != 0;
}

static void await_select(const struct sources *sources, bool ready[SOURCES])
{
    fd_set fds;
    int most = -1;
    FD_ZERO(&fds);
    for (int i = 0; i < SOURCES; i++) {
        int fd = sources->read_ends[i];
        if (fd < 0)
            continue;
        FD_SET(fd, &fds);
        most = fd > most ? fd : most;
    }
    need(select(most + 1, &fds, NULL, NULL, NULL) > 0, "select");
    for (int i = 0; i < SOURCES; i++)
        ready[i] =
            sources->read_ends[i] >= 0 && FD_ISSET(sources->read_ends[i], &fds);
}

static void await_epoll(const struct sources *sources, bool ready[SOURCES])
{
    struct epoll_event events[SOURCES];
    int fd = epoll_create1(EPOLL_CLOEXEC);
    need(fd >= 0, "epoll_create1");
    for (int i = 0; i < SOURCES; i++) {
        struct epoll_event event = {EPOLLIN, {.u32 = (unsigned)i}};
        if (sources->read_ends[i] >= 0)
            need(!epoll_ctl(fd, EPOLL_CTL_ADD, sources->read_ends[i], &event),
                 "epoll_ctl");
    }
    int count = epoll_wait(fd, events, SOURCES, -1);
    need(count > 0, "epoll_wait");
    for (int i = 0; i < count; i++)
        ready[events[i].data.u32] = true;
    need(!close(fd), "close");
}

/* Look every 5 ms, however long it takes. */
static void await_poll_timed(const struct sources *sources, bool ready[SOURCES])
{
    struct pollfd fds[SOURCES];
    int count;
    for (int i = 0; i < SOURCES; i++)
        fds[i] = (struct pollfd){sources->read_ends[i], POLLIN, 0};
    while (!(count = poll(fds, SOURCES, 5)))
        ;
    need(count > 0, "poll");
    for (int i = 0; i < SOURCES; i++)
        ready[i] = fds[i].revents != 0;
}

static int run_poll(const void *settings)
{
    (void)settings;
    return drain(await_poll);
}

static int run_poll_timed(const void *settings)
{
    (void)settings;
    return drain(await_poll_timed);
}

static int run_select(const void *settings)
{
    (void)settings;
    return drain(await_select);
}

static int run_epoll(const void *settings)
{
    (void)settings;
    return drain(await_epoll);
}

const struct program_variant poll_variants[] = {
    {"poll", "right: reads two pipes as they are ready.", run_poll},
    {"poll-timed", "right: the same, looking every 5 ms.", run_poll_timed},
    {"select", "right: the same with select().", run_select},
    {"epoll", "right: the same with epoll.", run_epoll},
    {NULL, NULL, NULL},
};
