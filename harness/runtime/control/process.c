/* Waiting for children and signals, and sending them. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "attempts.h"
#include "delivery.h"
#include "sys.h"

/* -- Children
 * ----------------------------------------------------------------*/

long attempt_wait4(struct attempt *attempt)
{
    struct call quick = *attempt->call;
    if (quick.args[2] & WNOHANG)
        return attempt_plainly(&quick);
    quick.args[2] |= WNOHANG;
    long result = attempt_plainly(&quick);
    return result ? result : WOULD_WAIT;
}

long attempt_waitid(struct attempt *attempt)
{
    struct call quick = *attempt->call;
    siginfo_t info;
    siginfo_t *out = quick.args[2] ? (siginfo_t *)quick.args[2] : &info;
    if (quick.args[3] & WNOHANG)
        return attempt_plainly(&quick);
    out->si_pid = 0;
    quick.args[2] = (long)out;
    quick.args[3] |= WNOHANG;
    long result = attempt_plainly(&quick);
    return result || out->si_pid ? result : WOULD_WAIT;
}

/* -- Sending
 * -----------------------------------------------------------------*/

static long send(const struct call *call, long pid, long signal)
{
    struct delivery delivery;
    delivery_begin(&delivery, pid, (int)signal);
    long result = attempt_plainly(call);
    delivery_end(&delivery, result);
    return result;
}

long attempt_kill(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    return send(call, call->args[0], call->args[1]);
}

long attempt_tgkill(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    return send(call, call->args[0], call->args[2]);
}

long attempt_tkill(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    return send(call, call->args[0], call->args[1]);
}

/* -- Awaiting signals
 * ----------------------------------------------------------*/

/* Only a handler ends it. */
long attempt_pause(struct attempt *attempt)
{
    attempt->never_again = true;
    return WOULD_WAIT;
}

/* With the mask of the call, handlers of pending signals run at once. */
long attempt_sigsuspend(struct attempt *attempt)
{
    const struct call *call = attempt->call;
    struct segment_turn *turn = turn_own();
    if (call->args[1] != 8 || !call->args[0])
        return attempt_plainly(call);
    uint64_t before, blocked = turn->blocked;
    local.handled = false;
    memcpy(&turn->blocked, (const void *)call->args[0], sizeof(turn->blocked));
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, call->args[0], &before, 8);
    struct wait wait = {.object = 0};
    while (!local.handled)
        wait_more(&wait, false);
    SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &before, 0, 8);
    turn->blocked = blocked;
    return -EINTR;
}

long attempt_sigtimedwait(struct attempt *attempt)
{
    struct call quick = *attempt->call;
    static const struct timespec none = {0};
    const struct timespec *timeout = (const struct timespec *)quick.args[2];
    quick.args[2] = (long)&none;
    long result = attempt_plainly(&quick);
    if (result != -EAGAIN)
        return result;
    attempt->late = -EAGAIN;
    attempt->never_again = true;
    if (timeout && !timeout->tv_sec && !timeout->tv_nsec)
        return result;
    if (timeout && !attempt->begun)
        attempt->wait.deadline_ns = wait_span(timeout);
    return WOULD_WAIT;
}
