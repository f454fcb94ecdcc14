/* Files, pipes, sockets, queues, System V IPC, polling, time: the libc
 * functions that are one system call each. The call table does the work. */
#include "wrap.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>

#include "calls.h"

static struct call begin(long number, uint64_t site, long a, long b, long c,
                         long d, long e, long f)
{
    struct call call = {
        .number = number,
        .args = {a, b, c, d, e, f},
        .site = site,
    };
    call_begin(&call);
    return call;
}

/* Finish with what the real function returned, or with the runtime's own
 * answer; errno is the caller's. */
static long finish(struct call *call, struct entry entry, long result)
{
    if (call_is_done(call)) {
        result = call->result;
        if (result < 0) {
            errno = (int)-result;
            result = -1;
        }
    }
    int saved = errno;
    call_end(call, errno_result(result));
    errno = saved;
    leave(entry);
    return result;
}

#define A(i) (call.args[i])

#define BEGIN(number, a, b, c, d, e, f)                                   \
    struct call call = begin(number, CALLER_SITE(), (long)(a), (long)(b), \
                             (long)(c), (long)(d), (long)(e), (long)(f))

#define CALL1(type, name, number, ta, a)                                    \
    EXPORT type name(ta a)                                                  \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name)(a);                                           \
        BEGIN(number, a, 0, 0, 0, 0, 0);                                    \
        long result = call_is_done(&call) ? 0 : (long)REAL(name)((ta)A(0)); \
        return (type)finish(&call, entry, result);                          \
    }
#define CALL2(type, name, number, ta, a, tb, b)                             \
    EXPORT type name(ta a, tb b)                                            \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name)(a, b);                                        \
        BEGIN(number, a, b, 0, 0, 0, 0);                                    \
        long result =                                                       \
            call_is_done(&call) ? 0 : (long)REAL(name)((ta)A(0), (tb)A(1)); \
        return (type)finish(&call, entry, result);                          \
    }
#define CALL3(type, name, number, ta, a, tb, b, tc, c)                      \
    EXPORT type name(ta a, tb b, tc c)                                      \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name)(a, b, c);                                     \
        BEGIN(number, a, b, c, 0, 0, 0);                                    \
        long result = call_is_done(&call)                                   \
                          ? 0                                               \
                          : (long)REAL(name)((ta)A(0), (tb)A(1), (tc)A(2)); \
        return (type)finish(&call, entry, result);                          \
    }
#define CALL4(type, name, number, ta, a, tb, b, tc, c, td, d)               \
    EXPORT type name(ta a, tb b, tc c, td d)                                \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name)(a, b, c, d);                                  \
        BEGIN(number, a, b, c, d, 0, 0);                                    \
        long result =                                                       \
            call_is_done(&call)                                             \
                ? 0                                                         \
                : (long)REAL(name)((ta)A(0), (tb)A(1), (tc)A(2), (td)A(3)); \
        return (type)finish(&call, entry, result);                          \
    }
#define CALL5(type, name, number, ta, a, tb, b, tc, c, td, d, te, e)       \
    EXPORT type name(ta a, tb b, tc c, td d, te e)                         \
    {                                                                      \
        struct entry entry = ENTER();                                      \
        if (!entry.traced)                                                 \
            return REAL(name)(a, b, c, d, e);                              \
        BEGIN(number, a, b, c, d, e, 0);                                   \
        long result = call_is_done(&call)                                  \
                          ? 0                                              \
                          : (long)REAL(name)((ta)A(0), (tb)A(1), (tc)A(2), \
                                             (td)A(3), (te)A(4));          \
        return (type)finish(&call, entry, result);                         \
    }
#define CALL6(type, name, number, ta, a, tb, b, tc, c, td, d, te, e, tf, f) \
    EXPORT type name(ta a, tb b, tc c, td d, te e, tf f)                    \
    {                                                                       \
        struct entry entry = ENTER();                                       \
        if (!entry.traced)                                                  \
            return REAL(name)(a, b, c, d, e, f);                            \
        BEGIN(number, a, b, c, d, e, f);                                    \
        long result = call_is_done(&call)                                   \
                          ? 0                                               \
                          : (long)REAL(name)((ta)A(0), (tb)A(1), (tc)A(2),  \
                                             (td)A(3), (te)A(4), (tf)A(5)); \
        return (type)finish(&call, entry, result);                          \
    }

