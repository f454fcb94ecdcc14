#include "calls.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/attempts.h"
#include "dispatch.h"
#include "objects.h"
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
    void (*before)(struct call *call, uint32_t object);
    void (*after)(struct call *call, long result);
};

/* -- Guarding the segment's own descriptor ---------------------------------*/

static void guard_close(struct call *call, uint32_t object)
{
    if (control_on())
        attempts_closing(object, call->args[0], call->site);
    if (call->args[0] == runtime.segment_fd) {
        call->answered = true;
        call->result = -EBADF;
        return;
    }
    fds_forget(call->args[0]);
}

static void guard_close_range(struct call *call, uint32_t object)
{
    (void)object;
    unsigned long first = (unsigned)call->args[0];
    unsigned long last = (unsigned)call->args[1];
    unsigned long ours = (unsigned)runtime.segment_fd;
    if (!(call->args[2] & CLOSE_RANGE_CLOEXEC))
        fds_forget_range(first, last);
    if (ours < first || ours > last)
        return;
    call->answered = true;
    call->result = 0;
    if (first < ours)
        call->result = SYS3(SYS_close_range, first, ours - 1, call->args[2]);
    if (!call->result && ours < last)
        call->result = SYS3(SYS_close_range, ours + 1, last, call->args[2]);
}

/* dup2() and dup3() onto the segment's descriptor: move it out of the way. */
static void guard_dup(struct call *call, uint32_t object)
{
    (void)object;
    if (call->args[1] != runtime.segment_fd)
        return;
    long moved =
        SYS3(SYS_fcntl, runtime.segment_fd, F_DUPFD, runtime.segment_fd + 1);
    if (moved >= 0)
        runtime.segment_fd = (int)moved;
}

/* -- Output beyond the limit ------------------------------------------------*/

static long bytes_asked(const struct call *call)
{
    if (call->number != SYS_writev)
        return call->args[2];
    const struct iovec *parts = (const struct iovec *)call->args[1];
    long sum = 0;
    for (long i = 0; i < call->args[2] && i < IOV_MAX; i++)
        sum += (long)parts[i].iov_len;
    return sum;
}

/* A target that prints without end must fill neither memory nor disk: what
 * goes beyond the limit is counted and dropped. */
static void limit_output(struct call *call, uint32_t number)
{
    const struct segment_object *object =
        segment_object_get(runtime.segment, number);
    if (!object || !runtime.stdout_id ||
        (object->backing != runtime.stdout_id &&
         object->backing != runtime.stderr_id))
        return;
    if (__atomic_load_n(&object->bytes_out, __ATOMIC_RELAXED) <
        runtime.segment->config.output_limit)
        return;
    call->answered = true;
    call->result = bytes_asked(call);
    __atomic_fetch_add(&runtime.segment->control.output_dropped,
                       (uint64_t)call->result, __ATOMIC_RELAXED);
}

static void count_bytes(struct call *call, long result)
{
    uint32_t number = object_of_fd(call->args[0], call->site);
    if (result <= 0 || !number)
        return;
    struct segment_object *object = &runtime.segment->objects[number];
    __atomic_fetch_add(&object->bytes_out, (uint64_t)result, __ATOMIC_RELAXED);
}

/* -- Signal masks: SIGSYS must stay deliverable -----------------------------*/

static void allow_mask(struct call *call, int which, int size)
{
    if (!runtime.dispatch || !call->args[which] || call->args[size] != 8)
        return;
    memcpy(&call->copy_mask, (const void *)call->args[which], 8);
    call->copy_mask = dispatch_allowed_mask(call->copy_mask);
    call->args[which] = (long)&call->copy_mask;
}

static void mask_at_0(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 0, 1);
}

static void mask_at_3(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 3, 4);
}

static void mask_at_4(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 4, 5);
}

/* pselect6 takes a pair of mask and size. */
static void mask_pair_at_5(struct call *call, uint32_t object)
{
    (void)object;
    if (!runtime.dispatch || !call->args[5])
        return;
    memcpy(&call->copy.pair, (const void *)call->args[5],
           sizeof(call->copy.pair));
    if (!call->copy.pair.mask || call->copy.pair.size != 8)
        return;
    memcpy(&call->copy_mask, call->copy.pair.mask, 8);
    call->copy_mask = dispatch_allowed_mask(call->copy_mask);
    call->copy.pair.mask = &call->copy_mask;
    call->args[5] = (long)&call->copy.pair;
}

