#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/turn.h"
#include "edges/edges.h"
#include "leftovers.h"
#include "memory/part.h"
#include "objects.h"
#include "real.h"
#include "sharing.h"
#include "state.h"
#include "sweep.h"
#include "sys.h"
#include "tasks.h"

static struct {
    int last_pid_fd; /* ns_last_pid, -1: pids are not fixed */
    int pid;
    bool has_capabilities; /* kept only for the line above */
    /* Started as a script: what the kernel put before its arguments, the
     * interpreter, its option and the script's path. */
    char **prefix;
    uint32_t prefix_count;
} server;

static void futex_wait(const uint32_t *word, uint32_t value)
{
    SYS4(SYS_futex, word, FUTEX_WAIT, value, NULL);
}

static void futex_wake(const uint32_t *word)
{
    SYS3(SYS_futex, word, FUTEX_WAKE, 1);
}

/* -- The root task ----------------------------------------------------------*/

static void drop_capabilities(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2] = {{0}};
    SYS6(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0, 0);
    SYS2(SYS_capset, &header, none);
}

/* The next text of a list that starts at AT, inside the text area. */
static const char *text_at(uint32_t at)
{
    return at < SEGMENT_TEXT_BYTES ? runtime.segment->text + at : "";
}

/* Whether the arguments are those that the server was started with: then they
 * stand where they are, which spares the pages of a copy. */
static bool same_arguments(int argc, char **argv)
{
    const struct segment_config *config = &runtime.segment->config;
    uint32_t from = config->arguments;
    if (config->argc != (uint32_t)argc || config->environment_count)
        return false;
    for (int i = 0; i < argc; i++) {
        const char *argument = text_at(from);
        if (strcmp(argument, argv[i]))
            return false;
        from += (uint32_t)strlen(argument) + 1;
    }
    return true;
}

/* Arguments and variables of this iteration, copied: the program may write
 * to them. */
static void set_arguments(int *argc, char ***argv)
{
    static char text[SEGMENT_TEXT_BYTES];
    static char *arguments[1024];
    const struct segment_config *config = &runtime.segment->config;
    char *to = text, *end = text + sizeof(text);
    uint32_t from = config->arguments;
    uint32_t count = 0;
    while (count < server.prefix_count && count < 16) {
        arguments[count] = server.prefix[count];
        count++;
    }
    for (uint32_t i = 0; i < config->argc && count < 1023 && to < end; i++) {
        const char *argument = text_at(from);
        from += (uint32_t)strlen(argument) + 1;
        if (!i && server.prefix_count)
            continue; /* the script's path stands in for argv[0] */
        arguments[count++] = to;
        to = text_put(to, end, argument) + 1;
    }
    arguments[count] = NULL;
    from = config->environment;
    for (uint32_t i = 0; i < config->environment_count && to < end; i++) {
        const char *variable = text_at(from);
        char *copy = to;
        to = text_put(to, end, variable) + 1;
        from += (uint32_t)strlen(variable) + 1;
        putenv(copy);
    }
    if (count) {
        *argc = (int)count;
        *argv = arguments;
    }
}

static void become_root(uint32_t task, bool same, int *argc, char ***argv)
{
    const struct segment_config *config = &runtime.segment->config;
    /* A process group of its own, so that kill(0) stays inside. A session
     * would be as good but costs 11 us: the kernel makes a scheduling group
     * for each. */
    SYS2(SYS_setpgid, 0, 0);
    if (config->spread)
        SYS3(SYS_sched_setaffinity, 0, sizeof(config->cpus), config->cpus);
    if (server.has_capabilities)
        drop_capabilities();
    if (config->flags & SEGMENT_NO_DISPATCH)
        runtime.dispatch = false;
    if (!same)
        set_arguments(argc, argv);
    tasks_become(task);
    if (control_on())
        turn_begin();
    guard_begin();
}

/* -- One iteration
 * ------------------------------------------------------------*/

