#include "calls.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sys/file.h>
#include <sys/sem.h>
#include <sys/syscall.h>

#include "control/attempts.h"
#include "hooks.h"
#include "memory/buffers.h"
#include "memory/renew.h"
#include "objects.h"
#include "sharing.h"
#include "state.h"
#include "sys.h"
#include "tasks.h"

/* Where a call says what it acts on. */
enum source {
    FROM_NOTHING,
    FROM_FD,      /* descriptor in argument `which` */
    FROM_PATH,    /* path in argument `which`, of the working directory */
    FROM_PATH_AT, /* path in argument `which`, directory just before it */
    FROM_WORD,    /* address in argument `which` */
    FROM_SEM,     /* System V ids in argument `which` */
    FROM_SHM,
    FROM_MSG,
    FROM_TASK /* process id in argument `which` */
};

struct row {
    enum op_kind kind; /* OP_KIND_NONE: no point, only bookkeeping */
    enum source source;
    int which;
    int argument; /* which argument the op notes, -1: none */
    hook_before *before;
    hook_after *after;
};

/* -- The table --------------------------------------------------------------*/

#define NO -1
static const struct row rows[] = {
    [SYS_read] = {OP_KIND_READ, FROM_FD, 0, 2, NULL, NULL},
    [SYS_pread64] = {OP_KIND_READ, FROM_FD, 0, 2, NULL, NULL},
    [SYS_readv] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_preadv] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_preadv2] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_write] = {OP_KIND_WRITE, FROM_FD, 0, 2, hook_limit_output,
                   hook_count_bytes},
    [SYS_pwrite64] = {OP_KIND_WRITE, FROM_FD, 0, 2, hook_limit_output,
                      hook_count_bytes},
    [SYS_writev] = {OP_KIND_WRITE, FROM_FD, 0, NO, hook_limit_output,
                    hook_count_bytes},
    [SYS_pwritev] = {OP_KIND_WRITE, FROM_FD, 0, NO, NULL, hook_count_bytes},
    [SYS_pwritev2] = {OP_KIND_WRITE, FROM_FD, 0, NO, NULL, hook_count_bytes},
    [SYS_sendfile] = {OP_KIND_WRITE, FROM_FD, 0, 3, NULL, hook_sent_on},
    [SYS_splice] = {OP_KIND_WRITE, FROM_FD, 2, 4, NULL, hook_spliced},
    [SYS_copy_file_range] = {OP_KIND_WRITE, FROM_FD, 2, 4, NULL, hook_spliced},
    [SYS_tee] = {OP_KIND_WRITE, FROM_FD, 1, 2, NULL, hook_spliced},
    [SYS_lseek] = {OP_KIND_SEEK, FROM_FD, 0, 1, NULL, NULL},
    [SYS_ftruncate] = {OP_KIND_TRUNCATE, FROM_FD, 0, 1, hook_resizing,
                       hook_resized},
    [SYS_fallocate] = {OP_KIND_TRUNCATE, FROM_FD, 0, 3, NULL, hook_allocated},
    [SYS_openat] = {OP_KIND_OPEN, FROM_NOTHING, 0, 2, hook_opening,
                    hook_opened},
    [SYS_openat2] = {OP_KIND_OPEN, FROM_NOTHING, 0, NO, hook_opening,
                     hook_opened},
    [SYS_close] = {OP_KIND_CLOSE, FROM_FD, 0, 0, hook_guard_close, NULL},
    [SYS_close_range] = {OP_KIND_CLOSE, FROM_NOTHING, 0, 0,
                         hook_guard_close_range, NULL},
    [SYS_dup] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_duplicated},
    [SYS_dup3] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_guard_dup,
                  hook_duplicated},
    [SYS_fcntl] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_locking,
                   hook_fcntl_done},
    [SYS_flock] = {OP_KIND_FLOCK, FROM_FD, 0, 1, hook_locking, hook_locked},
    [SYS_truncate] = {OP_KIND_TRUNCATE, FROM_PATH, 0, 1, hook_resizing,
                      hook_resized},
    [SYS_renameat] = {OP_KIND_RENAME, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_renameat2] = {OP_KIND_RENAME, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_unlinkat] = {OP_KIND_UNLINK, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_faccessat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_faccessat2] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_newfstatat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_statx] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_fstat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_readlinkat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_getdents64] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_mkdirat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_linkat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_symlinkat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_mknodat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_io_uring_setup] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                            hook_unseen},
    [SYS_pipe2] = {OP_KIND_PIPE, FROM_NOTHING, 0, NO, NULL, hook_opened_two},
    [SYS_socketpair] = {OP_KIND_SOCKET, FROM_NOTHING, 0, NO, NULL,
                        hook_opened_two},
    [SYS_socket] = {OP_KIND_SOCKET, FROM_NOTHING, 0, NO, NULL, hook_opened},
    [SYS_eventfd2] = {OP_KIND_EVENTFD, FROM_NOTHING, 0, 0, NULL, hook_opened},
    [SYS_signalfd4] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                       hook_opened_for_signals},
    [SYS_timerfd_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_real_time,
                            hook_opened_quietly},
    [SYS_timer_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_real_time,
                          NULL},
    [SYS_epoll_create1] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                           hook_opened_quietly},
    [SYS_memfd_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          hook_opened_quietly},
    [SYS_pidfd_open] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                        hook_opened_for_ends},
    [SYS_inotify_init1] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                           hook_opened_for_names},
    [SYS_bind] = {OP_KIND_BIND, FROM_FD, 0, NO, NULL, sharing_bound},
    [SYS_listen] = {OP_KIND_LISTEN, FROM_FD, 0, NO, NULL, NULL},
    [SYS_connect] = {OP_KIND_CONNECT, FROM_FD, 0, NO, NULL, NULL},
    [SYS_accept] = {OP_KIND_ACCEPT, FROM_FD, 0, NO, NULL, hook_opened_quietly},
    [SYS_accept4] = {OP_KIND_ACCEPT, FROM_FD, 0, NO, NULL, hook_opened_quietly},
    [SYS_sendto] = {OP_KIND_SEND, FROM_FD, 0, 2, NULL, hook_count_bytes},
    [SYS_sendmsg] = {OP_KIND_SEND, FROM_FD, 0, NO, NULL, hook_count_bytes},
    [SYS_sendmmsg] = {OP_KIND_SEND, FROM_FD, 0, NO, NULL, hook_sent_many},
    [SYS_recvfrom] = {OP_KIND_RECEIVE, FROM_FD, 0, 2, NULL, NULL},
    [SYS_recvmsg] = {OP_KIND_RECEIVE, FROM_FD, 0, NO, NULL, NULL},
    [SYS_recvmmsg] = {OP_KIND_RECEIVE, FROM_FD, 0, NO, NULL, NULL},
    [SYS_shutdown] = {OP_KIND_SHUTDOWN, FROM_FD, 0, 1, NULL, NULL},
    [SYS_ppoll] = {OP_KIND_POLL, FROM_NOTHING, 0, 1, hook_mask_at_3,
                   hook_polled},
    [SYS_pselect6] = {OP_KIND_POLL, FROM_NOTHING, 0, 0, hook_mask_pair_at_5,
                      hook_selected},
    [SYS_epoll_pwait] = {OP_KIND_POLL, FROM_FD, 0, 2, hook_mask_at_4,
                         hook_epolled},
    [SYS_epoll_pwait2] = {OP_KIND_POLL, FROM_FD, 0, 2, hook_mask_at_4,
                          hook_epolled},
    [SYS_epoll_ctl] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                       hook_epoll_changed},
    [SYS_getrandom] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_drawn, NULL},
    [SYS_futex] = {OP_KIND_NONE, FROM_WORD, 0, 1, hook_futex, NULL},
    [SYS_mq_open] = {OP_KIND_MQ_OPEN, FROM_NOTHING, 0, NO, NULL, hook_opened},
    [SYS_mq_unlink] = {OP_KIND_MQ_UNLINK, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_mq_notify] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_notified},
    [SYS_mq_timedsend] = {OP_KIND_MQ_SEND, FROM_FD, 0, 2, NULL, NULL},
    [SYS_mq_timedreceive] = {OP_KIND_MQ_RECEIVE, FROM_FD, 0, 2, NULL, NULL},
    [SYS_semget] = {OP_KIND_SEMGET, FROM_NOTHING, 0, 0, NULL, NULL},
    [SYS_semop] = {OP_KIND_SEMOP, FROM_SEM, 0, 2, hook_semop, hook_semop_done},
    [SYS_semtimedop] = {OP_KIND_SEMOP, FROM_SEM, 0, 2, hook_semop,
                        hook_semop_done},
    [SYS_semctl] = {OP_KIND_SEMCTL, FROM_SEM, 0, 2, NULL, NULL},
    [SYS_msgget] = {OP_KIND_MSGGET, FROM_NOTHING, 0, 0, NULL, NULL},
    [SYS_msgsnd] = {OP_KIND_MSGSND, FROM_MSG, 0, 2, NULL, NULL},
    [SYS_msgrcv] = {OP_KIND_MSGRCV, FROM_MSG, 0, 2, NULL, NULL},
    [SYS_msgctl] = {OP_KIND_MSGCTL, FROM_MSG, 0, 1, NULL, NULL},
    [SYS_shmget] = {OP_KIND_SHMGET, FROM_NOTHING, 0, 1, NULL, NULL},
    [SYS_shmat] = {OP_KIND_SHMAT, FROM_SHM, 0, NO, NULL, hook_attached},
    [SYS_shmdt] = {OP_KIND_SHMDT, FROM_NOTHING, 0, NO, NULL, hook_detached},
    [SYS_shmctl] = {OP_KIND_SHMCTL, FROM_SHM, 0, 1, NULL, NULL},
    [SYS_mmap] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_mapped},
    [SYS_munmap] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_unmapped},
    [SYS_mremap] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_moved},
    [SYS_mprotect] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_protected},
    [SYS_pkey_mprotect] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                           hook_protected},
    [SYS_prlimit64] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_limited},
    [SYS_setrlimit] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_limited},
    [SYS_wait4] = {OP_KIND_WAIT, FROM_NOTHING, 0, 0, hook_want_status,
                   hook_waited},
    [SYS_waitid] = {OP_KIND_WAIT, FROM_NOTHING, 0, 1, NULL, hook_waited_id},
    [SYS_kill] = {OP_KIND_KILL, FROM_TASK, 0, 1, NULL, NULL},
    [SYS_tkill] = {OP_KIND_KILL, FROM_NOTHING, 0, 1, NULL, NULL},
    [SYS_tgkill] = {OP_KIND_KILL, FROM_TASK, 0, 2, NULL, NULL},
    [SYS_rt_sigqueueinfo] = {OP_KIND_KILL, FROM_TASK, 0, 1, NULL, NULL},
    [SYS_rt_tgsigqueueinfo] = {OP_KIND_KILL, FROM_TASK, 0, 2, NULL, NULL},
    [SYS_pidfd_send_signal] = {OP_KIND_KILL, FROM_FD, 0, 1, NULL, NULL},
    [SYS_rt_sigsuspend] = {OP_KIND_SIGWAIT, FROM_NOTHING, 0, NO, hook_mask_at_0,
                           NULL},
    [SYS_rt_sigtimedwait] = {OP_KIND_SIGWAIT, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_nanosleep] = {OP_KIND_SLEEP, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_clock_nanosleep] = {OP_KIND_SLEEP, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_sched_yield] = {OP_KIND_YIELD, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_exit_group] = {OP_KIND_EXIT, FROM_NOTHING, 0, 0, hook_ending, NULL},
    [SYS_exit] = {OP_KIND_THREAD_EXIT, FROM_NOTHING, 0, 0, hook_ending, NULL},
