#include "slot.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"
#include "budget.h"
#include "configure.h"
#include "inspect.h"
#include "launch.h"
#include "memory.h"
#include "offer.h"
#include "sched/sched.h"
#include "segment/write.h"
#include "server.h"
#include "watchdog.h"

enum { SNAPSHOTS = 256 };

/* -- Opening and closing ---------------------------------------------------*/

/* The thread and the server hand an iteration to each other twice: a futex
 * hand-over costs 3 us on one core, 20 to 34 us between two (measured). */
static void pin_thread(struct slot *slot)
{
    cpu_set_t cpus;
    if (slot->options->cpu < 0)
        return;
    sched_getaffinity(0, sizeof(slot->cpus_before), &slot->cpus_before);
    CPU_ZERO(&cpus);
    CPU_SET(slot->options->cpu, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
}

static void unpin_thread(const struct slot *slot)
{
    if (slot->options->cpu >= 0)
        sched_setaffinity(0, sizeof(slot->cpus_before), &slot->cpus_before);
}

int slot_open(struct slot **out, const struct slot_options *options,
              struct mps_diag *diag)
{
    *out = NULL;
    struct slot *slot = calloc(1, sizeof(*slot));
    if (!slot)
        return diag_set(diag, -ENOMEM, "out of memory");
    slot->options = options;
    slot->segment_fd = slot->directory_fd = -1;
    pin_thread(slot);
    slot->outside = launch_is_outside(options->program);
    slot->stdout_fd = memfd_create("stdout", MFD_CLOEXEC);
    slot->stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
    slot->snapshots = calloc(SNAPSHOTS, sizeof(*slot->snapshots));
    int err = 0;
    if (slot->stdout_fd < 0 || slot->stderr_fd < 0 || !slot->snapshots)
        err = diag_set(diag, -ENOMEM, "out of memory or descriptors");
    if (!err)
        err = server_start(slot, diag);
    if (err) {
        slot_close(slot);
        return err;
    }
    *out = slot;
    return 0;
}

void slot_close(struct slot *slot)
{
    if (!slot)
        return;
    unpin_thread(slot);
    server_stop(slot);
    if (slot->segment)
        munmap(slot->segment, sizeof(*slot->segment));
    memory_unmap(slot->memory);
    const int fds[] = {slot->segment_fd, slot->stdout_fd, slot->stderr_fd,
                       slot->directory_fd};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (slot->options->isolation == ISOLATION_NONE) {
        char *work = str_format("%s/work", slot->options->directory);
        if (work)
            fs_remove_tree(work);
        free(work);
    }
    free(slot->snapshots);
    free(slot);
}

/* -- Running ---------------------------------------------------------------*/

static void empty_output(int fd)
{
    struct stat st;
    if (!fstat(fd, &st) && st.st_size && !ftruncate(fd, 0))
        lseek(fd, 0, SEEK_SET);
}

static void empty_directory(struct slot *slot)
{
    struct stat st;
    if (slot->directory_fd < 0)
        return;
    if (slot->empty_size >= 0 && !fstat(slot->directory_fd, &st) &&
        st.st_size == slot->empty_size)
        return;
    fs_empty_dir(slot->directory_fd);
}

/* The iteration did not end by itself: end it, and if the server does not
 * come back from that, end the server. */
static void end_iteration(struct slot *slot, uint32_t request)
{
    const struct segment_control *control = &slot->segment->control;
    uint64_t start = clock_now_ns();
    while (__atomic_load_n(&control->done, __ATOMIC_ACQUIRE) != request) {
        /* What forks faster than it can be killed ends with its namespace. */
        if (server_is_gone(slot) || inspect_is_crowd(slot->segment) ||
            clock_now_ns() - start > UINT64_C(2000000000)) {
            server_stop(slot);
            return;
        }
        inspect_kill(slot->server);
        server_wait_slice(&control->done, control->done, UINT64_C(20000000));
    }
}

/* The task that stands for a debugger goes on. */
void slot_resume(struct slot *slot)
{
    struct segment_schedule *schedule = &slot->segment->schedule;
    __atomic_store_n(&schedule->stopped, 2, __ATOMIC_RELEASE);
    syscall(SYS_futex, &schedule->stopped, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Whether the scheduler has come to the end of what can happen. */
static bool has_verdict(const struct slot *slot, const struct control *control)
{
    uint32_t verdict =
        __atomic_load_n(&slot->segment->schedule.verdict, __ATOMIC_ACQUIRE);
    /* Tasks that the root left behind are the server's to find and to end. */
    return control && verdict != SCHEDULE_OPEN && verdict != SCHEDULE_IDLE;
}

/* A task stands where somebody wants to look at it: let them, then let it go
 * on. */
static void show_stopped(struct slot *slot, const struct control *control)
{
    struct segment_schedule *schedule = &slot->segment->schedule;
    uint32_t holder = __atomic_load_n(&schedule->holder, __ATOMIC_ACQUIRE);
    pid_t tid = 0;
    pid_t pid = holder && holder <= SEGMENT_TASKS
                    ? inspect_pid(slot->server, slot->segment, holder - 1, &tid)
                    : 0;
    if (pid && control->at_stop)
        control->at_stop(control->context, pid, tid);
    slot_resume(slot);
}

/* The root has ended by itself, and the server, which has been told, ends those
 * who are left and notes them. */
static void await_sweep(const struct slot *slot, uint32_t request)
{
    const struct segment_control *control = &slot->segment->control;
    uint64_t start = clock_now_ns();
    uint32_t done;
    while ((done = __atomic_load_n(&control->done, __ATOMIC_ACQUIRE)) !=
               request &&
           !server_is_gone(slot) && !*slot->options->stop &&
           clock_now_ns() - start < UINT64_C(2000000000))
        server_wait_slice(&control->done, done, UINT64_MAX);
}

/* The tasks as they stand, and then the end of them. */
static void end_by_verdict(struct slot *slot, const struct control *control,
                           uint32_t request, struct outcome *outcome)
{
    uint32_t verdict = slot->segment->schedule.verdict;
    if (!control->without_stacks &&
        (verdict == SCHEDULE_DEADLOCK || verdict == SCHEDULE_LIVELOCK))
        outcome->snapshot_count =
            inspect_tasks(slot->server, slot->segment, slot->options->symbols,
                          slot->snapshots, SNAPSHOTS);
    if (verdict == SCHEDULE_IDLE && segment_plausible(slot->segment))
        await_sweep(slot, request);
    end_iteration(slot, request);
}

/* Each access takes tens of microseconds when it is guarded. */
static uint64_t time_limit_ns(const struct scenario *scenario,
                              const struct control *control)
{
    enum { GUARDED = 10 };
    uint64_t limit_ns = scenario->time_limit_ns;
    bool guarded = control && control->guard;
    return guarded && limit_ns < UINT64_MAX / GUARDED ? limit_ns * GUARDED
                                                      : limit_ns;
}

/* Whether the iteration keeps clocks: else nothing in the memory part is its.
 */
static bool keeps_memory(const struct slot *slot)
{
    return slot_has_memory(slot) &&
           (slot->segment->config.flags & SEGMENT_MEMORY);
}

int slot_iterate(struct slot *slot, const struct choice *choice,
                 uint64_t iteration, uint64_t seed,
                 const struct disturbance *disturbance,
                 const struct control *control, struct outcome *outcome,
                 struct mps_diag *diag)
{
    int err = slot->server ? 0 : server_start(slot, diag);
    if (err)
        return err;
    empty_output(slot->stdout_fd);
    empty_output(slot->stderr_fd);
    empty_directory(slot);
    memory_reset(slot->memory, slot->segment_fd, slot->segment);
    segment_reset(slot->segment);
    err = configure(slot->segment, slot->options, slot->outside, choice,
                    iteration, seed, disturbance, control, diag);
    if (err)
        return err;
    if (control)
        sched_begin(slot->segment);
    uint32_t looks = slot->segment->config.flags;
    if (looks & SEGMENT_RACES &&
        (looks & SEGMENT_GUARD || slot->segment->control.instrumented))
        offer_pointers(slot->segment, slot->options->symbols);

    struct segment_control *shared = &slot->segment->control;
    const struct scenario *scenario = choice->scenario;
    *outcome = (struct outcome){
        .choice = choice,
        .iteration = iteration,
        .seed = seed,
        .controlled = control != NULL,
        .control = control,
        .segment = slot->segment,
        .symbols = slot->options->symbols,
        .program = slot->options->program,
        .time_limit_ns = time_limit_ns(scenario, control),
        .snapshots = slot->snapshots,
        .stdout_fd = slot->stdout_fd,
        .stderr_fd = slot->stderr_fd,
        .directory_fd = slot->directory_fd,
    };
    uint64_t start = clock_now_ns();
    struct budget budget;
    budget_begin(&budget, outcome->time_limit_ns, start);
    uint32_t before = shared->done;
    uint32_t request = shared->request + 1;
    shared->verb = COMMAND_RUN;
    /* Pairs with the acquire in the server: the configuration is complete. */
    __atomic_store_n(&shared->request, request, __ATOMIC_RELEASE);
    syscall(SYS_futex, &shared->request, FUTEX_WAKE, 1, NULL, NULL, 0);
    struct watchdog watchdog = {
        .segment = slot->segment,
        .memory = keeps_memory(slot) ? slot->memory : NULL,
        .server = slot->server,
        .proc = -1,
    };
    for (;;) {
        uint32_t done = __atomic_load_n(&shared->done, __ATOMIC_ACQUIRE);
        if (done == request)
            break;
        uint64_t left = budget_left_ns(&budget, clock_now_ns());
        uint64_t look_ns = control ? watchdog_pause_ns(&watchdog) : left;
        if (left && !has_verdict(slot, control))
            server_wait_slice(&shared->done, done,
                              left < look_ns ? left : look_ns);
        if (__atomic_load_n(&shared->done, __ATOMIC_ACQUIRE) == request)
            break;
        if (*slot->options->stop) {
            watchdog_fini(&watchdog);
            end_iteration(slot, request);
            return -EINTR;
        }
        if (has_verdict(slot, control) && !watchdog_revise(&watchdog)) {
            end_by_verdict(slot, control, request, outcome);
            break;
        }
        if (control && slot->segment->schedule.stopped == 1) {
            uint64_t stopped_ns = clock_now_ns();
            show_stopped(slot, control);
            stopped_ns = clock_now_ns() - stopped_ns;
            start += stopped_ns;
            budget_skip(&budget, stopped_ns);
        }
        if (control)
            watchdog_look(&watchdog);
        /* Written over, it may keep everybody waiting. */
        if (watchdog.stuck && !segment_plausible(slot->segment)) {
            end_iteration(slot, request);
            break;
        }
        budget_look(&budget, slot->server, clock_now_ns());
        if (!budget_left_ns(&budget, clock_now_ns())) {
            outcome->snapshot_count = inspect_tasks(slot->server, slot->segment,
                                                    slot->options->symbols,
                                                    slot->snapshots, SNAPSHOTS);
            /* On a busy machine it may have ended while it was looked at. */
            if (__atomic_load_n(&shared->done, __ATOMIC_ACQUIRE) == request) {
                outcome->snapshot_count = 0;
                break;
            }
            outcome->timed_out = true;
            end_iteration(slot, request);
            break;
        }
        if (done != before || server_is_gone(slot)) {
            outcome->server_lost = true;
            server_stop(slot);
            break;
        }
    }
    watchdog_fini(&watchdog);
    /* The user's interrupt may have reached the target, too: no verdict. */
    if (*slot->options->stop)
        return -EINTR;
    outcome->status = shared->root_status;
    outcome->elapsed_ns = shared->ended_ns > shared->started_ns
                              ? shared->ended_ns - shared->started_ns
                              : clock_now_ns() - start;
    if (!segment_intact(slot->segment, slot->run) ||
        (control && !segment_plausible(slot->segment))) {
        outcome->segment_damaged = true;
        server_stop(slot);
    }
    if (keeps_memory(slot) && !shared->blind && !outcome->segment_damaged)
        outcome->memory = slot->memory;
    /* Gone together with the server's namespace, should that have ended. */
    outcome->directory_fd = slot->directory_fd;
    if (shared->server_error && !outcome->server_lost &&
        !outcome->segment_damaged)
        return diag_set(diag, -(int)shared->server_error, "%s: cannot fork: %s",
                        slot->options->program,
                        strerror((int)shared->server_error));
    return 0;
}

bool slot_has_fixed_pids(const struct slot *slot)
{
    return slot->segment->control.fixed_pids;
}

bool slot_has_dispatch(const struct slot *slot)
{
    return slot->segment->control.dispatch;
}

bool slot_can_guard(const struct slot *slot)
{
    return slot->segment->control.guard;
}

bool slot_has_memory(const struct slot *slot)
{
    return slot->memory && slot->segment->control.memory;
}

bool slot_is_outside(const struct slot *slot)
{
    return slot->outside;
}
