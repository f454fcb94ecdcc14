/* poll, select, epoll: asked without waiting, until something changed. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>

#include "attempts.h"
#include "sys.h"

/* A try found nothing: wait, as long as TIMEOUT says from the first try on. */
static long nothing_ready(struct attempt *attempt,
                          const struct timespec *timeout)
{
    attempt->never_again = true;
    attempt->late = 0;
    attempt->wait.flags |= TURN_WAITS_IO;
    if (timeout && !timeout->tv_sec && !timeout->tv_nsec)
        return 0;
    if (!attempt->begun && timeout)
        attempt->wait.deadline_ns = wait_span(timeout);
    return WOULD_WAIT;
}

static struct timespec from_ms(long ms)
{
    return (struct timespec){ms / 1000, ms % 1000 * 1000000};
}

static const struct timespec *timeout_ms(long ms, struct timespec *out)
{
    *out = from_ms(ms);
    return (int)ms < 0 ? NULL : out;
}

static long poll_now(const struct call *call, long mask, long mask_size)
{
    struct timespec none = {0};
    return SYS6(SYS_ppoll, call->args[0], call->args[1], &none, mask, mask_size,
                0);
}

long attempt_poll(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    struct timespec time;
    long n = poll_now(call, 0, 0);
    return n ? n : nothing_ready(attempt, timeout_ms(call->args[2], &time));
}

long attempt_ppoll(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    long n = poll_now(call, call->args[3], call->args[4]);
    return n ? n
             : nothing_ready(attempt, (const struct timespec *)call->args[2]);
}

/* The sets are both asked and answered in: keep what was asked. */
static long select_now(struct attempt *attempt, long mask)
{
    const struct call *call = attempt->call;
    long count = call->args[0];
    if (count < 0 || count > FD_SETSIZE)
        return attempt_plainly(call);
    size_t bytes = ((size_t)count + 63) / 64 * 8;
    fd_set sets[3];
    void *arguments[3] = {0};
    for (int i = 0; i < 3; i++) {
        if (!call->args[i + 1])
            continue;
        memset(&sets[i], 0, sizeof(sets[i]));
        memcpy(&sets[i], (const void *)call->args[i + 1], bytes);
        arguments[i] = &sets[i];
    }
    struct timespec none = {0};
    long n = SYS6(SYS_pselect6, count, arguments[0], arguments[1], arguments[2],
                  &none, mask);
    /* With a time limit, also what it would answer when that has passed. */
    bool over = !n && attempt->wait.late;
    for (int i = 0; i < 3 && (n > 0 || over); i++)
        if (arguments[i])
            memcpy((void *)call->args[i + 1], &sets[i], bytes);
    return n;
}

static long select_until(struct attempt *attempt, long mask,
                         const struct timespec *timeout)
{
    long n = select_now(attempt, mask);
    if (n)
        return n;
    long result = nothing_ready(attempt, timeout);
    if (!result) /* asked without waiting: nothing is ready */
        for (int i = 1; i < 4; i++)
            if (attempt->call->args[i])
                memset((void *)attempt->call->args[i], 0,
                       ((size_t)attempt->call->args[0] + 63) / 64 * 8);
    return result;
}

long attempt_select(struct attempt *attempt)
{
    const struct timeval *given =
        (const struct timeval *)attempt->call->args[4];
    struct timespec time = {0};
    if (given)
        time = (struct timespec){given->tv_sec, given->tv_usec * 1000};
    return select_until(attempt, 0, given ? &time : NULL);
}

long attempt_pselect(struct attempt *attempt)
{
    return select_until(attempt, attempt->call->args[5],
                        (const struct timespec *)attempt->call->args[4]);
}

static long epoll_now(const struct call *call)
{
    return SYS6(SYS_epoll_pwait, call->args[0], call->args[1], call->args[2], 0,
                call->number == SYS_epoll_pwait ||
                        call->number == SYS_epoll_pwait2
                    ? call->args[4]
                    : 0,
                8);
}

long attempt_epoll(struct attempt *attempt)
{
    struct timespec time;
    long n = epoll_now(attempt->call);
    return n ? n
             : nothing_ready(attempt,
                             timeout_ms(attempt->call->args[3], &time));
}

long attempt_epoll2(struct attempt *attempt)
{
    long n = epoll_now(attempt->call);
    return n ? n
             : nothing_ready(attempt,
                             (const struct timespec *)attempt->call->args[3]);
}
