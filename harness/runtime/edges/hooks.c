/* System calls whose edges depend on their arguments or results. */
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/openat2.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "detect/death.h"
#include "edges.h"
#include "hooks.h"
#include "objects.h"
#include "sharing.h"
#include "sys.h"

/* -- Names ------------------------------------------------------------------*/

long hooks_open_flags(const struct call *call)
{
    switch (call->number) {
    case SYS_openat:
        return call->args[2];
    case SYS_openat2:
        return call->args[2]
                   ? (long)((const struct open_how *)call->args[2])->flags
                   : 0;
#ifdef SYS_open
    case SYS_creat:
        return O_CREAT | O_TRUNC;
    case SYS_open:
        return call->args[1];
#endif
    default:
        return 0;
    }
}

/* Whether a file is made by it shows in whether it was there. */
void hook_opening(struct call *call, uint32_t object)
{
    (void)object;
    call->creates = false;
    if (!edges_kept())
        return;
    long flags = hooks_open_flags(call);
    bool at = call->number == SYS_openat || call->number == SYS_openat2;
    call->creates =
        (flags & O_CREAT) &&
        ((flags & O_EXCL) || SYS3(SYS_faccessat, at ? call->args[0] : AT_FDCWD,
                                  call->args[at ? 1 : 0], F_OK));
}

void edges_opened(const struct call *call, uint32_t object)
{
    if (!edges_kept())
        return;
    edges_name_seen();
    if (call->creates)
        edges_name_changed();
    if (hooks_open_flags(call) & O_TRUNC)
        edges_output(object);
    const struct segment_object *opened =
        segment_object_get(runtime.segment, object);
    if (opened && opened->kind == OBJECT_PIPE) { /* a FIFO */
        edges_release(object, EDGES_SECOND);
        edges_acquire(object, EDGES_BOTH);
    }
}

void edges_refused(const struct call *call)
{
    if (!edges_kept())
        return;
    bool at = call->number == SYS_openat || call->number == SYS_openat2;
    edges_input(object_of_path(at ? call->args[0] : AT_FDCWD,
                               (const char *)call->args[at], call->site),
                true);
}

/* Asked for, by name or descriptor, whether or how it is there: a program may
 * wait by that. */
void hook_asked(struct call *call, long result)
{
    (void)result;
    if (!edges_kept())
        return;
    edges_name_seen();
    bool by_fd = call->number == SYS_fstat;
    if (call->number == SYS_newfstatat || call->number == SYS_statx) {
        const char *path = (const char *)call->args[1];
        by_fd = !path || result < 0 || !*path;
    }
    if (by_fd && result >= 0)
        edges_input(object_of_fd(call->args[0], call->site), false);
}

void hook_name_made(struct call *call, long result)
{
    sharing_made(call, result);
    edges_name_seen();
    if (result >= 0)
        edges_name_changed();
}

/* -- Descriptors that stand for something -----------------------------------*/

static void stands_for(long fd, uint64_t site, enum object_edge what)
{
    fds_opened(fd);
    if (!edges_kept() || fd < 0)
        return;
    uint32_t object = object_of_fd(fd, site);
    if (object)
        runtime.segment->objects[object].edge |= what;
}

void hook_opened_for_ends(struct call *call, long result)
{
    stands_for(result, call->site, EDGE_ENDS);
}

void hook_opened_for_signals(struct call *call, long result)
{
    /* An old one gets another mask. */
    if (call->args[0] < 0 || result != call->args[0])
        stands_for(result, call->site, EDGE_SIGNALS);
}

void hook_opened_for_names(struct call *call, long result)
{
    stands_for(result, call->site, EDGE_NAMES);
}

void hook_notified(struct call *call, long result)
{
    uint32_t queue = object_of_fd(call->args[0], call->site);
    if (edges_kept() && !result && queue)
        runtime.segment->objects[queue].edge |= EDGE_NOTIFIES;
}