/* -- Descriptors come and go ------------------------------------------------*/

static void opened(struct call *call, long result)
{
    if (result < 0)
        return;
    fds_opened(result);
    if (call->point.position)
        segment_op_set_object(runtime.segment, call->point.position,
                              object_of_fd(result, call->site));
}

static void opened_quietly(struct call *call, long result)
{
    (void)call;
    fds_opened(result);
}

static void opened_two(struct call *call, long result)
{
    if (result < 0)
        return;
    int which = call->number == SYS_socketpair ? 3 : 0;
    const int *pair = (const int *)call->args[which];
    fds_opened(pair[0]);
    fds_opened(pair[1]);
    object_of_fd(pair[1], call->site);
    segment_op_set_object(runtime.segment, call->point.position,
                          object_of_fd(pair[0], call->site));
}

static void duplicated(struct call *call, long result)
{
    if (result >= 0)
        fds_copy(call->args[0], result);
}

static void fcntl_done(struct call *call, long result)
{
    if (result >= 0 &&
        (call->args[1] == F_DUPFD || call->args[1] == F_DUPFD_CLOEXEC))
        fds_copy(call->args[0], result);
}

/* -- Memory -----------------------------------------------------------------*/

static void mapped(struct call *call, long result)
{
    if (result < 0 && result > -4096)
        return;
    const void *start = (const void *)result;
    size_t length = (size_t)call->args[1];
    long type = call->args[3] & MAP_TYPE;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE)
        regions_map(start, length,
                    call->args[3] & MAP_ANONYMOUS ? -1 : (int)call->args[4],
                    (uint64_t)call->args[5]);
    else if (call->args[3] & MAP_FIXED)
        regions_unmap(start, length);
}

static void unmapped(struct call *call, long result)
{
    if (!result)
        regions_unmap((const void *)call->args[0], (size_t)call->args[1]);
}

static void attached(struct call *call, long result)
{
    if (result < 0 && result > -4096)
        return;
    /* struct shmid_ds starts with ipc_perm; its size follows at once. */
    struct {
        char perm[48];
        unsigned long size;
        char rest[64];
    } about;
    if (SYS3(SYS_shmctl, call->args[0], 2 /* IPC_STAT */, &about) < 0)
        return;
    regions_attach((const void *)result, about.size, (int)call->args[0]);
}

static void detached(struct call *call, long result)
{
    if (!result)
        regions_detach((const void *)call->args[0]);
}

/* -- Processes --------------------------------------------------------------*/

/* wait4(): the status must be known even when the caller does not ask. */
static void want_status(struct call *call, uint32_t object)
{
    (void)object;
    call->copy.mask = 0;
    if (!call->args[1])
        call->args[1] = (long)&call->copy.mask;
}

static void waited(struct call *call, long result)
{
    if (result > 0)
        tasks_reaped((int)result, *(const int *)call->args[1]);
}

static void waited_id(struct call *call, long result)
{
    const siginfo_t *info = (const siginfo_t *)call->args[2];
    if (result || !info || !info->si_pid || (call->args[3] & WNOWAIT))
        return;
    int status =
        info->si_code == CLD_EXITED
            ? (info->si_status & 0xff) << 8
            : info->si_status | (info->si_code == CLD_DUMPED ? 0x80 : 0);
    if (info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
        info->si_code == CLD_DUMPED)
        tasks_reaped(info->si_pid, status);
}

/* The op exists for the reader of the trace; nobody returns from exit. */
static void ending(struct call *call, uint32_t object)
{
    (void)object;
    struct segment *segment = runtime.segment;
    if (call->number == SYS_exit_group) {
        uint32_t process = tasks_process();
        struct segment_task *task = &segment->tasks[process];
        if (!task->status_known)
            task->exit_status = (int)(call->args[0] & 0xff) << 8;
        fds_note_left();
        segment_task_end(segment, process);
    }
    if (control_on())
        turn_leave(call->number == SYS_exit_group);
    segment_task_end(segment, local.task);
}

