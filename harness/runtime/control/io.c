/* Reading and writing where that may wait: pipes, FIFOs, sockets, events,
 * terminals. Readiness is asked for before each call. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>

#include "attempts.h"
#include "edges/edges.h"
#include "objects.h"
#include "sys.h"

enum { PIPE_ATOM = 4096 /* PIPE_BUF: pipe(7) */ };

static unsigned kind_of(const struct attempt *attempt)
{
    const struct segment_object *object =
        segment_object_get(runtime.segment, attempt->object);
    return object ? object->kind : OBJECT_NONE;
}

static bool never_waits(const struct attempt *attempt)
{
    unsigned kind = kind_of(attempt);
    return kind == OBJECT_FILE || kind == OBJECT_SHM || kind == OBJECT_MQ;
}

/* What poll(2) says of FD, without waiting. */
static int ready(long fd, short events)
{
    struct pollfd poll = {.fd = (int)fd, .events = events};
    struct timespec none = {0};
    return SYS6(SYS_ppoll, &poll, 1, &none, 0, 0, 0) > 0 ? poll.revents : 0;
}

static bool is_nonblocking(long fd)
{
    long flags = SYS2(SYS_fcntl, fd, F_GETFL);
    return flags < 0 || flags & O_NONBLOCK;
}

static long would_wait(struct attempt *attempt)
{
    attempt->wait.flags |= TURN_WAITS_IO;
    return WOULD_WAIT;
}

static long input(struct attempt *attempt)
{
    long fd = attempt->call->args[0];
    if (never_waits(attempt) || ready(fd, POLLIN) || is_nonblocking(fd))
        return attempt_plainly(attempt->call);
    return would_wait(attempt);
}

long attempt_read(struct attempt *attempt)
{
    struct call *call = attempt->call;
    const struct segment_object *object =
        segment_object_get(runtime.segment, attempt->object);
    if (object && object->kind == OBJECT_TERMINAL && call->number == SYS_read &&
        (!strcmp(object->name, "/dev/urandom") ||
         !strcmp(object->name, "/dev/random"))) {
        struct call random = {.number = SYS_getrandom,
                              .args = {call->args[1], call->args[2]}};
        struct attempt draw = {.call = &random};
        return attempt_getrandom(&draw);
    }
    return input(attempt);
}

long attempt_receive(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    long flags = call->args[call->number == SYS_recvmsg ? 2 : 3];
    if (flags & MSG_DONTWAIT)
        return attempt_plainly(call);
    return input(attempt);
}

/* Until there are as many messages as were asked for. Those with a timeout,
 * which the kernel looks at after a message only, are left to it. */
long attempt_receive_many(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    long fd = call->args[0], flags = call->args[3];
    struct mmsghdr *messages = (struct mmsghdr *)call->args[1];
    size_t wanted = (unsigned)call->args[2];
    if (flags & (MSG_DONTWAIT | MSG_WAITALL) || call->args[4] ||
        is_nonblocking(fd))
        return attempt_plainly(call);
    long n = SYS6(SYS_recvmmsg, fd, messages + attempt->done,
                  wanted - attempt->done, flags | MSG_DONTWAIT, 0, 0);
    if (n < 0 && n != -EAGAIN)
        return attempt->done ? (long)attempt->done : n;
    if (n > 0)
        attempt->done += (size_t)n;
    bool enough =
        attempt->done == wanted || (attempt->done && flags & MSG_WAITFORONE);
    return enough ? (long)attempt->done : would_wait(attempt);
}

long attempt_accept(struct attempt *attempt)
{
    return input(attempt);
}

/* -- Writing
 * --------------------------------------------------------------------*/

/* The next piece of what CALL writes, after the DONE bytes that are written. */
static struct iovec next_piece(const struct attempt *attempt)
{
    const struct call *call = attempt->call;
    size_t skip = attempt->done;
    if (call->number != SYS_writev && call->number != SYS_sendmsg)
        return (struct iovec){(char *)call->args[1] + skip,
                              (size_t)call->args[2] - skip};
    const struct iovec *parts = (const struct iovec *)call->args[1];
    size_t count = (size_t)call->args[2];
    if (call->number == SYS_sendmsg) {
        const struct msghdr *message = (const struct msghdr *)call->args[1];
        parts = message->msg_iov;
        count = message->msg_iovlen;
    }
    for (size_t i = 0; i < count; i++) {
        if (skip < parts[i].iov_len)
            return (struct iovec){(char *)parts[i].iov_base + skip,
                                  parts[i].iov_len - skip};
        skip -= parts[i].iov_len;
    }
    return (struct iovec){0};
}