void hook_unseen(struct call *call, long result)
{
    (void)call;
    if (result >= 0)
        edges_unseen();
}

/* -- Room -------------------------------------------------------------------*/

/* Whether STREAM, which FD leads to, has taken so much by now that somebody
 * must have read from it. Half of what it holds: not every write fills what it
 * takes, and the kernel needs room for itself. */
static bool is_overfull(const struct segment_object *stream, long fd)
{
    enum {
        LEAST = 4096,  /* that any holds */
        EACH = 1024,   /* what a message needs beside its bytes, at most */
        MESSAGES = 10, /* that a socket of datagrams holds */
    };
    bool socket = stream->kind == OBJECT_SOCKET;
    uint64_t sent = socket ? stream->total : 0;
    uint64_t bytes = stream->bytes_out + sent * EACH;
    int room = 0, type = SOCK_STREAM, size = sizeof(room);
    if (2 * bytes <= LEAST)
        return false;
    if (!socket) {
        long capacity = SYS2(SYS_fcntl, fd, F_GETPIPE_SZ);
        return capacity < 0 || 2 * bytes > (uint64_t)capacity;
    }
    SYS6(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size, 0);
    SYS6(SYS_getsockopt, fd, SOL_SOCKET, SO_SNDBUF, &room, &size, 0);
    return 2 * bytes > (uint64_t)room ||
           (type != SOCK_STREAM && 2 * sent > MESSAGES);
}

void edges_written(long fd, uint32_t number)
{
    if (!edges_kept() || !number)
        return;
    struct segment_object *object = &runtime.segment->objects[number];
    if (object->kind == OBJECT_SOCKET)
        object->total++;
    else if (object->kind != OBJECT_PIPE)
        return;
    if (!(object->edge & EDGE_FULL) && is_overfull(object, fd))
        object->edge |= EDGE_FULL;
}

/* -- Both ends in one call --------------------------------------------------*/

/* What is passed on was not yet known at the point. */
static void pass_on(const struct call *call, long result)
{
    if (!edges_kept() || result < 0)
        return;
    bool second = call->number == SYS_sendfile;
    edges_input(object_of_fd(call->args[second], call->site), !result);
    edges_output(call->point.object);
}

void hook_sent_on(struct call *call, long result)
{
    hook_count_bytes(call, result);
    pass_on(call, result);
}

void hook_spliced(struct call *call, long result)
{
    hooks_count(call->args[call->number == SYS_tee ? 1 : 2], result,
                call->site);
    pass_on(call, result);
}

void hook_sent_many(struct call *call, long result)
{
    const struct mmsghdr *messages = (const struct mmsghdr *)call->args[1];
    for (long i = 0; i < result; i++)
        hooks_count(call->args[0], messages[i].msg_len, call->site);
}

/* -- Readiness --------------------------------------------------------------*/

static void ready(long fd, bool ended, uint64_t site)
{
    edges_ready(object_of_fd(fd, site), ended);
}

void hook_polled(struct call *call, long result)
{
    const struct pollfd *fds = (const struct pollfd *)call->args[0];
    if (!edges_kept() || result <= 0)
        return;
    for (long i = 0; i < call->args[1]; i++)
        if (fds[i].revents)
            ready(fds[i].fd, fds[i].revents & ~(POLLIN | POLLOUT), call->site);
}

void hook_selected(struct call *call, long result)
{
    if (!edges_kept() || result <= 0)
        return;
    for (int set = 1; set < 4; set++) {
        const fd_set *fds = (const fd_set *)call->args[set];
        for (int fd = 0; fds && fd < call->args[0] && fd < FD_SETSIZE; fd++)
            if (FD_ISSET(fd, fds))
                ready(fd, true, call->site);
    }
}

