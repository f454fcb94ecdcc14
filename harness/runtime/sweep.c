#include "sweep.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/text.h"
#include "control/turn.h"
#include "state.h"
#include "sys.h"
#include "tasks.h"

enum {
    GRACE_MS = 50, /* asleep, of those that were left */
    WORK_MS = 200, /* of processors that they use */
    MOST_MS = 5000
};

/* -- Dead, and not waited for ---------------------------------------------*/

/* The child PID of the calling process is dead and can still be waited for. */
static bool is_dead(int which, int pid)
{
    siginfo_t info = {0};
    return !SYS6(SYS_waitid, which, pid, &info, WEXITED | WNOHANG | WNOWAIT,
                 NULL, 0) &&
           info.si_pid;
}

void sweep_note_children(void)
{
    struct segment *segment = runtime.segment;
    uint32_t process = tasks_process();
    segment->tasks[process].left |= TASK_LOOKED_BACK;
    if (!is_dead(P_ALL, 0))
        return;
    uint32_t count = segment_task_count(segment);
    for (uint32_t i = 0; i < count; i++) {
        struct segment_task *task = &segment->tasks[i];
        if (!task->is_thread && task->parent && !task->reaped && task->pid &&
            tasks_process_of(task->parent - 1) == process &&
            is_dead(P_PID, task->pid))
            task->left |= TASK_LEFT_DEAD;
    }
}

/* Whether nobody waited for the process PID, which was found dead, though its
 * parent could have: neither ended by a signal nor before it did. Where nothing
 * is known of the parent, nobody did. */
static bool was_left_dead(int pid)
{
    const struct segment *segment = runtime.segment;
    int task = segment_task_find(segment, pid, pid);
    if (task < 0 || !segment->tasks[task].parent ||
        segment->tasks[task].left & TASK_LEFT_DEAD)
        return true;
    uint32_t parent = tasks_process_of(segment->tasks[task].parent - 1);
    return !(segment->tasks[parent].left & TASK_LOOKED_BACK) &&
           !WIFSIGNALED(segment->tasks[parent].exit_status);
}

/* -- Living ---------------------------------------------------------------*/

static void note_task(enum leftover_kind kind, int pid)
{
    struct segment *segment = runtime.segment;
    int task = segment_task_find(segment, pid, pid);
    char name[TASK_PATH_BYTES + 16];
    char *end = name + sizeof(name);
    char *at =
        text_put(name, end, kind == LEFTOVER_ZOMBIE ? "zombie " : "process ");
    if (task >= 0) {
        char path[TASK_PATH_BYTES];
        text_put(at, end, segment_task_path(segment, (uint32_t)task, path));
    } else {
        text_put_u64(text_put(at, end, "pid "), end, (uint64_t)pid);
    }
    segment_leftover_add(segment, kind, task < 0 ? 0 : (uint32_t)task + 1,
                         task < 0 ? 0 : segment->tasks[task].created_site,
                         (uint64_t)pid, name);
}

static void kill_all(int server)
{
    if (server == 1) {
        SYS2(SYS_kill, -1, SIGKILL);
        return;
    }
    /* Without a PID namespace the descendants are ours by being their
     * subreaper: those that are children now, then those they leave us. */
    char path[64];
    char *end = path + sizeof(path);
    char *at = text_put(path, end, "/proc/self/task/");
    at = text_put_u64(at, end, (uint64_t)server);
    text_put(at, end, "/children");
    long fd = SYS4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    char list[4096];
    long n = SYS3(SYS_read, fd, list, sizeof(list) - 1);
    SYS1(SYS_close, fd);
    int pid = 0;
    for (long i = 0; i < n; i++) {
        if (list[i] >= '0' && list[i] <= '9') {
            pid = pid * 10 + (list[i] - '0');
        } else if (pid) {
            SYS2(SYS_kill, pid, SIGKILL);
            pid = 0;
        }
    }
}

static void pause_ms(long ms)
{
    struct timespec time = {.tv_nsec = ms * 1000000};
    SYS2(SYS_nanosleep, &time, NULL);
}

