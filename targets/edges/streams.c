/* Pipes, sockets, queues, events: what comes out was put in before. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "edges.h"

static bool get(int fd)
{
    char byte;
    return read(fd, &byte, 1) == 1;
}

static bool put(int fd)
{
    return write(fd, "x", 1) == 1;
}

FUNCTION(give, put(scene->fds[1]))
FUNCTION(take, get(scene->fds[0]))

/* -- Pipes ------------------------------------------------------------------*/

FUNCTION(pipe_prepare, !pipe(scene->fds))
FUNCTION(pipe_close, !close(scene->fds[1]))

/* Until nobody is left who could write. */
static void pipe_end(struct scene *scene)
{
    char byte;
    if (!scene->threads)
        MUST(!close(scene->fds[1]));
    MUST(read(scene->fds[0], &byte, 1) == 0);
}

static void pipe_end_thread(struct scene *scene)
{
    char byte;
    MUST(read(scene->fds[0], &byte, 1) == 0);
}

/* The giver goes on until the taker has seen it, so that it is not its end that
 * closes what it has. */
static void go_on(struct scene *scene)
{
    edges_late(scene);
    MUST(!sem_wait(&scene->world->sem[0]));
}

static void pipe_close_range(struct scene *scene)
{
    MUST(!close_range((unsigned)scene->fds[1], (unsigned)scene->fds[1], 0));
    go_on(scene);
}

/* Another file takes its place. */
static void pipe_close_dup(struct scene *scene)
{
    MUST(dup2(scene->fds[0], scene->fds[1]) >= 0);
    go_on(scene);
}

static void pipe_end_seen(struct scene *scene)
{
    pipe_end(scene);
    edges_read(scene);
    MUST(!sem_post(&scene->world->sem[0]));
}

/* Nobody reads any more. */
FUNCTION(pipe_deaf, !close(scene->fds[0]))

static void pipe_broken(struct scene *scene)
{
    signal(SIGPIPE, SIG_IGN);
    MUST(!close(scene->fds[0]));
    while (put(scene->fds[1]))
        sched_yield();
    MUST(errno == EPIPE);
}

static void pipe_fill(struct scene *scene)
{
    static const char full[65536];
    MUST(!pipe(scene->fds));
    MUST(fcntl(scene->fds[1], F_SETPIPE_SZ, 4096) >= 0);
    MUST(write(scene->fds[1], full, 4096) == 4096);
}

/* Who waits for room is let through by who reads. */
static void pipe_drain(struct scene *scene)
{
    static char all[4096];
    MUST(read(scene->fds[0], all, sizeof(all)) > 0);
}

FUNCTION(pipe_push, put(scene->fds[1]))

/* Looked at, but not taken. */
static void pipe_poll(struct scene *scene)
{
    struct pollfd poll_of = {.fd = scene->fds[0], .events = POLLIN};
    MUST(poll(&poll_of, 1, -1) == 1);
}

static void pipe_select(struct scene *scene)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(scene->fds[0], &set);
    MUST(select(scene->fds[0] + 1, &set, NULL, NULL, NULL) == 1);
}

static void pipe_epoll(struct scene *scene)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    MUST(epoll >= 0);
    MUST(!epoll_ctl(epoll, EPOLL_CTL_ADD, scene->fds[0], &event));
    MUST(epoll_wait(epoll, &event, 1, -1) == 1);
}

/* From one pipe into another without a look. */
static void splice_prepare(struct scene *scene)
{
    MUST(!pipe(scene->fds));
    MUST(!pipe(scene->fds + 2));
}

static void splice_take(struct scene *scene)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        MUST(splice(scene->fds[0], NULL, scene->fds[3], NULL, 1, 0) == 1);
        _exit(0);
    }
    MUST(get(scene->fds[2]));
}

/* And from a file that somebody writes. */
static void sendfile_prepare(struct scene *scene)
{
    MUST(!pipe(scene->fds + 2));
    MUST((scene->fds[0] = open("sent", O_CREAT | O_RDWR, 0600)) >= 0);
}

