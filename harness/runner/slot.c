#include "slot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "configure.h"
#include "inspect.h"
#include "launch.h"
#include "memory.h"
#include "offer.h"
#include "sched/sched.h"
#include "segment/write.h"
#include "watchdog.h"

enum {
    SNAPSHOTS = 256,
    START_LIMIT_S = 30, /* for the target to come to main() */
    SLICE_MS = 100      /* between looks at the server and the stop flag */
};

struct slot {
    const struct slot_options *options;
    struct segment *segment;
    struct memory *memory; /* behind it; NULL: no room for that */
    int segment_fd;
    uint64_t run;  /* segment_header.run */
    pid_t server;  /* 0: not started, or to be started again */
    int killed_by; /* the signal that ended the last one before main(), or 0 */
    int stdout_fd, stderr_fd;
    int directory_fd; /* the working directory, or -1 */
    off_t empty_size; /* its size on a memory file system, or -1 */
    struct task_snapshot *snapshots;
    bool outside;
    cpu_set_t cpus_before; /* of the calling thread */
};

/* -- Waiting
 * ------------------------------------------------------------------*/

/* Wait until *WORD is no longer VALUE, at most LIMIT_NS or SLICE_MS. */
static void wait_slice(const uint32_t *word, uint32_t value, uint64_t limit_ns)
{
    uint64_t slice = SLICE_MS * UINT64_C(1000000);
    if (limit_ns < slice)
        slice = limit_ns;
    struct timespec time = {.tv_sec = (time_t)(slice / 1000000000u),
                            .tv_nsec = (long)(slice % 1000000000u)};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

static bool server_is_gone(const struct slot *slot)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)slot->server, &info,
                  WEXITED | WNOHANG | WNOWAIT) ||
           info.si_pid;
}

/* Kill the server, and with its namespace everything in it. */
static void stop_server(struct slot *slot)
{
    if (slot->server <= 0)
        return;
    if (slot->options->isolation == ISOLATION_NONE)
        inspect_kill(slot->server);
    kill(slot->server, SIGKILL);
    while (waitpid(slot->server, NULL, 0) < 0 && errno == EINTR)
        ;
    slot->server = 0;
    if (slot->directory_fd >= 0)
        close(slot->directory_fd);
    slot->directory_fd = -1;
}

/* -- Starting
 * ------------------------------------------------------------------*/

static int new_segment(struct slot *slot, struct mps_diag *diag)
{
    if (slot->segment)
        munmap(slot->segment, sizeof(*slot->segment));
    memory_unmap(slot->memory);
    if (slot->segment_fd >= 0)
        close(slot->segment_fd);
    slot->segment = NULL;
    slot->memory = NULL;
    slot->segment_fd = memfd_create("mpstress-segment", MFD_CLOEXEC);
    if (slot->segment_fd < 0 ||
        ftruncate(slot->segment_fd, sizeof(*slot->segment)))
        return diag_set(diag, -errno, "segment: %s", strerror(errno));
    void *map = mmap(NULL, sizeof(*slot->segment), PROT_READ | PROT_WRITE,
                     MAP_SHARED, slot->segment_fd, 0);
    if (map == MAP_FAILED)
        return diag_set(diag, -errno, "segment: %s", strerror(errno));
    slot->segment = map;
    slot->memory = memory_map(slot->segment_fd);
    if (getrandom(&slot->run, sizeof(slot->run), 0) != sizeof(slot->run))
        slot->run = clock_wall_ns();
    struct segment_header *header = &slot->segment->header;
    header->magic = SEGMENT_MAGIC;
    header->version = SEGMENT_VERSION;
    header->size = sizeof(*slot->segment);
    header->run = slot->run;
    struct segment_config *config = &slot->segment->config;
    if (slot->options->scenario->private_directory)
        config->flags |= SEGMENT_PRIVATE_DIRECTORY;
    /* As launched; the server sees by it what a script's interpreter adds. */
    config->argc = 1 + slot->outside;
    for (const char *const *a = slot->options->scenario->arguments; a && *a;
         a++)
        config->argc++;
    if (slot->options->isolation == ISOLATION_FULL)
        config->flags |= SEGMENT_PRIVATE_IPC;
    const struct scenario *scenario = slot->options->scenario;
    for (size_t i = 0; i < scenario->invariant_count; i++)
        if (scenario->invariants[i].descriptors)
            config->flags |= SEGMENT_WATCH_DESCRIPTORS;
    return 0;
}