/* Names that are one function: off_t is 64 bits wide here. */
#define ALIAS(other, name) extern __typeof__(name) other SECOND_NAME(name);

CALL3(ssize_t, read, SYS_read, int, fd, void *, data, size_t, size)
CALL4(ssize_t, pread64, SYS_pread64, int, fd, void *, data, size_t, size,
      off64_t, offset)
CALL3(ssize_t, readv, SYS_readv, int, fd, const struct iovec *, parts, int,
      count)
CALL3(ssize_t, write, SYS_write, int, fd, const void *, data, size_t, size)
CALL4(ssize_t, pwrite64, SYS_pwrite64, int, fd, const void *, data, size_t,
      size, off64_t, offset)
CALL3(ssize_t, writev, SYS_writev, int, fd, const struct iovec *, parts, int,
      count)
CALL3(off64_t, lseek64, SYS_lseek, int, fd, off64_t, offset, int, whence)
CALL2(int, ftruncate64, SYS_ftruncate, int, fd, off64_t, length)
CALL1(int, close, SYS_close, int, fd)
CALL3(int, close_range, SYS_close_range, unsigned, first, unsigned, last, int,
      flags)
CALL1(int, dup, SYS_dup, int, fd)
CALL3(int, dup3, SYS_dup3, int, from, int, to, int, flags)
CALL2(int, flock, SYS_flock, int, fd, int, operation)
CALL3(int, socket, SYS_socket, int, domain, int, type, int, protocol)
CALL2(int, listen, SYS_listen, int, fd, int, backlog)
CALL3(ssize_t, sendmsg, SYS_sendmsg, int, fd, const struct msghdr *, message,
      int, flags)
CALL3(ssize_t, recvmsg, SYS_recvmsg, int, fd, struct msghdr *, message, int,
      flags)
CALL2(int, shutdown, SYS_shutdown, int, fd, int, how)
CALL2(int, eventfd, SYS_eventfd2, unsigned, value, int, flags)
CALL5(int, mq_timedsend, SYS_mq_timedsend, mqd_t, queue, const char *, data,
      size_t, size, unsigned, priority, const struct timespec *, until)
CALL5(ssize_t, mq_timedreceive, SYS_mq_timedreceive, mqd_t, queue, char *, data,
      size_t, size, unsigned *, priority, const struct timespec *, until)
CALL3(int, semop, SYS_semop, int, id, struct sembuf *, operations, size_t,
      count)
CALL4(int, semtimedop, SYS_semtimedop, int, id, struct sembuf *, operations,
      size_t, count, const struct timespec *, timeout)
CALL4(int, msgsnd, SYS_msgsnd, int, id, const void *, data, size_t, size, int,
      flags)
CALL5(ssize_t, msgrcv, SYS_msgrcv, int, id, void *, data, size_t, size, long,
      type, int, flags)
CALL3(void *, shmat, SYS_shmat, int, id, const void *, address, int, flags)
CALL1(int, shmdt, SYS_shmdt, const void *, address)
CALL6(void *, mmap64, SYS_mmap, void *, address, size_t, length, int,
      protection, int, flags, int, fd, off64_t, offset)
CALL2(int, munmap, SYS_munmap, void *, address, size_t, length)
CALL2(int, kill, SYS_kill, pid_t, pid, int, signal)
CALL2(int, nanosleep, SYS_nanosleep, const struct timespec *, time,
      struct timespec *, left)
#ifdef SYS_open
CALL2(int, dup2, SYS_dup2, int, from, int, to)
CALL1(int, unlink, SYS_unlink, const char *, path)
CALL2(int, rename, SYS_rename, const char *, from, const char *, to)
CALL3(int, poll, SYS_poll, struct pollfd *, fds, nfds_t, count, int, timeout)
CALL5(int, select, SYS_select, int, count, fd_set *, reading, fd_set *, writing,
      fd_set *, urgent, struct timeval *, timeout)
CALL4(int, epoll_wait, SYS_epoll_wait, int, fd, struct epoll_event *, events,
      int, count, int, timeout)
#endif
ALIAS(pread, pread64)
ALIAS(pwrite, pwrite64)
ALIAS(lseek, lseek64)
ALIAS(ftruncate, ftruncate64)
ALIAS(mmap, mmap64)

/* -- Those that are not quite their system call
 * -------------------------------*/

