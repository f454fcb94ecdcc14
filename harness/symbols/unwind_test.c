#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/str.h"
#include "probing_test.h"
#include "symbols.h"

enum { FRAMES = 64 };

struct stack {
    struct location frames[FRAMES];
    int count;
};

static struct symbols *symbols;

static void setup(void)
{
    cr_assert_eq(symbols_open(&symbols, NULL), 0);
}

static void teardown(void)
{
    symbols_close(symbols);
}

TestSuite(unwind, .init = setup, .fini = teardown, .timeout = 60);

static struct stack unwind(pid_t pid, pid_t tid)
{
    struct stack stack;
    stack.count = symbols_unwind(symbols, pid, tid, stack.frames, FRAMES);
    return stack;
}

/* The functions of the user's code are these, innermost first, up to main or
 * where a thread starts. */
static void expect_functions(const struct stack *stack,
                             const char *const *expected)
{
    cr_assert_gt(stack->count, 0, "%s", strerror(-stack->count));
    for (int i = 0; i < stack->count; i++) {
        if (!symbols_is_user_code(&stack->frames[i]))
            continue;
        const char *name = stack->frames[i].function;
        cr_expect_str_eq(name ? name : "(none)", *expected ? *expected : "");
        cr_expect_not_null(stack->frames[i].file);
        cr_expect_gt(stack->frames[i].line, 0);
        if (*expected)
            expected++;
    }
    cr_expect_null(*expected, "%s is not in the stack", *expected);
}

static char state_of(pid_t pid)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    struct str text;
    str_init(&text);
    cr_assert_eq(io_read_file(AT_FDCWD, path, &text, 4096), 0);
    char state = strrchr(text.data, ')')[2];
    str_fini(&text);
    return state;
}

static void await_state(pid_t pid, char state)
{
    uint64_t deadline = clock_now_ns() + 10000000000u;
    while (state_of(pid) != state) {
        cr_assert_lt(clock_now_ns(), deadline, "%d is %c and not %c", (int)pid,
                     state_of(pid), state);
        sched_yield();
    }
}

static const char *const nested[] = {
    "stop_here",  "inlined_innermost", "inlined_stop",
    "outer_stop", "stop_in",           "main",
    NULL};

static void expect_nested(const char *probe)
{
    pid_t pid = probe_start(probe_path(probe), "functions");
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, nested);
    /* It sleeps on, and nothing holds it. */
    await_state(pid, 'S');
    probe_kill(pid);
}

Test(unwind, shows_nested_and_inlined_functions)
{
    expect_nested("nopie");
    expect_nested("dwarf4");
}

Test(unwind, passes_through_a_library)
{
    static const char *const functions[] = {
        "stop_here", "call_back", "library_call", "stop_in", "main", NULL};
    pid_t pid = probe_start(probe_path("plain"), "library");
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, functions);
    probe_kill(pid);
}

Test(unwind, passes_through_a_signal_handler)
{
    static const char *const functions[] = {"stop_here", "on_signal", "stop_in",
                                            "main", NULL};
    pid_t pid = probe_start(probe_path("plain"), "signal");
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, functions);
    probe_kill(pid);
}

Test(unwind, catches_a_thread_that_runs)
{
    static const char *const functions[] = {
        "stop_here",  "inlined_innermost", "inlined_stop",
        "outer_stop", "stop_in",           "main",
        NULL};
    pid_t pid = probe_start(probe_path("nopie"), "spin");
    for (int i = 0; i < 20; i++) {
        struct stack stack = unwind(pid, pid);
        expect_functions(&stack, functions);
    }
    await_state(pid, 'R');
    probe_kill(pid);
}

Test(unwind, names_functions_without_debug_information)
{
    pid_t pid = probe_start(probe_path("nodebug"), "functions");
    struct stack stack = unwind(pid, pid);
    bool seen = false;
    for (int i = 0; i < stack.count; i++)
        seen |= stack.frames[i].function &&
                !strcmp(stack.frames[i].function, "outer_stop");
    cr_expect(seen);
    probe_kill(pid);
}

Test(unwind, stops_at_the_limit)
{
    pid_t pid = probe_start(probe_path("plain"), "deep");
    for (size_t max = 0; max <= FRAMES; max += 8) {
        struct location frames[FRAMES + 1];
        frames[max].line = -7;
        cr_expect_eq(symbols_unwind(symbols, pid, pid, frames, max), (int)max);
        cr_expect_eq(frames[max].line, -7);
    }
    probe_kill(pid);
}

/* The other thread of PID. */
static pid_t other_thread(pid_t pid)
{
    for (pid_t tid = pid + 1; tid < pid + 1000; tid++) {
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/task/%d", (int)pid, (int)tid);
        if (!access(path, F_OK))
            return tid;
    }
    cr_assert_fail("%d has no other thread", (int)pid);
    return -1;
}