FUNCTION(sendfile_give, pwrite(scene->fds[0], "x", 1, 0) == 1)

static void sendfile_take(struct scene *scene)
{
    pid_t pid = fork();
    MUST(pid >= 0);
    if (!pid) {
        off_t offset = 0;
        while (sendfile(scene->fds[3], scene->fds[0], &offset, 1) != 1)
            sched_yield();
        _exit(0);
    }
    MUST(get(scene->fds[2]));
}

/* A pipe, and a file that fills it. */
enum { FULL = 4096 };
static int make_full(struct scene *scene)
{
    static const char full[FULL];
    int fd = open("full", O_CREAT | O_RDWR, 0600);
    MUST(fd >= 0);
    MUST(pwrite(fd, full, FULL, 0) == FULL);
    MUST(!pipe(scene->fds));
    MUST(fcntl(scene->fds[1], F_SETPIPE_SZ, FULL) >= 0);
    return fd;
}

/* Full of what came from elsewhere. Who writes next finds room without a wait:
 * only that the pipe has taken so much tells that somebody has read. */
static void pipe_fill_sent(struct scene *scene)
{
    off_t offset = 0;
    int fd = make_full(scene);
    MUST(sendfile(scene->fds[1], fd, &offset, FULL) == FULL);
}

static void pipe_fill_spliced(struct scene *scene)
{
    off_t offset = 0;
    int fd = make_full(scene);
    MUST(splice(fd, &offset, scene->fds[1], NULL, FULL, 0) == FULL);
}

static void pipe_fill_teed(struct scene *scene)
{
    static const char full[FULL];
    make_full(scene);
    MUST(!pipe(scene->fds + 2));
    MUST(write(scene->fds[3], full, FULL) == FULL);
    MUST(tee(scene->fds[2], scene->fds[1], FULL, 0) == FULL);
}

static void pipe_drain_told(struct scene *scene)
{
    pipe_drain(scene);
    __atomic_store_n(&scene->world->word, 1, __ATOMIC_RELAXED);
}

static void pipe_push_told(struct scene *scene)
{
    while (!__atomic_load_n(&scene->world->word, __ATOMIC_RELAXED))
        sched_yield();
    pipe_push(scene);
}

/* Each of two fits in, but not both. */
enum { LESS = 1500, MORE = 3000 };

static void pipe_fill_less(struct scene *scene)
{
    static const char less[LESS];
    make_full(scene);
    MUST(write(scene->fds[1], less, LESS) == LESS);
}

static void pipe_push_more(struct scene *scene)
{
    static const char more[MORE];
    while (!__atomic_load_n(&scene->world->word, __ATOMIC_RELAXED))
        sched_yield();
    MUST(write(scene->fds[1], more, MORE) == MORE);
}

static void fifo_prepare(struct scene *scene)
{
    (void)scene;
    MUST(!mkfifo("fifo", 0600));
}

static void fifo_give(struct scene *scene)
{
    (void)scene;
    int fd = open("fifo", O_WRONLY);
    MUST(fd >= 0);
    MUST(put(fd));
}

static void fifo_take(struct scene *scene)
{
    (void)scene;
    int fd = open("fifo", O_RDONLY);
    MUST(fd >= 0);
    MUST(get(fd));
}

/* Nobody reads any more, as who opens it without waiting is told. */
static void fifo_hold(struct scene *scene)
{
    MUST(!mkfifo("fifo", 0600));
    MUST((scene->fds[0] = open("fifo", O_RDONLY | O_NONBLOCK)) >= 0);
}

static void fifo_gone(struct scene *scene)
{
    if (!scene->threads)
        MUST(!close(scene->fds[0]));
    for (int fd; (fd = open("fifo", O_WRONLY | O_NONBLOCK)) >= 0; sched_yield())
        MUST(!close(fd));
    MUST(errno == ENXIO);
}