EXPORT int sched_yield(void)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(sched_yield)();
    BEGIN(SYS_sched_yield, 0, 0, 0, 0, 0, 0);
    return (int)finish(&call, entry,
                       call_is_done(&call) ? 0 : REAL(sched_yield)());
}

EXPORT int pipe2(int pair[2], int flags)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(pipe2)(pair, flags);
    BEGIN(SYS_pipe2, pair, flags, 0, 0, 0, 0);
    return (int)finish(&call, entry,
                       call_is_done(&call) ? 0 : REAL(pipe2)(pair, flags));
}

EXPORT int socketpair(int domain, int type, int protocol, int pair[2])
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(socketpair)(domain, type, protocol, pair);
    BEGIN(SYS_socketpair, domain, type, protocol, pair, 0, 0);
    return (int)finish(&call, entry,
                       call_is_done(&call)
                           ? 0
                           : REAL(socketpair)(domain, type, protocol, pair));
}

EXPORT int pipe(int pair[2])
{
    return pipe2(pair, 0);
}

/* libc declares the address as a transparent union. */
#define ADDRESS3(name, number, address_type, length_type)               \
    EXPORT int name(int fd, address_type address, length_type length)   \
    {                                                                   \
        struct entry entry = ENTER();                                   \
        if (!entry.traced)                                              \
            return REAL(name)(fd, address, length);                     \
        BEGIN(number, fd, address.__sockaddr__, length, 0, 0, 0);       \
        return (int)finish(                                             \
            &call, entry,                                               \
            call_is_done(&call) ? 0 : REAL(name)(fd, address, length)); \
    }
ADDRESS3(bind, SYS_bind, __CONST_SOCKADDR_ARG, socklen_t)
ADDRESS3(connect, SYS_connect, __CONST_SOCKADDR_ARG, socklen_t)
ADDRESS3(accept, SYS_accept, __SOCKADDR_ARG, socklen_t *)

EXPORT int accept4(int fd, __SOCKADDR_ARG address, socklen_t *length, int flags)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(accept4)(fd, address, length, flags);
    BEGIN(SYS_accept4, fd, address.__sockaddr__, length, flags, 0, 0);
    return (int)finish(
        &call, entry,
        call_is_done(&call) ? 0 : REAL(accept4)(fd, address, length, flags));
}

EXPORT ssize_t sendto(int fd, const void *data, size_t size, int flags,
                      __CONST_SOCKADDR_ARG to, socklen_t length)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(sendto)(fd, data, size, flags, to, length);
    BEGIN(SYS_sendto, fd, data, size, flags, to.__sockaddr__, length);
    return finish(&call, entry,
                  call_is_done(&call)
                      ? 0
                      : REAL(sendto)(fd, data, size, flags, to, length));
}

EXPORT ssize_t recvfrom(int fd, void *data, size_t size, int flags,
                        __SOCKADDR_ARG from, socklen_t *length)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(recvfrom)(fd, data, size, flags, from, length);
    BEGIN(SYS_recvfrom, fd, data, size, flags, from.__sockaddr__, length);
    return finish(&call, entry,
                  call_is_done(&call)
                      ? 0
                      : REAL(recvfrom)(fd, data, size, flags, from, length));
}

EXPORT ssize_t send(int fd, const void *data, size_t size, int flags)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(send)(fd, data, size, flags);
    BEGIN(SYS_sendto, fd, data, size, flags, 0, 0);
    return finish(&call, entry,
                  call_is_done(&call) ? 0 : REAL(send)(fd, data, size, flags));
}

EXPORT ssize_t recv(int fd, void *data, size_t size, int flags)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(recv)(fd, data, size, flags);
    BEGIN(SYS_recvfrom, fd, data, size, flags, 0, 0);
    return finish(&call, entry,
                  call_is_done(&call) ? 0 : REAL(recv)(fd, data, size, flags));
}

/* Gives its error as a number instead of setting errno. */
EXPORT int clock_nanosleep(clockid_t clock, int flags,
                           const struct timespec *time, struct timespec *left)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(clock_nanosleep)(clock, flags, time, left);
    BEGIN(SYS_clock_nanosleep, clock, flags, time, left, 0, 0);
    int result = call_is_done(&call)
                     ? (int)-call.result
                     : REAL(clock_nanosleep)(clock, flags, time, left);
    int saved = errno;
    call_end(&call, -result);
    errno = saved;
    leave(entry);
    return result;
}