Test(unwind, tells_threads_apart)
{
    static const char *const of_main[] = {"stop_in", "main", NULL};
    static const char *const of_thread[] = {"stop_here", "thread_main", NULL};
    pid_t pid = probe_start(probe_path("plain"), "thread");
    /* Not on its way out of clone(), whose stack has no caller. */
    await_state(pid, 'S');
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, of_main);
    stack = unwind(pid, other_thread(pid));
    expect_functions(&stack, of_thread);
    cr_expect_eq(unwind(pid, getpid()).count, -ESRCH);
    probe_kill(pid);
}

Test(unwind, leaves_a_stopped_process_stopped)
{
    pid_t pid = probe_start(probe_path("nopie"), "functions");
    int status;
    kill(pid, SIGSTOP);
    cr_assert_eq(waitpid(pid, &status, WUNTRACED), pid);
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, nested);
    await_state(pid, 'T');
    kill(pid, SIGCONT);
    await_state(pid, 'S');
    probe_kill(pid);
}

enum { SIGNALS = 300 };
static volatile sig_atomic_t signals_seen;

static void count_signal(int signal)
{
    (void)signal;
    signals_seen++;
}

Test(unwind, loses_no_signal)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = probe_fork();
    if (!pid) {
        signal(SIGRTMIN, count_signal);
        if (write(ends[1], "!", 1) != 1)
            _exit(1);
        while (signals_seen < SIGNALS)
            sched_yield();
        _exit(42);
    }
    probe_await_byte(ends[0]);
    for (int i = 0; i < SIGNALS; i++) {
        cr_assert_eq(kill(pid, SIGRTMIN), 0);
        if (i % 5 == 0)
            unwind(pid, pid);
    }
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 42);
    close(ends[0]);
    close(ends[1]);
}

Test(unwind, says_so_when_the_process_is_gone)
{
    pid_t pid = probe_fork();
    if (!pid)
        _exit(3);
    await_state(pid, 'Z');
    cr_expect_eq(unwind(pid, pid).count, -ESRCH, "a zombie");
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    cr_expect_eq(unwind(pid, pid).count, -ESRCH);
    cr_expect_lt(unwind(0x3fffffff, 0x3fffffff).count, 0);
    cr_expect_lt(unwind(0, 0).count, 0);
    cr_expect_lt(unwind(-1, -1).count, 0);
    cr_expect_lt(unwind(getpid(), getpid()).count, 0, "itself");
}

/* A child that ends at some moment of the look: never a crash, never a wait
 * for ever, and its exit status is left to its parent. */
Test(unwind, survives_a_process_that_dies_meanwhile)
{
    int looked = 0;
    for (int i = 0; i < 300; i++) {
        pid_t pid = probe_fork();
        if (!pid) {
            uint64_t end = clock_now_ns() + (uint64_t)i * 10000;
            while (clock_now_ns() < end)
                ;
            if (i % 2)
                raise(SIGKILL);
            _exit(42);
        }
        looked += unwind(pid, pid).count > 0;
        int status;
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert(i % 2 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                        : WIFEXITED(status) && WEXITSTATUS(status) == 42);
    }
    cr_expect_gt(looked, 0);
}