/* Each waits for the other to open its end. */
FUNCTION(fifo_open_write, (scene->fds[0] = open("fifo", O_WRONLY)) >= 0)
FUNCTION(fifo_open_read, (scene->fds[0] = open("fifo", O_RDONLY)) >= 0)

/* Without waiting: until somebody reads. */
FUNCTION(fifo_listen,
         (scene->fds[0] = open("fifo", O_RDONLY | O_NONBLOCK)) >= 0)

static void fifo_find(struct scene *scene)
{
    while ((scene->fds[0] = open("fifo", O_WRONLY | O_NONBLOCK)) < 0)
        sched_yield();
}

/* The reader has it open for as long as it is looked for. */
static void fifo_listen_on(struct scene *scene)
{
    fifo_listen(scene);
    edges_late(scene);
    MUST(!sem_wait(&scene->world->sem[0]));
}

static void fifo_find_seen(struct scene *scene)
{
    fifo_find(scene);
    edges_read(scene);
    MUST(!sem_post(&scene->world->sem[0]));
}

/* -- Sockets ----------------------------------------------------------------*/

FUNCTION(pair_prepare, !socketpair(AF_UNIX, SOCK_STREAM, 0, scene->fds))
FUNCTION(pair_give, send(scene->fds[1], "x", 1, 0) == 1)
FUNCTION(pair_shutdown, !shutdown(scene->fds[1], SHUT_WR))

static void pair_take(struct scene *scene)
{
    char byte;
    MUST(recv(scene->fds[0], &byte, 1, 0) == 1);
}

static void pair_end(struct scene *scene)
{
    char byte;
    MUST(recv(scene->fds[0], &byte, 1, 0) == 0);
}

/* The giver leaves what was sent to it unread. */
static void pair_prepare_sent(struct scene *scene)
{
    pair_prepare(scene);
    MUST(put(scene->fds[0]));
}

FUNCTION(pair_close, !close(scene->fds[1]))

static void pair_leave(struct scene *scene)
{
    if (!scene->threads)
        MUST(!close(scene->fds[1]));
}

static void pair_reset(struct scene *scene)
{
    char byte;
    pair_leave(scene);
    MUST(recv(scene->fds[0], &byte, 1, 0) < 0);
    MUST(errno == ECONNRESET);
}

static void pair_broken(struct scene *scene)
{
    pair_leave(scene);
    while (send(scene->fds[0], "x", 1, MSG_NOSIGNAL) == 1)
        sched_yield();
    MUST(errno == EPIPE || errno == ECONNRESET);
}

/* Fill up what FD writes to. */
static void fill(int fd)
{
    static const char full[4096];
    while (send(fd, full, sizeof(full), MSG_DONTWAIT) > 0)
        ;
    MUST(errno == EAGAIN);
}

static void drain(int fd)
{
    static char all[4096];
    while (recv(fd, all, sizeof(all), MSG_DONTWAIT) > 0)
        ;
}

static void pair_fill(struct scene *scene)
{
    pair_prepare(scene);
    fill(scene->fds[0]);
}

FUNCTION(pair_push, send(scene->fds[0], "x", 1, 0) == 1)

static void pair_drain(struct scene *scene)
{
    drain(scene->fds[1]);
}

static struct sockaddr_un address_of(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", name);
    return address;
}

static int bound(const char *name, int type)
{
    struct sockaddr_un address = address_of(name);
    int fd = socket(AF_UNIX, type, 0);
    MUST(fd >= 0);
    MUST(!bind(fd, (struct sockaddr *)&address, sizeof(address)));
    return fd;
}

static void stream_prepare(struct scene *scene)
{
    scene->fds[0] = bound("listener", SOCK_STREAM);
    MUST(!listen(scene->fds[0], 1));
}