/* Why the server ended before main(), with the first line it said. */
static int explain_death(struct slot *slot, struct mps_diag *diag)
{
    int status = 0;
    char said[200] = "";
    waitpid(slot->server, &status, 0);
    ssize_t n = pread(slot->stderr_fd, said, sizeof(said) - 1, 0);
    said[n > 0 ? n : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    slot->killed_by = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    if (slot->killed_by)
        return diag_set(diag, -MPS_ESTART,
                        "%s: killed by signal %d (%s) before main()%s%s",
                        slot->options->program, WTERMSIG(status),
                        strsignal(WTERMSIG(status)), *said ? ": " : "", said);
    return diag_set(
        diag, -MPS_ESTART, "%s: ended with status %d before main()%s%s",
        slot->options->program, WEXITSTATUS(status), *said ? ": " : "", said);
}

static int await_ready(struct slot *slot, struct mps_diag *diag)
{
    const struct segment_control *control = &slot->segment->control;
    uint64_t start = clock_now_ns();
    for (;;) {
        uint32_t state = __atomic_load_n(&control->server, __ATOMIC_ACQUIRE);
        if (state == SERVER_READY)
            return 0;
        if (server_is_gone(slot)) {
            int err = explain_death(slot, diag);
            slot->server = 0;
            return err;
        }
        bool late =
            clock_now_ns() - start > START_LIMIT_S * UINT64_C(1000000000);
        if (late || *slot->options->stop) {
            stop_server(slot);
            if (!late)
                return -EINTR;
            return diag_set(diag, -MPS_ESTART,
                            "%s: did not come to main() within %d s",
                            slot->options->program, START_LIMIT_S);
        }
        wait_slice(&control->server, state, UINT64_MAX);
    }
}

/* The working directory as the target sees it, also inside its mount
 * namespace. */
static void open_directory(struct slot *slot)
{
    slot->directory_fd = -1;
    if (!slot->options->scenario->private_directory)
        return;
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)slot->server);
    slot->directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct statfs fs;
    struct stat st;
    slot->empty_size = -1;
    if (slot->directory_fd >= 0 && !fstatfs(slot->directory_fd, &fs) &&
        fs.f_type == 0x01021994 /* tmpfs */ && !fstat(slot->directory_fd, &st))
        slot->empty_size = st.st_size;
}

static int start_server(struct slot *slot, struct mps_diag *diag)
{
    int err = new_segment(slot, diag);
    if (err)
        return err;
    if (slot->options->isolation == ISOLATION_NONE &&
        slot->options->scenario->private_directory) {
        char *work = str_format("%s/work", slot->options->directory);
        err = work ? fs_make_dirs(work) : -ENOMEM;
        free(work);
        if (err)
            return diag_set(diag, err, "%s: %s", slot->options->directory,
                            strerror(-err));
    }
    struct launch launch = {
        .options = slot->options,
        .segment_fd = slot->segment_fd,
        .stdout_fd = slot->stdout_fd,
        .stderr_fd = slot->stderr_fd,
    };
    pid_t pid = launch_start(&launch, diag);
    if (pid < 0)
        return pid;
    slot->server = pid;
    err = await_ready(slot, diag);
    if (!err)
        open_directory(slot);
    return err;
}

/* The same, again and again should somebody from outside kill it on the way:
 * hardly any program does that to itself before main(). */
static int insist_on_server(struct slot *slot, struct mps_diag *diag)
{
    /* On a busy machine a start takes longer than a killer's pause. */
    enum { KILLED_TRIES = 50 };
    int err;
    unsigned tries = 0;
    do {
        slot->killed_by = 0;
        err = start_server(slot, diag);
    } while (err && slot->killed_by == SIGKILL && ++tries < KILLED_TRIES);
    return err;
}

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
        err = insist_on_server(slot, diag);
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
    stop_server(slot);
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

/* -- Running
 * ---------------------------------------------------------------------*/

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
            stop_server(slot);
            return;
        }
        inspect_kill(slot->server);
        wait_slice(&control->done, control->done, UINT64_C(20000000));
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
        wait_slice(&control->done, done, UINT64_MAX);
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
    int err = slot->server ? 0 : insist_on_server(slot, diag);
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
        uint64_t spent = clock_now_ns() - start;
        uint64_t left =
            spent < outcome->time_limit_ns ? outcome->time_limit_ns - spent : 0;
        uint64_t look_ns = control ? watchdog_pause_ns(&watchdog) : left;
        if (left && !has_verdict(slot, control))
            wait_slice(&shared->done, done, left < look_ns ? left : look_ns);
        if (__atomic_load_n(&shared->done, __ATOMIC_ACQUIRE) == request)
            break;
        spent = clock_now_ns() - start;
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
            start += clock_now_ns() - stopped_ns;
        }
        if (control)
            watchdog_look(&watchdog);
        /* Written over, it may keep everybody waiting. */
        if (watchdog.stuck && !segment_plausible(slot->segment)) {
            end_iteration(slot, request);
            break;
        }
        if (spent >= outcome->time_limit_ns) {
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
            stop_server(slot);
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
        stop_server(slot);
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
