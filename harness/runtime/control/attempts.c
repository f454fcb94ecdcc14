#include "attempts.h"

#include <errno.h>
#include <sys/syscall.h>
#include <time.h>

#include "sys.h"

/* The others had their chance at the point. */
static long attempt_yield(struct attempt *attempt)
{
    (void)attempt;
    return 0;
}

static attempt_function *const rows[] = {
    [SYS_read] = attempt_read,
    [SYS_readv] = attempt_read,
    [SYS_write] = attempt_write,
    [SYS_writev] = attempt_write,
    [SYS_sendto] = attempt_send,
    [SYS_sendmsg] = attempt_sendmsg,
    [SYS_recvfrom] = attempt_receive,
    [SYS_recvmsg] = attempt_receive,
    [SYS_recvmmsg] = attempt_receive_many,
    [SYS_accept] = attempt_accept,
    [SYS_accept4] = attempt_accept,
    [SYS_connect] = attempt_connect,
    [SYS_openat] = attempt_open,
    [SYS_ppoll] = attempt_ppoll,
    [SYS_pselect6] = attempt_pselect,
    [SYS_epoll_pwait] = attempt_epoll,
    [SYS_epoll_pwait2] = attempt_epoll2,
    [SYS_semop] = attempt_semop,
    [SYS_semtimedop] = attempt_semop,
    [SYS_msgsnd] = attempt_msgsnd,
    [SYS_msgrcv] = attempt_msgrcv,
    [SYS_mq_timedsend] = attempt_mqsend,
    [SYS_mq_timedreceive] = attempt_mqreceive,
    [SYS_flock] = attempt_flock,
    [SYS_fcntl] = attempt_fcntl,
    [SYS_wait4] = attempt_wait4,
    [SYS_waitid] = attempt_waitid,
    [SYS_kill] = attempt_kill,
    [SYS_rt_sigqueueinfo] = attempt_kill,
    [SYS_tgkill] = attempt_tgkill,
    [SYS_rt_tgsigqueueinfo] = attempt_tgkill,
    [SYS_tkill] = attempt_tkill,
    [SYS_rt_sigsuspend] = attempt_sigsuspend,
    [SYS_rt_sigtimedwait] = attempt_sigtimedwait,
    [SYS_futex] = attempt_futex,
    [SYS_getrandom] = attempt_getrandom,
    [SYS_sched_yield] = attempt_yield,
#ifdef SYS_open
    [SYS_open] = attempt_open,
    [SYS_poll] = attempt_poll,
    [SYS_select] = attempt_select,
    [SYS_epoll_wait] = attempt_epoll,
    [SYS_pause] = attempt_pause,
#endif
};

long attempt_plainly(const struct call *call)
{
    return sys_call(call->number, call->args[0], call->args[1], call->args[2],
                    call->args[3], call->args[4], call->args[5]);
}

/* A signal handler ran while the task waited: what the call makes of that. */
static bool ends_by_signal(const struct attempt *attempt)
{
    return attempt->wait.interrupted ||
           (attempt->wait.handled && attempt->never_again);
}

bool attempts_make(struct call *call, uint32_t object)
{
    long number = call->number;
    if (number < 0 || number >= (long)(sizeof(rows) / sizeof(rows[0])) ||
        !rows[number])
        return false;
    struct attempt attempt = {
        .call = call,
        .object = object,
        .late = -ETIMEDOUT,
        .wait = {.object = object},
    };
    for (;;) {
        size_t before = attempt.done;
        call->result = rows[number](&attempt);
        attempt.begun = true;
        if (call->result != WOULD_WAIT)
            break;
        if (attempt.wait.late) {
            call->result = attempt.late;
            break;
        }
        if (attempt.done != before)
            sched_bump_io(runtime.segment, object);
        wait_more(&attempt.wait, false);
        if (attempt.wait.cancelled)
            wait_cancel();
        if (ends_by_signal(&attempt)) {
            call->result = attempt.done ? (long)attempt.done : -EINTR;
            break;
        }
    }
    return true;
}

/* -- Sleeping
 * ------------------------------------------------------------------*/

bool attempts_is_sleep(const struct call *call, uint64_t *deadline_ns)
{
    const struct timespec *time;
    if (call->number == SYS_nanosleep) {
        time = (const struct timespec *)call->args[0];
    } else if (call->number == SYS_clock_nanosleep) {
        time = (const struct timespec *)call->args[2];
    } else {
        return false;
    }
    if (!time || time->tv_nsec < 0 || time->tv_nsec > 999999999 ||
        time->tv_sec < 0)
        return false; /* the kernel has its own answer */
    bool absolute =
        call->number == SYS_clock_nanosleep && call->args[1] & TIMER_ABSTIME;
    *deadline_ns =
        absolute ? wait_deadline(call->args[0], time) : wait_span(time);
    return true;
}

long attempts_end_sleep(const struct call *call, uint64_t deadline_ns)
{
    uint64_t now = runtime.segment->schedule.now_ns;
    if (!local.handled || now >= deadline_ns)
        return 0;
    int which = call->number == SYS_nanosleep ? 1 : 3;
    struct timespec *left = (struct timespec *)call->args[which];
    if (left)
        *left = (struct timespec){
            .tv_sec = (time_t)((deadline_ns - now) / 1000000000u),
            .tv_nsec = (long)((deadline_ns - now) % 1000000000u)};
    return -EINTR;
}