/* Returns true in the child. */
static bool run_iteration(int *argc, char ***argv)
{
    struct segment *segment = runtime.segment;
    struct segment_control *control = &segment->control;
    if (server.last_pid_fd >= 0)
        SYS4(SYS_pwrite64, server.last_pid_fd, "1", 1, 0);
    int task = segment_task_new(segment, 0, 0);
    /* Asked here: the child would have to map the pages it takes anew. */
    bool same = same_arguments(*argc, *argv);
    part_begin();
    edges_made((uint32_t)task, 0);
    control->server_error = 0;
    control->started_ns = clock_now_ns();
    pid_t pid = REAL(fork)();
    if (!pid) {
        become_root((uint32_t)task, same, argc, argv);
        return true;
    }
    if (pid < 0) {
        control->server_error = (uint32_t)errno;
        return false;
    }
    __atomic_store_n(&control->root_pid, pid, __ATOMIC_RELEASE);
    int status = 0;
    long got;
    do {
        got = SYS4(SYS_wait4, pid, &status, __WALL, NULL);
    } while (got == -EINTR);
    control->ended_ns = clock_now_ns();
    control->root_status = status;
    tasks_reaped(pid, status);
    sweep_processes(server.pid);
    leftovers_collect();
    return false;
}

static void open_pid_control(void)
{
    server.last_pid_fd = -1;
    if (server.pid != 1)
        return;
    long fd = SYS4(SYS_openat, AT_FDCWD, "/proc/sys/kernel/ns_last_pid",
                   O_WRONLY | O_CLOEXEC, 0);
    if (fd < 0)
        return;
    long high = SYS3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, runtime.segment_fd);
    SYS1(SYS_close, fd);
    /* Whether it may be written shows only in writing. */
    if (high >= 0 && SYS4(SYS_pwrite64, high, "1", 1, 0) == 1)
        server.last_pid_fd = (int)high;
    else if (high >= 0)
        SYS1(SYS_close, high);
}

void server_run(int *argc, char ***argv)
{
    struct segment_control *control = &runtime.segment->control;
    server.pid = (int)SYS0(SYS_getpid);
    server.has_capabilities = server.pid == 1 && SYS0(SYS_geteuid) != 0;
    if (server.pid != 1)
        SYS6(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0);
    SYS6(SYS_prctl, PR_SET_TIMERSLACK, 1, 0, 0, 0, 0);
    uint32_t given = runtime.segment->config.argc;
    if (given && (uint32_t)*argc > given) {
        server.prefix = *argv;
        server.prefix_count = (uint32_t)*argc - given + 1;
    }
    const char *bind = getenv("LD_BIND_NOW");
    if (bind && !strcmp(bind, SEGMENT_BIND_MARK))
        unsetenv("LD_BIND_NOW");
    /* For the children, who would copy the page to write it; the server
     * itself is no task and stays untraced. */
    runtime.active = true;
    open_pid_control();
    leftovers_begin();
    sharing_begin();
    runtime.stdout_id = fd_identity(1);
    runtime.stderr_id = fd_identity(2);
    control->server_pid = server.pid;
    control->fixed_pids = server.last_pid_fd >= 0;
    control->dispatch = runtime.dispatch;
    control->memory = part_is_there();
    control->guard = guard_is_able();
    /* Pairs with the acquire in the runner: everything above is there. */
    __atomic_store_n(&control->server, SERVER_READY, __ATOMIC_RELEASE);
    futex_wake(&control->server);
    for (uint32_t seen = 0;;) {
        uint32_t request = __atomic_load_n(&control->request, __ATOMIC_ACQUIRE);
        if (request == seen) {
            futex_wait(&control->request, seen);
            continue;
        }
        seen = request;
        if (control->verb == COMMAND_QUIT)
            SYS1(SYS_exit_group, 0);
        if (control->verb == COMMAND_RUN && run_iteration(argc, argv))
            return;
        __atomic_store_n(&control->done, seen, __ATOMIC_RELEASE);
        futex_wake(&control->done);
    }
}