#ifdef SYS_open /* calls that newer architectures dropped */
    [SYS_open] = {OP_KIND_OPEN, FROM_NOTHING, 0, 1, hook_opening, hook_opened},
    [SYS_creat] = {OP_KIND_OPEN, FROM_NOTHING, 0, NO, hook_opening,
                   hook_opened},
    [SYS_dup2] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, hook_guard_dup,
                  hook_duplicated},
    [SYS_rename] = {OP_KIND_RENAME, FROM_PATH, 0, NO, NULL, NULL},
    [SYS_unlink] = {OP_KIND_UNLINK, FROM_PATH, 0, NO, NULL, NULL},
    [SYS_access] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_stat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_lstat] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_readlink] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_asked},
    [SYS_mkdir] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_rmdir] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_link] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_symlink] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_mknod] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, hook_name_made},
    [SYS_pipe] = {OP_KIND_PIPE, FROM_NOTHING, 0, NO, NULL, hook_opened_two},
    [SYS_eventfd] = {OP_KIND_EVENTFD, FROM_NOTHING, 0, 0, NULL, hook_opened},
    [SYS_signalfd] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                      hook_opened_for_signals},
    [SYS_epoll_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          hook_opened_quietly},
    [SYS_inotify_init] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          hook_opened_for_names},
    [SYS_poll] = {OP_KIND_POLL, FROM_NOTHING, 0, 1, NULL, hook_polled},
    [SYS_select] = {OP_KIND_POLL, FROM_NOTHING, 0, 0, NULL, hook_selected},
    [SYS_epoll_wait] = {OP_KIND_POLL, FROM_FD, 0, 2, NULL, hook_epolled},
    [SYS_pause] = {OP_KIND_SIGWAIT, FROM_NOTHING, 0, NO, NULL, NULL},
