#include "hooks.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/attempts.h"
#include "dispatch.h"
#include "edges/edges.h"
#include "guard/guard.h"
#include "memory/part.h"
#include "memory/renew.h"
#include "objects.h"
#include "sharing.h"
#include "state.h"
#include "sweep.h"
#include "sys.h"
#include "tasks.h"

/* -- Guarding the segment's own descriptor ---------------------------------*/

void hook_guard_close(struct call *call, uint32_t object)
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

void hook_guard_close_range(struct call *call, uint32_t object)
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
void hook_guard_dup(struct call *call, uint32_t object)
{
    (void)object;
    edges_closing(0); /* of what was there */
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
void hook_limit_output(struct call *call, uint32_t number)
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

void hooks_count(long fd, long bytes, uint64_t site)
{
    uint32_t number = bytes < 0 ? 0 : object_of_fd(fd, site);
    if (!number)
        return;
    struct segment_object *object = &runtime.segment->objects[number];
    __atomic_fetch_add(&object->bytes_out, (uint64_t)bytes, __ATOMIC_RELAXED);
    edges_written(fd, number);
}

void hook_count_bytes(struct call *call, long result)
{
    hooks_count(call->args[0], result, call->site);
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

void hook_mask_at_0(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 0, 1);
}

void hook_mask_at_3(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 3, 4);
}

void hook_mask_at_4(struct call *call, uint32_t object)
{
    (void)object;
    allow_mask(call, 4, 5);
}

/* pselect6 takes a pair of mask and size. */
void hook_mask_pair_at_5(struct call *call, uint32_t object)
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

void hook_opened(struct call *call, long result)
{
    if (call->point.kind == OP_KIND_OPEN)
        sharing_opened(call, result);
    if (result == -ENXIO && call->point.kind == OP_KIND_OPEN)
        edges_refused(call);
    if (result < 0)
        return;
    fds_opened(result);
    renew_opened(result, hooks_open_flags(call));
    if (!call->point.position)
        return;
    uint32_t object = object_of_fd(result, call->site);
    segment_op_set_object(runtime.segment, call->point.position, object);
    if (call->point.kind == OP_KIND_OPEN)
        edges_opened(call, object);
}

void hook_opened_quietly(struct call *call, long result)
{
    (void)call;
    fds_opened(result);
}

void hook_opened_two(struct call *call, long result)
{
    if (result < 0)
        return;
    int which = call->number == SYS_socketpair ? 3 : 0;
    const int *pair = (const int *)call->args[which];
    fds_opened(pair[0]);
    fds_opened(pair[1]);
    uint32_t second = object_of_fd(pair[1], call->site);
    uint32_t first = object_of_fd(pair[0], call->site);
    segment_op_set_object(runtime.segment, call->point.position, first);
    if (which && first && second) {
        runtime.segment->objects[first].edge |= second * EDGE_PARTNER;
        runtime.segment->objects[second].edge |= first * EDGE_PARTNER;
    }
}

void hook_duplicated(struct call *call, long result)
{
    if (result >= 0)
        fds_copy(call->args[0], result);
}

void hook_fcntl_done(struct call *call, long result)
{
    if (result >= 0 &&
        (call->args[1] == F_DUPFD || call->args[1] == F_DUPFD_CLOEXEC))
        fds_copy(call->args[0], result);
    hook_locked(call, result);
}

/* -- Memory -----------------------------------------------------------------*/

void hook_mapped(struct call *call, long result)
{
    if (result < 0 && result > -4096)
        return;
    const void *start = (const void *)result;
    size_t length = (size_t)call->args[1];
    long type = call->args[3] & MAP_TYPE;
    if (type == MAP_SHARED || type == MAP_SHARED_VALIDATE) {
        regions_map(start, length,
                    call->args[3] & MAP_ANONYMOUS ? -1 : (int)call->args[4],
                    (uint64_t)call->args[5], call->site);
        guard_mapped(start, length, (int)call->args[2], false);
    } else if (call->args[3] & MAP_FIXED) {
        regions_unmap(start, length);
        guard_unmapped(start, length);
    }
    renew_private(start, length);
}

