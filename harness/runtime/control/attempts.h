/* System calls that may wait, as loops of tries that do not: one row a call
 * number. The kernel keeps the state of everything; a try that would wait
 * parks the task until something happens to the object. */
#ifndef MPS_RUNTIME_CONTROL_ATTEMPTS_H
#define MPS_RUNTIME_CONTROL_ATTEMPTS_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "calls.h"
#include "wait.h"

/* Make CALL, about OBJECT, which stands at its point. Returns false when its
 * number has no row and the caller is to make it as it is; else its result is
 * in CALL. */
bool attempts_make(struct call *call, uint32_t object);

/* Whether CALL is a sleep, and when it ends in virtual time. */
bool attempts_is_sleep(const struct call *call, uint64_t *deadline_ns);
/* The sleep is over, or a signal handler came in between: its result. */
long attempts_end_sleep(const struct call *call, uint64_t deadline_ns);

/* Descriptor FD of OBJECT is about to be closed at SITE: should that drop a
 * record lock that the process took through another one, it is remembered. */
void attempts_closing(uint32_t object, long fd, uint64_t site);

/* -- For the files of this folder ------------------------------------------*/

/* What a try returns when it would have to wait. */
#define WOULD_WAIT LONG_MIN

struct attempt {
    struct call *call;
    uint32_t object;
    bool begun;       /* the first try was made */
    bool never_again; /* a signal handler ends it even with SA_RESTART */
    long late;        /* the result when the deadline has passed */
    size_t done;      /* bytes written, or messages received, so far */
    struct wait wait; /* deadline and flags are for the tries to set */
};

/* CALL as it is. */
long attempt_plainly(const struct call *call);

typedef long attempt_function(struct attempt *attempt);
attempt_function attempt_read, attempt_write, attempt_send, attempt_sendmsg,
    attempt_receive, attempt_receive_many, attempt_accept, attempt_connect,
    attempt_open;
attempt_function attempt_poll, attempt_ppoll, attempt_select, attempt_pselect,
    attempt_epoll, attempt_epoll2;
attempt_function attempt_semop, attempt_msgsnd, attempt_msgrcv, attempt_mqsend,
    attempt_mqreceive, attempt_flock, attempt_fcntl;
attempt_function attempt_wait4, attempt_waitid, attempt_kill, attempt_tgkill,
    attempt_tkill, attempt_pause, attempt_sigsuspend, attempt_sigtimedwait;
attempt_function attempt_futex, attempt_getrandom;

#endif