/* What these timers do is not under control: while there are some, nobody can
 * say that a task which waits will do so for ever. */
static void real_time(struct call *call, uint32_t object)
{
    struct segment_schedule *schedule = &runtime.segment->schedule;
    (void)object;
    if (!control_on())
        return;
    if (!schedule->real_time++) {
        schedule->real_start_ns = clock_now_ns() - schedule->now_ns;
        strcpy(schedule->external_call, call->number == SYS_timer_create
                                            ? "timer_create"
                                            : "timerfd_create");
        schedule->external_site = call->site;
        schedule->externals_ever++;
    }
}

/* Not an op: others cannot see it. */
static void drawn(struct call *call, uint32_t object)
{
    if (control_on())
        call->made = attempts_make(call, object);
}

/* -- The table --------------------------------------------------------------*/

#define NO -1
static const struct row rows[] = {
    [SYS_read] = {OP_KIND_READ, FROM_FD, 0, 2, NULL, NULL},
    [SYS_pread64] = {OP_KIND_READ, FROM_FD, 0, 2, NULL, NULL},
    [SYS_readv] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_preadv] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_preadv2] = {OP_KIND_READ, FROM_FD, 0, NO, NULL, NULL},
    [SYS_write] = {OP_KIND_WRITE, FROM_FD, 0, 2, limit_output, count_bytes},
    [SYS_pwrite64] = {OP_KIND_WRITE, FROM_FD, 0, 2, limit_output, count_bytes},
    [SYS_writev] = {OP_KIND_WRITE, FROM_FD, 0, NO, limit_output, count_bytes},
    [SYS_pwritev] = {OP_KIND_WRITE, FROM_FD, 0, NO, NULL, count_bytes},
    [SYS_pwritev2] = {OP_KIND_WRITE, FROM_FD, 0, NO, NULL, count_bytes},
    [SYS_sendfile] = {OP_KIND_WRITE, FROM_FD, 0, 3, NULL, count_bytes},
    [SYS_splice] = {OP_KIND_WRITE, FROM_FD, 2, 4, NULL, NULL},
    [SYS_copy_file_range] = {OP_KIND_WRITE, FROM_FD, 2, 4, NULL, NULL},
    [SYS_lseek] = {OP_KIND_SEEK, FROM_FD, 0, 1, NULL, NULL},
    [SYS_ftruncate] = {OP_KIND_TRUNCATE, FROM_FD, 0, 1, NULL, NULL},
    [SYS_fallocate] = {OP_KIND_TRUNCATE, FROM_FD, 0, 3, NULL, NULL},
    [SYS_openat] = {OP_KIND_OPEN, FROM_NOTHING, 0, 2, NULL, opened},
    [SYS_openat2] = {OP_KIND_OPEN, FROM_NOTHING, 0, NO, NULL, opened},
    [SYS_close] = {OP_KIND_CLOSE, FROM_FD, 0, 0, guard_close, NULL},
    [SYS_close_range] = {OP_KIND_CLOSE, FROM_NOTHING, 0, 0, guard_close_range,
                         NULL},
    [SYS_dup] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, duplicated},
    [SYS_dup3] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, guard_dup, duplicated},
    [SYS_fcntl] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, fcntl_done},
    [SYS_flock] = {OP_KIND_FLOCK, FROM_FD, 0, 1, NULL, NULL},
    [SYS_truncate] = {OP_KIND_TRUNCATE, FROM_PATH, 0, 1, NULL, NULL},
    [SYS_renameat] = {OP_KIND_RENAME, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_renameat2] = {OP_KIND_RENAME, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_unlinkat] = {OP_KIND_UNLINK, FROM_PATH_AT, 1, NO, NULL, NULL},
    [SYS_pipe2] = {OP_KIND_PIPE, FROM_NOTHING, 0, NO, NULL, opened_two},
    [SYS_socketpair] = {OP_KIND_SOCKET, FROM_NOTHING, 0, NO, NULL, opened_two},
    [SYS_socket] = {OP_KIND_SOCKET, FROM_NOTHING, 0, NO, NULL, opened},
    [SYS_eventfd2] = {OP_KIND_EVENTFD, FROM_NOTHING, 0, 0, NULL, opened},
    [SYS_signalfd4] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, opened_quietly},
    [SYS_timerfd_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, real_time,
                            opened_quietly},
    [SYS_timer_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, real_time, NULL},
    [SYS_epoll_create1] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                           opened_quietly},
    [SYS_memfd_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          opened_quietly},
    [SYS_pidfd_open] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                        opened_quietly},
    [SYS_inotify_init1] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                           opened_quietly},
    [SYS_bind] = {OP_KIND_BIND, FROM_FD, 0, NO, NULL, NULL},
    [SYS_listen] = {OP_KIND_LISTEN, FROM_FD, 0, NO, NULL, NULL},
    [SYS_connect] = {OP_KIND_CONNECT, FROM_FD, 0, NO, NULL, NULL},
    [SYS_accept] = {OP_KIND_ACCEPT, FROM_FD, 0, NO, NULL, opened_quietly},
    [SYS_accept4] = {OP_KIND_ACCEPT, FROM_FD, 0, NO, NULL, opened_quietly},
    [SYS_sendto] = {OP_KIND_SEND, FROM_FD, 0, 2, NULL, NULL},
    [SYS_sendmsg] = {OP_KIND_SEND, FROM_FD, 0, NO, NULL, NULL},
    [SYS_sendmmsg] = {OP_KIND_SEND, FROM_FD, 0, NO, NULL, NULL},
    [SYS_recvfrom] = {OP_KIND_RECEIVE, FROM_FD, 0, 2, NULL, NULL},
    [SYS_recvmsg] = {OP_KIND_RECEIVE, FROM_FD, 0, NO, NULL, NULL},
    [SYS_recvmmsg] = {OP_KIND_RECEIVE, FROM_FD, 0, NO, NULL, NULL},
    [SYS_shutdown] = {OP_KIND_SHUTDOWN, FROM_FD, 0, 1, NULL, NULL},
    [SYS_ppoll] = {OP_KIND_POLL, FROM_NOTHING, 0, 1, mask_at_3, NULL},
    [SYS_pselect6] = {OP_KIND_POLL, FROM_NOTHING, 0, 0, mask_pair_at_5, NULL},
    [SYS_epoll_pwait] = {OP_KIND_POLL, FROM_FD, 0, 2, mask_at_4, NULL},
    [SYS_epoll_pwait2] = {OP_KIND_POLL, FROM_FD, 0, 2, mask_at_4, NULL},
    [SYS_getrandom] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, drawn, NULL},
    [SYS_futex] = {OP_KIND_NONE, FROM_WORD, 0, 1, NULL, NULL},
    [SYS_mq_open] = {OP_KIND_MQ_OPEN, FROM_NOTHING, 0, NO, NULL, opened},
    [SYS_mq_unlink] = {OP_KIND_MQ_UNLINK, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_mq_timedsend] = {OP_KIND_MQ_SEND, FROM_FD, 0, 2, NULL, NULL},
    [SYS_mq_timedreceive] = {OP_KIND_MQ_RECEIVE, FROM_FD, 0, 2, NULL, NULL},
    [SYS_semget] = {OP_KIND_SEMGET, FROM_NOTHING, 0, 0, NULL, NULL},
    [SYS_semop] = {OP_KIND_SEMOP, FROM_SEM, 0, 2, NULL, NULL},
    [SYS_semtimedop] = {OP_KIND_SEMOP, FROM_SEM, 0, 2, NULL, NULL},
    [SYS_semctl] = {OP_KIND_SEMCTL, FROM_SEM, 0, 2, NULL, NULL},
    [SYS_msgget] = {OP_KIND_MSGGET, FROM_NOTHING, 0, 0, NULL, NULL},
    [SYS_msgsnd] = {OP_KIND_MSGSND, FROM_MSG, 0, 2, NULL, NULL},
    [SYS_msgrcv] = {OP_KIND_MSGRCV, FROM_MSG, 0, 2, NULL, NULL},
    [SYS_msgctl] = {OP_KIND_MSGCTL, FROM_MSG, 0, 1, NULL, NULL},
    [SYS_shmget] = {OP_KIND_SHMGET, FROM_NOTHING, 0, 1, NULL, NULL},
    [SYS_shmat] = {OP_KIND_SHMAT, FROM_SHM, 0, NO, NULL, attached},
    [SYS_shmdt] = {OP_KIND_SHMDT, FROM_NOTHING, 0, NO, NULL, detached},
    [SYS_shmctl] = {OP_KIND_SHMCTL, FROM_SHM, 0, 1, NULL, NULL},
    [SYS_mmap] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, mapped},
    [SYS_munmap] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, unmapped},
    [SYS_wait4] = {OP_KIND_WAIT, FROM_NOTHING, 0, 0, want_status, waited},
    [SYS_waitid] = {OP_KIND_WAIT, FROM_NOTHING, 0, 1, NULL, waited_id},
    [SYS_kill] = {OP_KIND_KILL, FROM_TASK, 0, 1, NULL, NULL},
    [SYS_tkill] = {OP_KIND_KILL, FROM_NOTHING, 0, 1, NULL, NULL},
    [SYS_tgkill] = {OP_KIND_KILL, FROM_TASK, 0, 2, NULL, NULL},
    [SYS_rt_sigqueueinfo] = {OP_KIND_KILL, FROM_TASK, 0, 1, NULL, NULL},
    [SYS_pidfd_send_signal] = {OP_KIND_KILL, FROM_FD, 0, 1, NULL, NULL},
    [SYS_rt_sigsuspend] = {OP_KIND_SIGWAIT, FROM_NOTHING, 0, NO, mask_at_0,
                           NULL},
    [SYS_rt_sigtimedwait] = {OP_KIND_SIGWAIT, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_nanosleep] = {OP_KIND_SLEEP, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_clock_nanosleep] = {OP_KIND_SLEEP, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_sched_yield] = {OP_KIND_YIELD, FROM_NOTHING, 0, NO, NULL, NULL},
    [SYS_exit_group] = {OP_KIND_EXIT, FROM_NOTHING, 0, 0, ending, NULL},
    [SYS_exit] = {OP_KIND_THREAD_EXIT, FROM_NOTHING, 0, 0, ending, NULL},