void hook_unmapped(struct call *call, long result)
{
    if (result)
        return;
    const void *start = (const void *)call->args[0];
    size_t length = (size_t)call->args[1];
    regions_unmap(start, length);
    guard_unmapped(start, length);
    renew_private(start, length);
}

void hook_protected(struct call *call, long result)
{
    if (!result)
        guard_protected((const void *)call->args[0], (size_t)call->args[1],
                        (int)call->args[2]);
}

void hook_moved(struct call *call, long result)
{
    if (result < 0 && result > -4096)
        return;
    const void *from = (const void *)call->args[0], *to = (const void *)result;
    size_t old = (size_t)call->args[1], length = (size_t)call->args[2];
    regions_move(from, old, to, length);
    guard_moved(from, old, to, length);
}

void hook_attached(struct call *call, long result)
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
    regions_attach((const void *)result, about.size, (int)call->args[0],
                   call->site);
    guard_mapped((const void *)result, about.size,
                 PROT_READ | (call->args[2] & SHM_RDONLY ? 0 : PROT_WRITE) |
                     (call->args[2] & SHM_EXEC ? PROT_EXEC : 0),
                 true);
}

void hook_detached(struct call *call, long result)
{
    if (result)
        return;
    regions_detach((const void *)call->args[0]);
    guard_detached((const void *)call->args[0]);
}

/* A program that limits its own address space counts on what it knows of. */
void hook_limited(struct call *call, long result)
{
    bool other = call->number == SYS_prlimit64;
    const struct rlimit *limit = (const struct rlimit *)call->args[1 + other];
    if (!result && limit && call->args[other] == RLIMIT_AS &&
        limit->rlim_cur != RLIM_INFINITY)
        part_give_up();
}

/* -- Processes --------------------------------------------------------------*/

/* wait4(): the status must be known even when the caller does not ask. */
void hook_want_status(struct call *call, uint32_t object)
{
    (void)object;
    call->copy.mask = 0;
    if (!call->args[1])
        call->args[1] = (long)&call->copy.mask;
}

void hook_waited(struct call *call, long result)
{
    if (result <= 0)
        return;
    tasks_reaped((int)result, *(const int *)call->args[1]);
    edges_waited((int)result);
}

void hook_waited_id(struct call *call, long result)
{
    const siginfo_t *info = (const siginfo_t *)call->args[2];
    if (!result && (!info || info->si_pid))
        edges_waited(info ? info->si_pid : 0);
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
void hook_ending(struct call *call, uint32_t object)
{
    (void)object;
    struct segment *segment = runtime.segment;
    if (call->number == SYS_exit_group) {
        uint32_t process = tasks_process();
        struct segment_task *task = &segment->tasks[process];
        if (!task->status_known)
            task->exit_status = (int)(call->args[0] & 0xff) << 8;
        fds_note_left();
        sweep_note_children();
        segment_task_end(segment, process);
    }
    if (control_on())
        turn_leave(call->number == SYS_exit_group);
    segment_task_end(segment, local.task);
}

void hooks_beyond_control(const char *name, uint64_t site)
{
    struct segment_schedule *schedule = &runtime.segment->schedule;
    if (!control_on() || schedule->real_time++)
        return;
    schedule->real_start_ns = clock_now_ns() - schedule->now_ns;
    text_put(schedule->external_call,
             schedule->external_call + sizeof(schedule->external_call), name);
    schedule->external_site = site;
    schedule->externals_ever++;
}

void hook_real_time(struct call *call, uint32_t object)
{
    (void)object;
    hooks_beyond_control(call->number == SYS_timer_create ? "timer_create"
                                                          : "timerfd_create",
                         call->site);
}

/* Not an op: others cannot see it. */
void hook_drawn(struct call *call, uint32_t object)
{
    if (control_on())
        call->made = attempts_make(call, object);
}
