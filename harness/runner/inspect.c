#include "inspect.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/str.h"

enum {
    DESCENDANTS = 16384,
    PROC_TEXT = 65536,
    CROWD = 512, /* tasks: more are not looked at one by one */
    LOOK_S = 3,  /* for all of it: the machine may be very busy */
    STACKS = 32  /* tasks whose stacks are taken: each stops its task */
};

/* The children of PID, appended to PIDS. */
static size_t add_children(pid_t pid, pid_t *pids, size_t count, size_t max)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    if (!threads)
        return count;
    struct dirent *thread;
    while ((thread = readdir(threads))) {
        if (*thread->d_name == '.')
            continue;
        char name[300];
        snprintf(name, sizeof(name), "%s/children", thread->d_name);
        struct str text;
        str_init(&text);
        io_read_file(dirfd(threads), name, &text, PROC_TEXT);
        for (char *at = text.data, *end; count < max; at = end) {
            long child = strtol(at, &end, 10);
            if (end == at)
                break;
            pids[count++] = (pid_t)child;
        }
        str_fini(&text);
    }
    closedir(threads);
    return count;
}

static size_t descendants(pid_t server, pid_t *pids, size_t max)
{
    size_t count = add_children(server, pids, 0, max);
    for (size_t i = 0; i < count; i++)
        count = add_children(pids[i], pids, count, max);
    return count;
}

/* The last number of a "Name:\t1\t2" line: the innermost namespace's. */
static int last_number(const char *status, const char *name)
{
    const char *line = strstr(status, name);
    if (!line)
        return 0;
    int number = 0;
    for (char *at = strchr(line, ':') + 1, *end; *at && *at != '\n'; at = end) {
        long value = strtol(at, &end, 10);
        if (end == at)
            break;
        number = (int)value;
    }
    return number;
}

static const struct {
    long number;
    const char *name;
} syscalls[] = {
#define ROW(name)         \
    {                     \
        SYS_##name, #name \
    }
    ROW(read),         ROW(write),         ROW(futex),
    ROW(wait4),        ROW(waitid),        ROW(clock_nanosleep),
    ROW(nanosleep),    ROW(ppoll),         ROW(pselect6),
    ROW(flock),        ROW(fcntl),         ROW(accept4),
    ROW(accept),       ROW(recvfrom),      ROW(recvmsg),
    ROW(sendto),       ROW(connect),       ROW(epoll_pwait),
    ROW(semop),        ROW(semtimedop),    ROW(msgrcv),
    ROW(msgsnd),       ROW(openat),        ROW(mq_timedreceive),
    ROW(mq_timedsend), ROW(rt_sigsuspend), ROW(rt_sigtimedwait),
    ROW(recvmmsg),     ROW(sendmmsg),      ROW(sendmsg),
    ROW(splice),       ROW(tee),           ROW(vmsplice),
    ROW(sendfile),     ROW(readv),         ROW(writev),
    ROW(preadv2),      ROW(pwritev2),      ROW(epoll_pwait2),
    ROW(fsync),        ROW(fdatasync),     ROW(io_uring_enter),
    ROW(clone),        ROW(clone3),        ROW(ptrace),
#ifdef SYS_poll
    ROW(poll),         ROW(select),        ROW(epoll_wait),
    ROW(pause),        ROW(open),
#endif
#undef ROW
};

static void name_syscall(const char *text, char *out, size_t size)
{
    char *end;
    long number = strtol(text, &end, 10);
    out[0] = '\0';
    if (end == text) /* "running" */
        return;
    for (size_t i = 0; i < sizeof(syscalls) / sizeof(syscalls[0]); i++)
        if (syscalls[i].number == number) {
            snprintf(out, size, "%s", syscalls[i].name);
            return;
        }
    snprintf(out, size, "system call %ld", number);
}