static size_t size_of(const struct call *call)
{
    if (call->number != SYS_writev && call->number != SYS_sendmsg)
        return (size_t)call->args[2];
    const struct iovec *parts = (const struct iovec *)call->args[1];
    size_t count = (size_t)call->args[2], sum = 0;
    if (call->number == SYS_sendmsg) {
        const struct msghdr *message = (const struct msghdr *)call->args[1];
        parts = message->msg_iov;
        count = message->msg_iovlen;
    }
    for (size_t i = 0; i < count; i++)
        sum += parts[i].iov_len;
    return sum;
}

/* Nobody reads any more, and SIGPIPE is about to end this process. */
static void expect_sigpipe(int events)
{
    const struct segment_turn *turn = turn_own();
    const uint64_t bit = UINT64_C(1) << (SIGPIPE - 1);
    if ((events & POLLERR) &&
        !((turn->caught | turn->ignored | turn->blocked) & bit))
        turn_leave(true);
}

/* Piece by piece, as far as there is room: SEND one piece, -EAGAIN when there
 * is none. A write that pipe(7) calls atomic is one piece. */
static long push(struct attempt *attempt,
                 long (*send)(const struct attempt *, struct iovec))
{
    size_t size = size_of(attempt->call);
    do {
        struct iovec piece = next_piece(attempt);
        long n = send(attempt, piece);
        if (n == -EAGAIN)
            return would_wait(attempt);
        if (n < 0)
            return attempt->done ? (long)attempt->done : n;
        attempt->done += (size_t)n;
        if (!n && piece.iov_len)
            break;
    } while (attempt->done < size);
    return (long)attempt->done;
}

static long to_pipe(const struct attempt *attempt, struct iovec piece)
{
    long fd = attempt->call->args[0];
    int events = ready(fd, POLLOUT);
    if (!(events & (POLLOUT | POLLERR)))
        return -EAGAIN;
    expect_sigpipe(events);
    if (piece.iov_len > PIPE_ATOM)
        piece.iov_len = PIPE_ATOM;
    return SYS3(SYS_write, fd, piece.iov_base, piece.iov_len);
}

static long to_socket(const struct attempt *attempt, struct iovec piece)
{
    const struct call *call = attempt->call;
    long flags = call->number == SYS_sendto ? call->args[3] : 0;
    bool addressed = call->number == SYS_sendto;
    expect_sigpipe(flags & MSG_NOSIGNAL ? 0 : ready(call->args[0], 0));
    return SYS6(SYS_sendto, call->args[0], piece.iov_base, piece.iov_len,
                flags | MSG_DONTWAIT, addressed ? call->args[4] : 0,
                addressed ? call->args[5] : 0);
}

/* A pipe takes several writes of one writev() together when they fit. */
static long write_parts(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    int events = ready(call->args[0], POLLOUT);
    if (!(events & (POLLOUT | POLLERR)))
        return would_wait(attempt);
    expect_sigpipe(events);
    return attempt_plainly(call);
}

long attempt_write(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    unsigned kind = kind_of(attempt);
    long fd = call->args[0];
    if (never_waits(attempt) || kind == OBJECT_TERMINAL || is_nonblocking(fd)) {
        if (kind == OBJECT_PIPE || kind == OBJECT_SOCKET)
            expect_sigpipe(ready(fd, 0));
        return attempt_plainly(call);
    }
    if (kind == OBJECT_SOCKET)
        return push(attempt, to_socket);
    if (kind == OBJECT_PIPE) {
        if (call->number == SYS_writev && !attempt->done &&
            size_of(call) <= PIPE_ATOM)
            return write_parts(attempt);
        return push(attempt, to_pipe);
    }
    if (ready(fd, POLLOUT))
        return attempt_plainly(call);
    return would_wait(attempt);
}