static void stream_give(struct scene *scene)
{
    struct sockaddr_un address = address_of("listener");
    MUST((scene->fds[1] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    MUST(!connect(scene->fds[1], (struct sockaddr *)&address, sizeof(address)));
}

FUNCTION(stream_accept,
         (scene->fds[2] = accept(scene->fds[0], NULL, NULL)) >= 0)

/* As above, of two whose partners are not known: 1 is the connecting end, 2 the
 * other one; the giver has that. */
static void connected_prepare(struct scene *scene)
{
    stream_prepare(scene);
    stream_give(scene);
    stream_accept(scene);
}

static void connected_prepare_sent(struct scene *scene)
{
    connected_prepare(scene);
    MUST(put(scene->fds[1]));
}

static void connected_fill(struct scene *scene)
{
    connected_prepare(scene);
    fill(scene->fds[1]);
}

FUNCTION(connected_close, !close(scene->fds[2]))

static void connected_reset(struct scene *scene)
{
    char byte;
    if (!scene->threads)
        MUST(!close(scene->fds[2]));
    MUST(recv(scene->fds[1], &byte, 1, 0) < 0);
    MUST(errno == ECONNRESET);
}

static void connected_broken(struct scene *scene)
{
    if (!scene->threads)
        MUST(!close(scene->fds[2]));
    while (send(scene->fds[1], "x", 1, MSG_NOSIGNAL) == 1)
        sched_yield();
    MUST(errno == EPIPE || errno == ECONNRESET);
}

static void push_impatiently(int fd)
{
    while (send(fd, "x", 1, MSG_DONTWAIT) != 1)
        sched_yield();
}

static void pair_push_busy(struct scene *scene)
{
    push_impatiently(scene->fds[0]);
}

static void connected_push_busy(struct scene *scene)
{
    push_impatiently(scene->fds[1]);
}

FUNCTION(connected_push, send(scene->fds[1], "x", 1, 0) == 1)

static void connected_drain(struct scene *scene)
{
    drain(scene->fds[2]);
}

/* More than fits in is let through only by who reads. The two keep pace, told
 * by a word that orders nothing: nobody waits, nor sees it full. */
enum { ROUNDS = 32, ROUND = 4096 };

static void narrow(int fd)
{
    const int room = ROUNDS * ROUND / 8;
    MUST(!setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)));
}

static void drain_often(struct scene *scene, int fd)
{
    static char part[ROUND];
    for (unsigned i = 1; i <= ROUNDS; i++) {
        MUST(recv(fd, part, sizeof(part), MSG_WAITALL) == sizeof(part));
        __atomic_store_n(&scene->world->word, i, __ATOMIC_RELAXED);
    }
}

static char pushed[ROUND];

static bool push_plainly(int fd)
{
    return send(fd, pushed, ROUND, 0) == ROUND;
}

static bool push_message(int fd)
{
    struct iovec part = {pushed, ROUND};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    return sendmsg(fd, &message, 0) == ROUND;
}

static bool push_messages(int fd)
{
    struct iovec part = {pushed, ROUND};
    struct mmsghdr message = {.msg_hdr = {.msg_iov = &part, .msg_iovlen = 1}};
    return sendmmsg(fd, &message, 1, 0) == 1 && message.msg_len == ROUND;
}

static void push_often(struct scene *scene, int fd, bool (*push)(int fd))
{
    for (unsigned i = 0; i < ROUNDS; i++) {
        while (__atomic_load_n(&scene->world->word, __ATOMIC_RELAXED) < i)
            sched_yield();
        MUST(push(fd));
    }
}

static void pair_narrow(struct scene *scene)
{
    pair_prepare(scene);
    narrow(scene->fds[0]);
}

static void pair_drain_often(struct scene *scene)
{
    drain_often(scene, scene->fds[1]);
}

static void pair_push_often(struct scene *scene)
{
    push_often(scene, scene->fds[0], push_plainly);
}

static void pair_push_message(struct scene *scene)
{
    push_often(scene, scene->fds[0], push_message);
}

static void pair_push_messages(struct scene *scene)
{
    push_often(scene, scene->fds[0], push_messages);
}