EXPORT int usleep(useconds_t time)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(usleep)(time);
    struct timespec span = {time / 1000000, time % 1000000 * 1000};
    BEGIN(SYS_nanosleep, &span, 0, 0, 0, 0, 0);
    return (int)finish(&call, entry,
                       call_is_done(&call) ? 0 : REAL(usleep)(time));
}

EXPORT unsigned sleep(unsigned seconds)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(sleep)(seconds);
    struct timespec span = {seconds, 0}, left = {0};
    BEGIN(SYS_nanosleep, &span, &left, 0, 0, 0, 0);
    if (call_is_done(&call)) {
        /* Seconds left when a handler came, instead of an error. */
        call.made = false;
        return (unsigned)finish(&call, entry,
                                left.tv_sec + (left.tv_nsec != 0));
    }
    return (unsigned)finish(&call, entry, REAL(sleep)(seconds));
}

EXPORT int mq_send(mqd_t queue, const char *data, size_t size,
                   unsigned priority)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(mq_send)(queue, data, size, priority);
    BEGIN(SYS_mq_timedsend, queue, data, size, priority, 0, 0);
    return (int)finish(
        &call, entry,
        call_is_done(&call) ? 0 : REAL(mq_send)(queue, data, size, priority));
}

EXPORT ssize_t mq_receive(mqd_t queue, char *data, size_t size,
                          unsigned *priority)
{
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(mq_receive)(queue, data, size, priority);
    BEGIN(SYS_mq_timedreceive, queue, data, size, priority, 0, 0);
    return finish(&call, entry,
                  call_is_done(&call)
                      ? 0
                      : REAL(mq_receive)(queue, data, size, priority));
}

static bool creates(int flags)
{
    return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

static int open_at(struct entry entry, uint64_t site, int directory,
                   const char *path, int flags, mode_t mode)
{
    if (!entry.traced)
        return REAL(openat64)(directory, path, flags, mode);
    struct call call =
        begin(SYS_openat, site, directory, (long)path, flags, mode, 0, 0);
    return (int)finish(
        &call, entry,
        call_is_done(&call) ? 0 : REAL(openat64)(directory, path, flags, mode));
}

EXPORT int openat64(int directory, const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (creates(flags)) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    struct entry entry = ENTER();
    uint64_t site = entry.traced ? CALLER_SITE() : 0;
    return open_at(entry, site, directory, path, flags, mode);
}
ALIAS(openat, openat64)

EXPORT int open64(const char *path, int flags, ...)
{
    mode_t mode = 0;
    if (creates(flags)) {
        va_list args;
        va_start(args, flags);
        mode = va_arg(args, mode_t);
        va_end(args);
    }
    struct entry entry = ENTER();
    uint64_t site = entry.traced ? CALLER_SITE() : 0;
    return open_at(entry, site, AT_FDCWD, path, flags, mode);
}
ALIAS(open, open64)

/* The third argument is an int, a pointer or nothing: passed on as a word. */
EXPORT int fcntl64(int fd, int command, ...)
{
    va_list args;
    va_start(args, command);
    long argument = va_arg(args, long);
    va_end(args);
    struct entry entry = ENTER();
    if (!entry.traced)
        return REAL(fcntl64)(fd, command, argument);
    BEGIN(SYS_fcntl, fd, command, argument, 0, 0, 0);
    return (int)finish(
        &call, entry,
        call_is_done(&call) ? 0 : REAL(fcntl64)(fd, command, argument));
}
ALIAS(fcntl, fcntl64)

EXPORT int lockf64(int fd, int command, off64_t length)
{
    struct entry entry = ENTER();
    if (!entry.traced || command == F_TEST) {
        int result = REAL(lockf64)(fd, command, length);
        leave(entry);
        return result;
    }
    struct flock lock = {
        .l_type = command == F_ULOCK ? F_UNLCK : F_WRLCK,
        .l_whence = SEEK_CUR,
        .l_len = length,
    };
    BEGIN(SYS_fcntl, fd, command == F_LOCK ? F_SETLKW : F_SETLK, &lock, 0, 0,
          0);
    return (int)finish(
        &call, entry,
        call_is_done(&call) ? 0 : REAL(lockf64)(fd, command, length));
}
ALIAS(lockf, lockf64)

/* Closes everything from FIRST up, without our descriptor among it. */
EXPORT void closefrom(int first)
{
    close_range(first < 0 ? 0 : (unsigned)first, ~0u, 0);
}