static long reap_one(int *status)
{
    long pid;
    do {
        pid = SYS4(SYS_wait4, -1, status, WNOHANG | __WALL, NULL);
    } while (pid == -EINTR);
    if (pid > 0)
        tasks_reaped((int)pid, *status);
    return pid;
}

/* Under control: those that are left wait, and none of them can ever go on. */
static bool are_idle_for_ever(void)
{
    return control_on() && __atomic_load_n(&runtime.segment->schedule.verdict,
                                           __ATOMIC_ACQUIRE) == SCHEDULE_IDLE;
}

/* The state of process PID as proc(5) has it: 'R' for ready or running. */
static char state_of(int pid)
{
    char text[512];
    char *end = text + sizeof(text);
    char *at = text_put(text, end, "/proc/");
    text_put(text_put_u64(at, end, (uint64_t)pid), end, "/stat");
    long fd = SYS4(SYS_openat, AT_FDCWD, text, O_RDONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return '?';
    long n = SYS3(SYS_read, fd, text, sizeof(text));
    SYS1(SYS_close, fd);
    /* Behind the name, which may have anything in it. */
    while (n > 0 && text[n - 1] != ')')
        n--;
    return n > 0 && n + 1 < (long)sizeof(text) ? text[n + 1] : '?';
}

static uint64_t processor_ns(int pid)
{
    /* MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of the kernel. */
    clockid_t clock = (clockid_t)(~(unsigned)pid << 3 | 2);
    struct timespec time;
    if (SYS2(SYS_clock_gettime, clock, &time))
        return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Whether one of the living is at work, or would be if it had a processor. Adds
 * what they used of processors, since when *LAST was so, to *USED_NS. */
static bool are_at_work(uint64_t *last, uint64_t *used_ns)
{
    const struct segment *segment = runtime.segment;
    uint32_t count = (uint32_t)segment_task_count(segment);
    bool ready = false;
    uint64_t sum = 0;
    for (uint32_t i = 1; i < count; i++) {
        const struct segment_task *task = &segment->tasks[i];
        if (task->is_thread || task->reaped || task->pid <= 1)
            continue;
        sum += processor_ns(task->pid);
        /* Past its last operation: the kernel has the rest to do. */
        ready =
            ready || task->state == TASK_EXITED || state_of(task->pid) == 'R';
    }
    /* Less, when one has gone. */
    uint64_t more = sum > *last ? sum - *last : 0;
    *used_ns += more;
    *last = sum;
    return ready || more;
}

/* Those that only have to notice that the root is gone end by themselves, and
 * are not left. How long that takes is up to the machine: what counts is how
 * long they sleep, and how much they work. Returns the last reap_one(). */
static long wait_for_those_that_end(void)
{
    uint64_t last = 0;
    uint64_t used_ns = 0;
    are_at_work(&last, &used_ns);
    used_ns = 0;
    unsigned asleep_ms = 0;
    int status;
    long pid = 0;
    for (unsigned ms = 0;
         ms < MOST_MS && asleep_ms < GRACE_MS &&
         used_ns < WORK_MS * UINT64_C(1000000) && !are_idle_for_ever();
         ms++) {
        pause_ms(1);
        while ((pid = reap_one(&status)) > 0)
            ;
        if (pid)
            break;
        asleep_ms += !are_at_work(&last, &used_ns);
    }
    return pid;
}

void sweep_processes(int server)
{
    struct segment_control *control = &runtime.segment->control;
    int status = 0;
    long pid;
    while ((pid = reap_one(&status)) > 0) {
        if (!was_left_dead((int)pid))
            continue;
        control->zombies++;
        note_task(LEFTOVER_ZOMBIE, (int)pid);
    }
    if (pid == 0)
        pid = wait_for_those_that_end();
    bool noted = false;
    for (unsigned round = 0; pid == 0; round++) {
        kill_all(server);
        pause_ms(round ? 1 : 0);
        while ((pid = reap_one(&status)) > 0) {
            if (WIFEXITED(status)) /* just before it was killed */
                continue;
            control->orphans++;
            if (!noted || control->orphans < 16)
                note_task(LEFTOVER_PROCESS, (int)pid);
            noted = true;
        }
    }
}