Test(unwind, leaves_a_process_to_its_other_tracer)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t pid = probe_start(probe_path("nopie"), "functions");
    pid_t tracer = probe_fork();
    if (!tracer) {
        bool refused = ptrace(PTRACE_SEIZE, pid, NULL, NULL);
        if (write(ends[1], refused ? "r" : "!", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    if (probe_await_byte(ends[0]) == 'r') {
        probe_kill(tracer);
        probe_kill(pid);
        cr_skip_test("a process may trace only its children here");
    }
    cr_expect_eq(unwind(pid, pid).count, -EBUSY);
    probe_kill(tracer);
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, nested);
    probe_kill(pid);
    close(ends[0]);
    close(ends[1]);
}

/* The parent of a vfork()ed child that does not end sleeps where nothing can
 * stop it. */
Test(unwind, does_not_wait_for_what_cannot_be_stopped)
{
    pid_t pid = probe_fork();
    if (!pid) {
        setpgid(0, 0);
        pid_t child = (pid_t)syscall(SYS_clone, CLONE_VFORK | SIGCHLD, NULL,
                                     NULL, NULL, NULL);
        if (!child && !prctl(PR_SET_PDEATHSIG, SIGKILL))
            for (;;)
                pause();
        _exit(0);
    }
    await_state(pid, 'D');
    uint64_t start = clock_now_ns();
    cr_expect_eq(unwind(pid, pid).count, -EBUSY);
    cr_expect_lt(clock_now_ns() - start, 500000000);
    kill(-pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

/* -- Namespaces ----------------------------------------------------------- */

static bool copy_file(const char *from, const char *to)
{
    struct str bytes;
    str_init(&bytes);
    bool copied = !io_read_file(AT_FDCWD, from, &bytes, 64 << 20) &&
                  !io_replace_file(to, bytes.data, bytes.len) &&
                  !chmod(to, 0755);
    str_fini(&bytes);
    return copied;
}

static bool write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    bool written = fd >= 0 && !io_write_all(fd, text, strlen(text));
    close(fd);
    return written;
}

/* Be root in a user namespace of one's own. */
static bool become_root(void)
{
    char users[64], groups[64];
    snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
    snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
    return !unshare(CLONE_NEWUSER) && write_text("/proc/self/uid_map", users) &&
           write_text("/proc/self/setgroups", "deny") &&
           write_text("/proc/self/gid_map", groups);
}

/* In a child: hide DIRECTORY under a file system of its own that has a copy of
 * the probe, run that as process 1 of a PID namespace with its output to OUT
 * and tell its pid through TELL. Exits 77 where namespaces are refused. */
static void enter_namespaces(const char *directory, const char *probe, int tell,
                             int out)
{
    char copy[256];
    snprintf(copy, sizeof(copy), "%s/hidden_probe", directory);
    if ((geteuid() && !become_root()) || unshare(CLONE_NEWNS | CLONE_NEWPID) ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("tmpfs", directory, "tmpfs", 0, NULL))
        _exit(77);
    if (!copy_file(probe, copy))
        _exit(1);
    pid_t pid = fork();
    if (!pid) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        dup2(out, STDOUT_FILENO);
        execl(copy, copy, "functions", (char *)NULL);
        _exit(1);
    }
    if (write(tell, &pid, sizeof(pid)) != sizeof(pid))
        _exit(1);
    waitpid(pid, NULL, 0);
    _exit(0);
}

Test(unwind, reaches_into_pid_and_mount_namespaces)
{
    char directory[] = "/tmp/unwind_test_XXXXXX";
    int told[2], ends[2], status;
    cr_assert_not_null(mkdtemp(directory));
    cr_assert(!pipe2(told, O_CLOEXEC) && !pipe2(ends, O_CLOEXEC));
    pid_t parent = probe_fork();
    if (!parent)
        enter_namespaces(directory, probe_path("nopie"), told[1], ends[1]);
    close(told[1]);
    close(ends[1]);
    pid_t pid;
    ssize_t n = io_read_all(told[0], &pid, sizeof(pid));
    close(told[0]);
    if (n != sizeof(pid)) {
        cr_assert_eq(waitpid(parent, &status, 0), parent);
        rmdir(directory);
        cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 77);
        cr_skip_test("no namespaces here");
    }
    probe_await_byte(ends[0]);
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, nested);
    cr_expect(strstr(stack.frames[stack.count - 1].module, "libc") ||
              strstr(stack.frames[stack.count - 1].module, "hidden_probe"));
    kill(pid, SIGKILL);
    waitpid(parent, NULL, 0);
    close(ends[0]);
    rmdir(directory);
}

Test(unwind, reads_a_program_whose_file_was_deleted)
{
    char copy[] = "/tmp/unwind_test_XXXXXX";
    close(mkstemp(copy));
    cr_assert(copy_file(probe_path("nopie"), copy));
    pid_t pid = probe_start(copy, "functions");
    cr_assert_eq(unlink(copy), 0);
    struct stack stack = unwind(pid, pid);
    expect_functions(&stack, nested);
    bool seen = false;
    for (int i = 0; i < stack.count; i++)
        seen |= !strcmp(stack.frames[i].module, copy);
    cr_expect(seen, "without \"(deleted)\"");
    probe_kill(pid);
}

/* -- Several at once ------------------------------------------------------ */

static void *look_around(void *argument)
{
    const pid_t *pid = argument;
    for (int i = 0; i < 30; i++) {
        struct location frames[FRAMES];
        int count = symbols_unwind(symbols, *pid, *pid, frames, FRAMES);
        /* The others may have the process in their hands just now. */
        if (count != -EBUSY && count != -EPERM && count < 5)
            return argument;
    }
    return NULL;
}

Test(unwind, serves_several_threads)
{
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    pid_t pid = probe_start(probe_path("nopie"), "functions");
    for (int i = 0; i < THREADS; i++)
        cr_assert_eq(pthread_create(&threads[i], NULL, look_around, &pid), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        cr_assert_eq(pthread_join(threads[i], &failed), 0);
        cr_expect_null(failed);
    }
    await_state(pid, 'S');
    probe_kill(pid);
}

Test(unwind, a_stack_of_known_sites_costs_under_20_ms)
{
    pid_t pid = probe_start(probe_path("nopie"), "functions");
    unwind(pid, pid);
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 20; i++) {
        uint64_t start = clock_now_ns();
        unwind(pid, pid);
        uint64_t took = clock_now_ns() - start;
        best = took < best ? took : best;
    }
    cr_log_info("%lu us a stack", (unsigned long)best / 1000);
    cr_expect_lt(best, 20000000);
    probe_kill(pid);
}
