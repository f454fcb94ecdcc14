#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

enum {
    TOTAL_LIMIT = 64 << 20, /* bytes of a run */
    STREAM_LIMIT = 4096     /* processes */
};

struct stream {
    pid_t pid;
    struct str bytes;
};

int streams_open(int *read, int *write)
{
    int pair[2], on = 1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return -errno;
    if (setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
        shutdown(pair[0], SHUT_WR)) {
        int err = -errno;
        close(pair[0]);
        close(pair[1]);
        return err;
    }
    *read = pair[0];
    *write = pair[1];
    return 0;
}

static struct stream *find(struct streams *streams, pid_t pid)
{
    for (size_t i = streams->count; i > 0; i--)
        if (streams->items[i - 1].pid == pid)
            return &streams->items[i - 1];
    if (streams->count >= STREAM_LIMIT)
        return NULL;
    struct stream *items =
        realloc(streams->items, (streams->count + 1) * sizeof(*items));
    if (!items)
        return NULL;
    streams->items = items;
    struct stream *stream = &items[streams->count++];
    stream->pid = pid;
    str_init(&stream->bytes);
    return stream;
}

void streams_add(struct streams *streams, pid_t pid, const void *bytes,
                 size_t len)
{
    struct stream *stream =
        len <= TOTAL_LIMIT - streams->total ? find(streams, pid) : NULL;
    if (stream)
        str_add_bytes(&stream->bytes, bytes, len);
    if (!stream || !str_ok(&stream->bytes)) {
        streams->cut = true;
        return;
    }
    streams->total += len;
}

/* The socket is the target's, too, which may send anything along. */
static void close_all(const struct cmsghdr *c)
{
    for (size_t at = 0; CMSG_LEN(at + sizeof(int)) <= c->cmsg_len;
         at += sizeof(int)) {
        int fd;
        memcpy(&fd, CMSG_DATA(c) + at, sizeof(fd));
        close(fd);
    }
}

/* The writer, as this process sees it; 0 when the message does not say. */
static pid_t writer_of(struct msghdr *message)
{
    pid_t writer = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c;
         c = CMSG_NXTHDR(message, c)) {
        struct ucred who;
        if (c->cmsg_level != SOL_SOCKET)
            continue;
        if (c->cmsg_type == SCM_RIGHTS)
            close_all(c);
        if (c->cmsg_type == SCM_CREDENTIALS) {
            memcpy(&who, CMSG_DATA(c), sizeof(who));
            writer = who.pid;
        }
    }
    return writer;
}

int streams_take(struct streams *streams, int fd)
{
    enum { ROUNDS = 1000 }; /* then the caller looks at the time */
    for (int i = 0; i < ROUNDS; i++) {
        char bytes[16384];
        _Alignas(struct cmsghdr) char control[256];
        struct iovec part = {bytes, sizeof(bytes)};
        struct msghdr message = {.msg_iov = &part,
                                 .msg_iovlen = 1,
                                 .msg_control = control,
                                 .msg_controllen = sizeof(control)};
        /* The kernel never joins the words of two writers here. */
        ssize_t n = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 1 : -errno;
        if (!n)
            return 0;
        streams_add(streams, writer_of(&message), bytes, (size_t)n);
    }
    return 1;
}

/* Where the next document begins at or after FROM. Inside one, "<" of a text
 * is written as an entity. */
static size_t next_start(const struct str *bytes, size_t from)
{
    static const char mark[] = "<?xml";
    const char *at = from < bytes->len
                         ? memmem(bytes->data + from, bytes->len - from, mark,
                                  sizeof(mark) - 1)
                         : NULL;
    return at ? (size_t)(at - bytes->data) : bytes->len;
}

int streams_each(const struct streams *streams,
                 int (*visit)(void *context, const struct stream_part *part),
                 void *context)
{
    for (size_t i = 0; i < streams->count; i++) {
        const struct str *bytes = &streams->items[i].bytes;
        struct stream_part part = {
            .process = i + 1,
            .pid = streams->items[i].pid,
            .headless = next_start(bytes, 0) != 0,
        };
        for (size_t at = 0, end; at < bytes->len; at = end) {
            end = next_start(bytes, at + 1);
            part.bytes = bytes->data + at;
            part.size = end - at;
            int err = visit(context, &part);
            if (err)
                return err;
            part.headless = false;
        }
    }
    return 0;
}

void streams_fini(struct streams *streams)
{
    for (size_t i = 0; i < streams->count; i++)
        str_fini(&streams->items[i].bytes);
    free(streams->items);
    *streams = (struct streams){0};
}
