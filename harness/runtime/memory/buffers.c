#include "buffers.h"

#include <limits.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "access.h"
#include "modules.h"

/* Where a call says what memory it is about. */
enum shape {
    NO_BUFFER,
    BYTES,   /* at an argument, as many as the next one says */
    PARTS,   /* struct iovec at an argument, as many as the next one says */
    MESSAGE, /* struct msghdr at an argument */
    TYPED    /* as BYTES, behind a long: a System V message */
};

struct row {
    uint8_t shape;
    uint8_t which; /* argument */
    bool fills;    /* the kernel writes there, else it reads */
};

static const struct row rows[] = {
    [SYS_read] = {BYTES, 1, true},
    [SYS_pread64] = {BYTES, 1, true},
    [SYS_readv] = {PARTS, 1, true},
    [SYS_preadv] = {PARTS, 1, true},
    [SYS_write] = {BYTES, 1, false},
    [SYS_pwrite64] = {BYTES, 1, false},
    [SYS_writev] = {PARTS, 1, false},
    [SYS_pwritev] = {PARTS, 1, false},
    [SYS_recvfrom] = {BYTES, 1, true},
    [SYS_recvmsg] = {MESSAGE, 1, true},
    [SYS_sendto] = {BYTES, 1, false},
    [SYS_sendmsg] = {MESSAGE, 1, false},
    [SYS_getrandom] = {BYTES, 0, true},
    [SYS_mq_timedreceive] = {BYTES, 1, true},
    [SYS_mq_timedsend] = {BYTES, 1, false},
    [SYS_msgrcv] = {TYPED, 1, true},
    [SYS_msgsnd] = {TYPED, 1, false},
};

static const struct row *row_of(const struct call *call)
{
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    bool seen = access_mode && !(call->flags & OP_FLAG_TRAPPED) &&
                call->number >= 0 && (size_t)call->number < count &&
                rows[call->number].shape != NO_BUFFER &&
                modules_site_is_instrumented(call->site);
    return seen ? &rows[call->number] : NULL;
}

static void note_parts(const struct iovec *parts, size_t count, size_t limit,
                       uint32_t flags, uint64_t site)
{
    for (size_t i = 0; parts && i < count && i < IOV_MAX && limit; i++) {
        size_t size = parts[i].iov_len < limit ? parts[i].iov_len : limit;
        access_note_call(parts[i].iov_base, size, flags, site);
        limit -= size;
    }
}

/* At most LIMIT bytes. */
static void note(const struct call *call, const struct row *row, size_t limit)
{
    uint32_t flags = row->fills ? MEMORY_WRITE : 0;
    long argument = call->args[row->which];
    size_t size = (size_t)call->args[row->which + 1];
    const struct msghdr *message;
    switch ((enum shape)row->shape) {
    case BYTES:
    case TYPED:
        if (row->shape == TYPED)
            argument += (long)sizeof(long);
        access_note_call((const void *)argument, size < limit ? size : limit,
                         flags, call->site);
        break;
    case PARTS:
        note_parts((const struct iovec *)argument, size, limit, flags,
                   call->site);
        break;
    case MESSAGE:
        message = (const struct msghdr *)argument;
        if (message)
            note_parts(message->msg_iov, message->msg_iovlen, limit, flags,
                       call->site);
        break;
    case NO_BUFFER:
        break;
    }
}

void buffers_given(const struct call *call)
{
    const struct row *row = row_of(call);
    if (row && !row->fills)
        note(call, row, SIZE_MAX);
}

void buffers_filled(const struct call *call, long result)
{
    const struct row *row = row_of(call);
    if (row && row->fills && result > 0)
        note(call, row, (size_t)result);
}