static bool snapshot(pid_t pid, const char *thread,
                     const struct segment *segment, struct symbols *symbols,
                     bool with_stack, struct task_snapshot *out)
{
    memset(out, 0, sizeof(*out));
    char path[320];
    snprintf(path, sizeof(path), "/proc/%d/task/%s", (int)pid, thread);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return false;
    struct str text;
    str_init(&text);
    io_read_file(dir, "status", &text, PROC_TEXT);
    out->pid = last_number(text.data, "NStgid:");
    out->tid = last_number(text.data, "NSpid:");
    const char *state = strstr(text.data, "State:\t");
    out->state = state ? state[7] : '?';
    str_clear(&text);
    io_read_file(dir, "comm", &text, PROC_TEXT);
    text.data[strcspn(text.data, "\n")] = '\0';
    snprintf(out->command, sizeof(out->command), "%s", text.data);
    str_clear(&text);
    io_read_file(dir, "syscall", &text, PROC_TEXT);
    name_syscall(text.data, out->syscall, sizeof(out->syscall));
    str_fini(&text);
    close(dir);
    out->task = segment_task_find(segment, out->pid, out->tid);
    if (with_stack && out->state != 'Z' && out->state != 'X') {
        int frames = symbols_unwind(
            symbols, pid, (pid_t)strtol(thread, NULL, 10), out->frames,
            sizeof(out->frames) / sizeof(out->frames[0]));
        out->frame_count = frames > 0 ? (size_t)frames : 0;
    }
    return true;
}

bool inspect_is_crowd(const struct segment *segment)
{
    return segment_task_count(segment) > CROWD;
}

size_t inspect_tasks(pid_t server, const struct segment *segment,
                     struct symbols *symbols, struct task_snapshot *out,
                     size_t max)
{
    pid_t *pids = calloc(DESCENDANTS, sizeof(*pids));
    if (!pids)
        return 0;
    uint64_t deadline = clock_now_ns() + LOOK_S * UINT64_C(1000000000);
    size_t processes =
        inspect_is_crowd(segment) ? 0 : descendants(server, pids, DESCENDANTS);
    size_t count = 0;
    for (size_t i = 0; i < processes && count < max; i++) {
        if (inspect_is_crowd(segment) || clock_now_ns() > deadline)
            break;
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/task", (int)pids[i]);
        DIR *threads = opendir(path);
        struct dirent *thread;
        while (threads && count < max && (thread = readdir(threads)))
            if (*thread->d_name != '.' &&
                snapshot(pids[i], thread->d_name, segment, symbols,
                         count < STACKS, &out[count]))
                count++;
        if (threads)
            closedir(threads);
    }
    free(pids);
    return count;
}

/* The process of TASK as the runner sees it, with what it is doing in LOOK; 0
 * when there is none. */
static pid_t find_task(pid_t server, const struct segment *segment,
                       uint32_t task, struct task_snapshot *look,
                       pid_t *thread_id)
{
    int pid = segment->tasks[task].pid, tid = segment->tasks[task].tid;
    pid_t *pids = calloc(DESCENDANTS, sizeof(*pids));
    pid_t found = 0;
    size_t count = pids ? descendants(server, pids, DESCENDANTS) : 0;
    for (size_t i = 0; i < count && !found; i++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/task", (int)pids[i]);
        DIR *threads = opendir(path);
        struct dirent *thread;
        while (threads && !found && (thread = readdir(threads)))
            if (*thread->d_name != '.' &&
                snapshot(pids[i], thread->d_name, segment, NULL, false, look) &&
                look->pid == pid && look->tid == tid) {
                found = pids[i];
                *thread_id = (pid_t)strtol(thread->d_name, NULL, 10);
            }
        if (threads)
            closedir(threads);
    }
    free(pids);
    return found;
}

pid_t inspect_pid(pid_t server, const struct segment *segment, uint32_t task,
                  pid_t *tid)
{
    struct task_snapshot look;
    pid_t ignored;
    return find_task(server, segment, task, &look, tid ? tid : &ignored);
}

int inspect_open(pid_t server)
{
    char path[64];
    struct stat ours, its;
    snprintf(path, sizeof(path), "/proc/%d/root/proc", (int)server);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int plain = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool known =
        fd >= 0 && plain >= 0 && !fstat(fd, &its) && !fstat(plain, &ours);
    /* Every PID namespace has a proc file system of its own, if it was mounted;
     * the server is process 1 of its namespace, if it has one. */
    bool inside = known && its.st_dev != ours.st_dev;
    char one[64] = "", server_ns[64] = "";
    snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)server);
    bool shared = readlink("/proc/self/ns/pid", one, sizeof(one) - 1) > 0 &&
                  readlink(path, server_ns, sizeof(server_ns) - 1) > 0 &&
                  !strcmp(one, server_ns);
    if (!inside && fd >= 0)
        close(fd);
    if (inside || !shared) {
        if (plain >= 0)
            close(plain);
        return inside ? fd : -1;
    }
    return plain;
}