/* Which descriptor an event is about, only the program knows: any may be. */
void hook_epolled(struct call *call, long result)
{
    const struct epoll_event *events =
        (const struct epoll_event *)call->args[1];
    bool ended = false;
    if (!edges_kept() || result <= 0)
        return;
    for (long i = 0; i < result; i++)
        ended |= (events[i].events & ~(uint32_t)(EPOLLIN | EPOLLOUT)) != 0;
    fds_each(edges_ready, ended);
}

/* It has to be known by then. */
void hook_epoll_changed(struct call *call, long result)
{
    if (edges_kept() && !result && call->args[1] != EPOLL_CTL_DEL)
        object_of_fd(call->args[2], call->site);
}

/* -- Locks of files ---------------------------------------------------------*/

/* What the call does to a lock; -1: nothing. */
static int lock_kind(const struct call *call)
{
    if (call->number == SYS_flock) {
        long operation = call->args[1] & ~LOCK_NB;
        return operation == LOCK_UN   ? EDGES_UNLOCK
               : operation == LOCK_SH ? EDGES_LOCK_SHARED
                                      : EDGES_LOCK_EXCLUSIVE;
    }
    const struct flock *lock = (const struct flock *)call->args[2];
    if (call->point.kind != OP_KIND_FCNTL_LOCK || !call->point.position ||
        !lock)
        return -1;
    return lock->l_type == F_UNLCK   ? EDGES_UNLOCK
           : lock->l_type == F_RDLCK ? EDGES_LOCK_SHARED
                                     : EDGES_LOCK_EXCLUSIVE;
}

void hook_locking(struct call *call, uint32_t object)
{
    int kind = edges_kept() ? lock_kind(call) : -1;
    if (kind >= 0)
        edges_lock_file(object, (enum edges_lock_kind)kind);
}

void hook_locked(struct call *call, long result)
{
    int kind = edges_kept() && !result ? lock_kind(call) : -1;
    if (kind >= 0 && kind != EDGES_UNLOCK)
        edges_locked_file(call->point.object);
    /* Asked whether it is free. */
    if (kind < 0 && edges_kept() && call->number == SYS_fcntl && !result &&
        (call->args[1] == F_GETLK || call->args[1] == F_OFD_GETLK))
        edges_locked_file(object_of_fd(call->args[0], call->site));
}

/* -- System V semaphores ----------------------------------------------------*/

/* Those who wait for more and those who wait for zero. */
void hook_semop(struct call *call, uint32_t object)
{
    const struct sembuf *operations = (const struct sembuf *)call->args[1];
    unsigned which = 0;
    if (!edges_kept() || !operations || call->args[2] > 4096)
        return;
    for (long i = 0; i < call->args[2]; i++) {
        if (operations[i].sem_op > 0)
            which |= EDGES_FIRST;
        else if (operations[i].sem_op < 0)
            which |= EDGES_SECOND;
        if (operations[i].sem_flg & SEM_UNDO)
            death_watch(runtime.segment, runtime.memory, object);
    }
    if (which)
        edges_release(object, (enum edges_which)which);
}

void hook_semop_done(struct call *call, long result)
{
    const struct sembuf *operations = (const struct sembuf *)call->args[1];
    unsigned which = 0;
    if (!edges_kept() || result)
        return;
    for (long i = 0; i < call->args[2]; i++)
        if (operations[i].sem_op <= 0)
            which |= operations[i].sem_op ? EDGES_FIRST : EDGES_BOTH;
    if (which)
        edges_acquire(call->point.object, (enum edges_which)which);
}

/* -- Futexes ----------------------------------------------------------------*/

/* Wakes those who wait on a second word, too. */
void hook_futex(struct call *call, uint32_t object)
{
    (void)object;
    if (edges_kept() && (call->args[1] & FUTEX_CMD_MASK) == FUTEX_WAKE_OP)
        edges_release(
            object_at((const void *)call->args[4], OBJECT_WORD, call->site),
            EDGES_FIRST);
}