#endif
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static const struct row *row_of(long number)
{
    if (number < 0 || number >= ROWS)
        return NULL;
    const struct row *row = &rows[number];
    return row->kind || row->before || row->after || row->source ? row : NULL;
}

bool call_is_known(long number)
{
    return row_of(number);
}

/* What may wait for another task, and what may let it go on. */
static const enum op_kind futex_kinds[] = {
    [FUTEX_WAIT] = OP_KIND_FUTEX_WAIT,
    [FUTEX_WAKE] = OP_KIND_FUTEX_WAKE,
    [FUTEX_REQUEUE] = OP_KIND_FUTEX_WAKE,
    [FUTEX_CMP_REQUEUE] = OP_KIND_FUTEX_WAKE,
    [FUTEX_WAKE_OP] = OP_KIND_FUTEX_WAKE,
    [FUTEX_LOCK_PI] = OP_KIND_FUTEX_WAIT,
    [FUTEX_UNLOCK_PI] = OP_KIND_FUTEX_WAKE,
    [FUTEX_TRYLOCK_PI] = OP_KIND_FUTEX_WAIT,
    [FUTEX_WAIT_BITSET] = OP_KIND_FUTEX_WAIT,
    [FUTEX_WAKE_BITSET] = OP_KIND_FUTEX_WAKE,
};
enum { FUTEX_KINDS = sizeof(futex_kinds) / sizeof(futex_kinds[0]) };