char inspect_state(int proc, const struct segment *segment, uint32_t task,
                   char *call)
{
    int pid = segment->tasks[task].pid, tid = segment->tasks[task].tid;
    /* One that was made and has not come yet. */
    if (pid <= 0 || tid <= 0)
        return 'R';
    char path[64];
    struct str text;
    str_init(&text);
    snprintf(path, sizeof(path), "%d/task/%d/stat", pid, tid);
    int err = io_read_file(proc, path, &text, PROC_TEXT);
    const char *end = err ? NULL : strrchr(text.data, ')');
    /* Only what is not there is gone; one that cannot be read just now is not:
     * it is taken for busy. */
    bool gone = err == -ENOENT || err == -ESRCH;
    char state = end && end[1] == ' ' ? end[2] : gone ? 'X' : 'R';
    if (call && state == 'S') {
        str_clear(&text);
        snprintf(path, sizeof(path), "%d/task/%d/syscall", pid, tid);
        io_read_file(proc, path, &text, PROC_TEXT);
        name_syscall(text.data ? text.data : "", call, SCHEDULE_CALL_BYTES);
    }
    str_fini(&text);
    return state;
}

/* One line of /proc/PID/stat or /proc/PID/task/TID/stat. */
struct stat_line {
    char state;
    uint64_t ticks; /* used, by children that were waited for, too */
    unsigned long threads;
};

static bool read_stat(int dir, const char *path, struct stat_line *out)
{
    struct str text;
    str_init(&text);
    *out = (struct stat_line){.state = '?'};
    const char *end = io_read_file(dir, path, &text, PROC_TEXT)
                          ? NULL
                          : strrchr(text.data, ')');
    unsigned long used[4] = {0};
    bool is_read =
        end && sscanf(end,
                      ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu "
                      "%lu %lu %*d %*d %lu",
                      &out->state, &used[0], &used[1], &used[2], &used[3],
                      &out->threads) == 6;
    for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++)
        out->ticks += used[i];
    str_fini(&text);
    return is_read;
}

/* Whether one of the threads of the process in DIR is ready. */
static bool has_ready_thread(int dir)
{
    int tasks = openat(dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *threads = tasks >= 0 ? fdopendir(tasks) : NULL;
    bool ready = false;
    struct dirent *thread;
    if (tasks >= 0 && !threads)
        close(tasks);
    while (threads && !ready && (thread = readdir(threads))) {
        char path[300];
        struct stat_line line;
        snprintf(path, sizeof(path), "%s/stat", thread->d_name);
        ready = *thread->d_name != '.' && read_stat(tasks, path, &line) &&
                line.state == 'R';
    }
    if (threads)
        closedir(threads);
    return ready;
}

static uint64_t use_of(pid_t pid, bool *ready)
{
    char path[64];
    struct stat_line line;
    snprintf(path, sizeof(path), "/proc/%d", (int)pid);
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return 0;
    if (read_stat(dir, "stat", &line))
        *ready = *ready || line.state == 'R' ||
                 (line.threads > 1 && has_ready_thread(dir));
    close(dir);
    return line.ticks;
}

uint64_t inspect_use(pid_t server, bool *ready)
{
    *ready = false;
    pid_t *pids = calloc(CROWD, sizeof(*pids));
    uint64_t ticks = use_of(server, ready);
    size_t count = pids ? descendants(server, pids, CROWD) : 0;
    for (size_t i = 0; i < count; i++)
        ticks += use_of(pids[i], ready);
    free(pids);
    long second = sysconf(_SC_CLK_TCK);
    return ticks *
           (UINT64_C(1000000000) / (uint64_t)(second > 0 ? second : 100));
}

size_t inspect_kill(pid_t server)
{
    pid_t *pids = calloc(DESCENDANTS, sizeof(*pids));
    if (!pids)
        return 0;
    size_t count = descendants(server, pids, DESCENDANTS);
    /* All at once, as far as that goes: none shall see another one die. */
    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGSTOP);
    for (size_t i = 0; i < count; i++)
        kill(pids[i], SIGKILL);
    free(pids);
    return count;
}