long attempt_send(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    if (call->args[3] & MSG_DONTWAIT || is_nonblocking(call->args[0]))
        return attempt_plainly(call);
    return push(attempt, to_socket);
}

long attempt_sendmsg(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    if (call->args[2] & MSG_DONTWAIT || is_nonblocking(call->args[0]))
        return attempt_plainly(call);
    if (attempt->done)
        return push(attempt, to_socket);
    /* The first piece takes the control data along. */
    long n = SYS3(SYS_sendmsg, call->args[0], call->args[1],
                  call->args[2] | MSG_DONTWAIT);
    if (n == -EAGAIN)
        return would_wait(attempt);
    if (n < 0)
        return n;
    attempt->done = (size_t)n;
    return attempt->done < size_of(call) ? push(attempt, to_socket) : n;
}

/* -- Opening and connecting
 * ------------------------------------------------------*/

/* A listener whose queue is full makes connect() wait. */
long attempt_connect(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    const struct sockaddr *address = (const struct sockaddr *)call->args[1];
    long fd = call->args[0];
    long flags = SYS2(SYS_fcntl, fd, F_GETFL);
    if (!address || call->args[2] < 2 || address->sa_family != AF_UNIX ||
        flags < 0 || flags & O_NONBLOCK)
        return attempt_plainly(call);
    /* Nobody else runs while the flag, which others may share, is set. */
    SYS3(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
    long result = attempt_plainly(call);
    SYS3(SYS_fcntl, fd, F_SETFL, flags);
    return result == -EAGAIN ? would_wait(attempt) : result;
}

/* Whether the FIFO FD, open for reading, has a writer, or had one. */
static bool has_writer(const struct attempt *attempt, long fd)
{
    int waiting = 0;
    char byte;
    const struct segment_object *object =
        segment_object_get(runtime.segment, attempt->object);
    if (object && object->total)
        return true;
    if (!SYS3(SYS_ioctl, fd, FIONREAD, &waiting) && waiting)
        return true;
    return SYS3(SYS_read, fd, &byte, 1) == -EAGAIN;
}

/* Opening one end of a FIFO waits for the other. */
static long open_fifo(struct attempt *attempt, int which_flags)
{
    struct call *call = attempt->call;
    long flags = call->args[which_flags];
    struct call quick = *call;
    quick.args[which_flags] = flags | O_NONBLOCK;
    /* Who opens one end knows that somebody has come to the other. */
    if (!attempt->begun)
        edges_release(attempt->object, EDGES_SECOND);
    if ((flags & O_ACCMODE) == O_WRONLY) {
        long fd = attempt_plainly(&quick);
        if (fd == -ENXIO)
            return would_wait(attempt);
        if (fd >= 0)
            SYS3(SYS_fcntl, fd, F_SETFL, flags & ~(O_CREAT | O_NONBLOCK));
        if (fd >= 0 && attempt->object)
            runtime.segment->objects[attempt->object].total++;
        return fd;
    }
    /* The reading end is open while it waits: that lets a writer in. */
    if (!attempt->begun) {
        long fd = attempt_plainly(&quick);
        if (fd < 0)
            return fd;
        call->opened = fd + 1;
        sched_bump_io(runtime.segment, attempt->object);
    }
    long fd = call->opened - 1;
    if (!has_writer(attempt, fd))
        return would_wait(attempt);
    SYS3(SYS_fcntl, fd, F_SETFL, flags & ~O_NONBLOCK);
    return fd;
}

long attempt_open(struct attempt *attempt)
{
    struct call *call = attempt->call;
    bool at = call->number == SYS_openat;
    int which_flags = at ? 2 : 1;
    long flags = call->args[which_flags];
    const char *path = (const char *)call->args[at ? 1 : 0];
    long directory = at ? call->args[0] : AT_FDCWD;
    struct stat st;
    if (flags & O_NONBLOCK || flags & O_PATH || (flags & O_ACCMODE) == O_RDWR ||
        !path || SYS4(SYS_newfstatat, directory, path, &st, 0) ||
        !S_ISFIFO(st.st_mode))
        return attempt_plainly(call);
    if (!attempt->object) {
        attempt->object = object_of_path(directory, path, call->site);
        attempt->wait.object = attempt->object;
    }
    return open_fifo(attempt, which_flags);
}