static void connected_narrow(struct scene *scene)
{
    connected_prepare(scene);
    narrow(scene->fds[1]);
}

static void connected_drain_often(struct scene *scene)
{
    drain_often(scene, scene->fds[2]);
}

static void connected_push_often(struct scene *scene)
{
    push_often(scene, scene->fds[1], push_plainly);
}

/* The taker waits for somebody to listen, or for the name to be there. */
FUNCTION(stream_listen, !listen(scene->fds[0], 1))

static void listen_prepare(struct scene *scene)
{
    scene->fds[0] = bound("listener", SOCK_STREAM);
}

static void stream_find(struct scene *scene)
{
    struct sockaddr_un address = address_of("listener");
    MUST((scene->fds[1] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    while (connect(scene->fds[1], (struct sockaddr *)&address, sizeof(address)))
        sched_yield();
}

/* Nobody listens any more. */
static void stream_refused(struct scene *scene)
{
    struct sockaddr_un address = address_of("listener");
    if (!scene->threads)
        MUST(!close(scene->fds[0]));
    do
        MUST((scene->fds[1] = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0);
    while (
        !connect(scene->fds[1], (struct sockaddr *)&address, sizeof(address)) &&
        !close(scene->fds[1]) && !sched_yield());
    MUST(errno == ECONNREFUSED);
}

/* The name is taken. */
static bool binds(int fd)
{
    struct sockaddr_un address = address_of("mailbox");
    return !bind(fd, (struct sockaddr *)&address, sizeof(address));
}

static void bind_anew(struct scene *scene)
{
    MUST((scene->fds[0] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
    while (!binds(scene->fds[0]))
        sched_yield();
}

static void bind_in_vain(struct scene *scene)
{
    MUST((scene->fds[0] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
    while (binds(scene->fds[0])) {
        MUST(!close(scene->fds[0]) && !unlink("mailbox"));
        MUST((scene->fds[0] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
        sched_yield();
    }
    MUST(errno == EADDRINUSE);
}

/* Bound for as long as it is looked for. */
static void datagram_bind(struct scene *scene)
{
    MUST(bound("mailbox", SOCK_DGRAM) >= 0);
    edges_late(scene);
    MUST(!sem_wait(&scene->world->sem[0]));
}

static void datagram_find(struct scene *scene)
{
    struct sockaddr_un address = address_of("mailbox");
    MUST((scene->fds[1] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
    while (connect(scene->fds[1], (struct sockaddr *)&address, sizeof(address)))
        sched_yield();
    edges_read(scene);
    MUST(!sem_post(&scene->world->sem[0]));
}

static void stream_send(struct scene *scene)
{
    stream_give(scene);
    edges_early(scene);
    MUST(put(scene->fds[1]));
}

static void stream_take(struct scene *scene)
{
    stream_accept(scene);
    MUST(get(scene->fds[2]));
}

static void datagram_prepare(struct scene *scene)
{
    scene->fds[0] = bound("mailbox", SOCK_DGRAM);
    MUST((scene->fds[1] = socket(AF_UNIX, SOCK_DGRAM, 0)) >= 0);
}

static void datagram_give(struct scene *scene)
{
    struct sockaddr_un address = address_of("mailbox");
    MUST(sendto(scene->fds[1], "x", 1, 0, (struct sockaddr *)&address,
                sizeof(address)) == 1);
}

/* A socket of datagrams holds a few, however small. */
static unsigned most_datagrams(void)
{
    unsigned most = 0;
    FILE *file = fopen("/proc/sys/net/unix/max_dgram_qlen", "r");
    MUST(file != NULL);
    MUST(fscanf(file, "%u", &most) == 1);
    MUST(!fclose(file));
    return most + 1;
}

static void datagram_drain_often(struct scene *scene)
{
    unsigned most = most_datagrams();
    for (unsigned i = 1; i <= most + 1; i++) {
        take(scene);
        __atomic_store_n(&scene->world->word, i, __ATOMIC_RELAXED);
    }
}

static void datagram_push_often(struct scene *scene)
{
    unsigned most = most_datagrams();
    for (unsigned i = 0; i < most + 1; i++) {
        while (__atomic_load_n(&scene->world->word, __ATOMIC_RELAXED) < i)
            sched_yield();
        datagram_give(scene);
    }
}

/* -- Others -----------------------------------------------------------------*/

FUNCTION(event_prepare, (scene->fds[0] = eventfd(0, 0)) >= 0)

static void event_give(struct scene *scene)
{
    MUST(!eventfd_write(scene->fds[0], 1));
}

static void event_take(struct scene *scene)
{
    eventfd_t value;
    MUST(!eventfd_read(scene->fds[0], &value));
}

/* The event comes in a message, as another number of another table. */
static void event_pass(struct scene *scene)
{
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct iovec part = {(char[]){'x'}, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &scene->fds[2], sizeof(int));
    MUST(sendmsg(scene->fds[1], &message, 0) == 1);
}

static void passed_give(struct scene *scene)
{
    MUST((scene->fds[2] = eventfd(0, 0)) >= 0);
    event_pass(scene);
    edges_early(scene);
    MUST(!eventfd_write(scene->fds[2], 1));
}

static void pass_take(struct scene *scene)
{
    union {
        char room[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    char byte;
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control.room)};
    MUST(recvmsg(scene->fds[0], &message, 0) == 1);
    MUST(CMSG_FIRSTHDR(&message) != NULL);
    memcpy(&scene->fds[2], CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(int));
}

static void passed_take(struct scene *scene)
{
    eventfd_t value;
    pass_take(scene);
    MUST(!eventfd_read(scene->fds[2], &value));
}

static void passed_epoll(struct scene *scene)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    MUST(epoll >= 0);
    pass_take(scene);
    MUST(!epoll_ctl(epoll, EPOLL_CTL_ADD, scene->fds[2], &event));
    MUST(epoll_wait(epoll, &event, 1, -1) == 1);
}

static void mq_prepare(struct scene *scene)
{
    struct mq_attr attributes = {.mq_maxmsg = 1, .mq_msgsize = 1};
    scene->fds[0] = mq_open("/edges", O_CREAT | O_RDWR, 0600, &attributes);
    MUST(scene->fds[0] >= 0);
    MUST(!mq_unlink("/edges"));
}

static void mq_fill(struct scene *scene)
{
    mq_prepare(scene);
    MUST(!mq_send(scene->fds[0], "x", 1, 0));
}

FUNCTION(mq_give, !mq_send(scene->fds[0], "x", 1, 0))

static void mq_take(struct scene *scene)
{
    char byte;
    MUST(mq_receive(scene->fds[0], &byte, 1, NULL) == 1);
}

const struct edge edges_streams[] = {
    {"pipe", pipe_prepare, give, take, EDGE_BOTH},
    {"pipe-poll", pipe_prepare, give, pipe_poll, EDGE_BOTH},
    {"pipe-select", pipe_prepare, give, pipe_select, EDGE_BOTH},
    {"pipe-epoll", pipe_prepare, give, pipe_epoll, EDGE_BOTH},
    {"pipe-close", pipe_prepare, pipe_close, pipe_end, EDGE_PROCESSES},
    {"pipe-close-thread", pipe_prepare, pipe_close, pipe_end_thread,
     EDGE_THREADS},
    {"pipe-close-range", pipe_prepare, pipe_close_range, pipe_end_seen,
     EDGE_PROCESSES},
    {"pipe-dup", pipe_prepare, pipe_close_dup, pipe_end_seen, EDGE_PROCESSES},
    {"pipe-broken", pipe_prepare, pipe_deaf, pipe_broken, EDGE_PROCESSES},
    {"pipe-full", pipe_fill, pipe_drain, pipe_push, EDGE_BOTH},
    {"splice", splice_prepare, give, splice_take, EDGE_PROCESSES},
    {"sendfile", sendfile_prepare, sendfile_give, sendfile_take,
     EDGE_PROCESSES},
    {"pipe-full-sent", pipe_fill_sent, pipe_drain_told, pipe_push_told,
     EDGE_BOTH},
    {"pipe-full-spliced", pipe_fill_spliced, pipe_drain_told, pipe_push_told,
     EDGE_BOTH},
    {"pipe-room-once", pipe_fill_less, pipe_drain_told, pipe_push_more,
     EDGE_BOTH},
    {"pipe-full-teed", pipe_fill_teed, pipe_drain_told, pipe_push_told,
     EDGE_BOTH},
    {"fifo", fifo_prepare, fifo_give, fifo_take, EDGE_BOTH},
    {"fifo-open-write", fifo_prepare, fifo_open_write, fifo_open_read,
     EDGE_BOTH},
    {"fifo-open-try", fifo_prepare, fifo_listen_on, fifo_find_seen, EDGE_BOTH},
    {"fifo-gone", fifo_hold, pipe_deaf, fifo_gone, EDGE_BOTH},
    {"fifo-open-read", fifo_prepare, fifo_open_read, fifo_open_write,
     EDGE_BOTH},
    {"socketpair", pair_prepare, pair_give, pair_take, EDGE_BOTH},
    {"socketpair-write", pair_prepare, give, take, EDGE_BOTH},
    {"socket-shutdown", pair_prepare, pair_shutdown, pair_end, EDGE_BOTH},
    {"socket-reset", pair_prepare_sent, pair_close, pair_reset, EDGE_BOTH},
    {"socket-broken", pair_prepare, pair_close, pair_broken, EDGE_BOTH},
    {"socket-full", pair_fill, pair_drain, pair_push, EDGE_BOTH},
    {"connect", stream_prepare, stream_give, stream_accept, EDGE_BOTH},
    {"listen", listen_prepare, stream_listen, stream_find, EDGE_BOTH},
    {"stop-listening", stream_prepare, pipe_deaf, stream_refused, EDGE_BOTH},
    {"bind-again", NULL, bind_anew, bind_in_vain, EDGE_BOTH},
    {"bind", NULL, datagram_bind, datagram_find, EDGE_BOTH},
    {"stream", stream_prepare, stream_send, stream_take, EDGE_BOTH},
    {"stream-reset", connected_prepare_sent, connected_close, connected_reset,
     EDGE_BOTH},
    {"stream-broken", connected_prepare, connected_close, connected_broken,
     EDGE_BOTH},
    {"stream-full", connected_fill, connected_drain, connected_push, EDGE_BOTH},
    {"socket-full-busy", pair_fill, pair_drain, pair_push_busy, EDGE_BOTH},
    {"stream-full-busy", connected_fill, connected_drain, connected_push_busy,
     EDGE_BOTH},
    {"socket-room-many", pair_narrow, pair_drain_often, pair_push_often,
     EDGE_BOTH},
    {"stream-room-many", connected_narrow, connected_drain_often,
     connected_push_often, EDGE_BOTH},
    {"socket-room-message", pair_narrow, pair_drain_often, pair_push_message,
     EDGE_BOTH},
    {"socket-room-messages", pair_narrow, pair_drain_often, pair_push_messages,
     EDGE_BOTH},
    {"datagram-room-many", datagram_prepare, datagram_drain_often,
     datagram_push_often, EDGE_BOTH},
    {"datagram", datagram_prepare, datagram_give, take, EDGE_BOTH},
    {"eventfd", event_prepare, event_give, event_take, EDGE_BOTH},
    {"eventfd-passed", pair_prepare, passed_give, passed_take, EDGE_PROCESSES},
    {"epoll-passed", pair_prepare, passed_give, passed_epoll, EDGE_PROCESSES},
    {"mq", mq_prepare, mq_give, mq_take, EDGE_BOTH},
    {"mq-full", mq_fill, mq_take, mq_give, EDGE_BOTH},
    {0},
};