/* Calls whose kind depends on an argument. */
static enum op_kind kind_of(const struct call *call, const struct row *row)
{
    if (call->number == SYS_futex) {
        long operation = call->args[1] & FUTEX_CMD_MASK;
        return operation < FUTEX_KINDS ? futex_kinds[operation] : OP_KIND_NONE;
    }
    if (call->number == SYS_fcntl) {
        long command = call->args[1];
        if (command == F_SETLK || command == F_SETLKW ||
            command == F_OFD_SETLK || command == F_OFD_SETLKW)
            return OP_KIND_FCNTL_LOCK;
    }
    return row->kind;
}

bool call_is_op(const struct call *call)
{
    const struct row *row = row_of(call->number);
    return row && kind_of(call, row) != OP_KIND_NONE;
}

static uint32_t object_of(const struct call *call, const struct row *row)
{
    long value = call->args[row->which];
    switch (row->source) {
    case FROM_FD:
        return object_of_fd(value, call->site);
    case FROM_PATH:
        return object_of_path(AT_FDCWD, (const char *)value, call->site);
    case FROM_PATH_AT:
        return object_of_path(call->args[row->which - 1], (const char *)value,
                              call->site);
    case FROM_WORD:
        return object_at((const void *)value, OBJECT_WORD, call->site);
    case FROM_SEM:
        return object_of_id(OBJECT_SYSV_SEM, value, call->site);
    case FROM_SHM:
        return object_of_id(OBJECT_SYSV_SHM, value, call->site);
    case FROM_MSG:
        return object_of_id(OBJECT_SYSV_MSG, value, call->site);
    case FROM_TASK:
        return object_of_task((int)value, call->site);
    case FROM_NOTHING:
        break;
    }
    return call->number == SYS_fcntl ? object_of_fd(value, call->site) : 0;
}

/* Calls that give something back though their kind also takes. */
static uint32_t releases(const struct call *call)
{
    bool gives = false;
    if (call->number == SYS_flock)
        gives = (call->args[1] & ~LOCK_NB) == LOCK_UN;
    else if (call->number == SYS_fcntl && call->args[2])
        gives = ((const struct flock *)call->args[2])->l_type == F_UNLCK;
    else if ((call->number == SYS_semop || call->number == SYS_semtimedop) &&
             call->args[1] && call->args[2] == 1)
        gives = ((const struct sembuf *)call->args[1])->sem_op > 0;
    return gives ? OP_FLAG_RELEASE : 0;
}

void call_begin(struct call *call)
{
    const struct row *row = row_of(call->number);
    call->point.position = 0;
    call->answered = call->made = false;
    if (!row)
        return;
    buffers_given(call);
    enum op_kind kind = kind_of(call, row);
    uint32_t object = kind ? object_of(call, row) : 0;
    bool control = kind && control_on();
    uint64_t deadline;
    if (control && attempts_is_sleep(call, &deadline)) {
        call->point = point_sleep(deadline, call->site, call->flags);
        call->result = attempts_end_sleep(call, deadline);
        call->made = true;
        return;
    }
    if (kind) {
        uint64_t argument =
            row->argument >= 0 ? (uint64_t)call->args[row->argument] : 0;
        call->point = point_begin(kind, object, argument, call->site,
                                  call->flags | releases(call));
    }
    if (row->before)
        row->before(call, object);
    if (control && !call->answered)
        call->made = attempts_make(call, object);
}

void call_end(struct call *call, long result)
{
    const struct row *row = row_of(call->number);
    if (!row)
        return;
    if (row->after && !call->answered)
        row->after(call, result);
    point_end(call->point, result);
    buffers_filled(call, result);
}