#ifdef SYS_open /* calls that newer architectures dropped */
    [SYS_open] = {OP_KIND_OPEN, FROM_NOTHING, 0, 1, NULL, opened},
    [SYS_creat] = {OP_KIND_OPEN, FROM_NOTHING, 0, NO, NULL, opened},
    [SYS_dup2] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, guard_dup, duplicated},
    [SYS_rename] = {OP_KIND_RENAME, FROM_PATH, 0, NO, NULL, NULL},
    [SYS_unlink] = {OP_KIND_UNLINK, FROM_PATH, 0, NO, NULL, NULL},
    [SYS_pipe] = {OP_KIND_PIPE, FROM_NOTHING, 0, NO, NULL, opened_two},
    [SYS_eventfd] = {OP_KIND_EVENTFD, FROM_NOTHING, 0, 0, NULL, opened},
    [SYS_signalfd] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL, opened_quietly},
    [SYS_epoll_create] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          opened_quietly},
    [SYS_inotify_init] = {OP_KIND_NONE, FROM_NOTHING, 0, NO, NULL,
                          opened_quietly},
    [SYS_poll] = {OP_KIND_POLL, FROM_NOTHING, 0, 1, NULL, NULL},
    [SYS_select] = {OP_KIND_POLL, FROM_NOTHING, 0, 0, NULL, NULL},
    [SYS_epoll_wait] = {OP_KIND_POLL, FROM_FD, 0, 2, NULL, NULL},
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

/* Calls whose kind depends on an argument. */
static enum op_kind kind_of(const struct call *call, const struct row *row)
{
    if (call->number == SYS_futex) {
        long operation = call->args[1] & FUTEX_CMD_MASK;
        if (operation == FUTEX_WAIT || operation == FUTEX_WAIT_BITSET)
            return OP_KIND_FUTEX_WAIT;
        if (operation == FUTEX_WAKE || operation == FUTEX_WAKE_BITSET)
            return OP_KIND_FUTEX_WAKE;
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
}
