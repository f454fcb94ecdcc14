#include "launch.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"

extern char **environ;

/* Where the segment's descriptor goes in the target: above what most programs
 * use, and with the server's few behind it below 64. A process that has none
 * beyond keeps its table inside the kernel's own struct; with a descriptor 900
 * each fork would allocate and copy 1,024 entries, 3 us. */
enum { SEGMENT_FD = 58 };

bool launch_is_outside(const char *program)
{
    int fd = open(program, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    struct stat st;
    bool outside = false;
    ElfW(Ehdr) header;
    if (!fstat(fd, &st) && (st.st_mode & (S_ISUID | S_ISGID)))
        outside = true;
    if (io_read_all(fd, &header, sizeof(header)) == sizeof(header) &&
        !memcmp(header.e_ident, ELFMAG, SELFMAG)) {
        outside = true;
        for (unsigned i = 0; i < header.e_phnum && i < 64; i++) {
            ElfW(Phdr) segment;
            off_t at = (off_t)(header.e_phoff + (size_t)i * header.e_phentsize);
            if (pread(fd, &segment, sizeof(segment), at) == sizeof(segment) &&
                segment.p_type == PT_INTERP &&
                !(st.st_mode & (S_ISUID | S_ISGID)))
                outside = false;
        }
    }
    close(fd);
    return outside;
}

/* Everything the child needs, prepared before the fork: after it only system
 * calls are safe. */
struct child {
    const struct launch *launch;
    char *const *argv;
    char *const *environment;
    const char *directory; /* to start in */
    int segment_number;
    int report_fd; /* close-on-exec: says what failed before exec */
};

struct failure {
    int error;
    char step[100];
};

_Noreturn static void fail(const struct child *child, const char *step,
                           int error)
{
    struct failure failure = {.error = error};
    snprintf(failure.step, sizeof(failure.step), "%s", step);
    io_write_all(child->report_fd, &failure, sizeof(failure));
    _exit(126);
}

void launch_reset_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    for (int signal = 1; signal < NSIG; signal++)
        sigaction(signal, &action, NULL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

_Noreturn static void run_child(const struct child *child)
{
    const struct launch *launch = child->launch;
    const struct slot_options *options = launch->options;
    if (options->isolation == ISOLATION_FULL) {
        const char *step = "";
        int err = isolation_mount(options->directory, &step);
        if (err)
            fail(child, step, -err);
        isolation_keep_capability();
    }
    launch_reset_signals();
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(launch->stdout_fd, 1) < 0 ||
        dup2(launch->stderr_fd, 2) < 0)
        fail(child, "standard input and output", errno);
    if (launch->segment_fd == child->segment_number)
        fcntl(launch->segment_fd, F_SETFD, 0);
    else if (dup2(launch->segment_fd, child->segment_number) < 0)
        fail(child, "the segment's descriptor", errno);
    if (chdir(child->directory))
        fail(child, child->directory, errno);
    if (options->cpu >= 0) {
        cpu_set_t cpus;
        CPU_ZERO(&cpus);
        CPU_SET(options->cpu, &cpus);
        sched_setaffinity(0, sizeof(cpus), &cpus);
    }
    execve(child->argv[0], child->argv, child->environment);
    fail(child, child->argv[0], errno);
}

static size_t list_length(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

/* PROGRAM ARG..., or LAUNCHER PROGRAM ARG... The list is the caller's to
 * free, its texts are borrowed. */
static const char **make_argv(const struct slot_options *options, bool outside)
{
    const char *const *arguments = options->scenario->arguments;
    size_t n = list_length(arguments);
    const char **argv = calloc(n + 3, sizeof(*argv));
    if (!argv)
        return NULL;
    size_t at = 0;
    if (outside)
        argv[at++] = options->launcher;
    argv[at++] = options->program;
    for (size_t i = 0; i < n; i++)
        argv[at++] = arguments[i];
    return argv;
}

static bool is_ours(const char *variable)
{
    static const char *const ours[] = {"LD_PRELOAD=", SEGMENT_ENV "=",
                                       SEGMENT_LIBRARY_ENV "=",
                                       "ASAN_OPTIONS="};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (!strncmp(variable, ours[i], strlen(ours[i])))
            return true;
    return false;
}

/* AddressSanitizer's library refuses to come after another one, though it can:
 * what the runtime calls on is the sanitizer's, then. */
static char *sanitizer_options(void)
{
    const char *own = getenv("ASAN_OPTIONS");
    return str_format("ASAN_OPTIONS=verify_asan_link_order=0%s%s",
                      own && *own ? ":" : "", own ? own : "");
}

/* The environment with the runtime's three variables; free_environment(). */
static char **make_environment(const char *runtime, int segment_number)
{
    size_t count = list_length((const char *const *)environ);
    char **list = calloc(count + 6, sizeof(*list));
    if (!list)
        return NULL;
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_ours(environ[i]))
            list[at++] = strdup(environ[i]);
    const char *preload = getenv("LD_PRELOAD");
    char text[4096];
    snprintf(text, sizeof(text), "LD_PRELOAD=%s%s%s", runtime,
             preload && *preload ? ":" : "", preload ? preload : "");
    list[at++] = strdup(text);
    snprintf(text, sizeof(text), SEGMENT_ENV "=%d", segment_number);
    list[at++] = strdup(text);
    list[at++] = sanitizer_options();
    /* Bind all symbols once, in the server, and not in every iteration. */
    if (!getenv("LD_BIND_NOW"))
        list[at++] = strdup("LD_BIND_NOW=" SEGMENT_BIND_MARK);
    snprintf(text, sizeof(text), SEGMENT_LIBRARY_ENV "=%s", runtime);
    list[at++] = strdup(text);
    return list;
}

static void free_environment(char **list)
{
    for (size_t i = 0; list && list[i]; i++)
        free(list[i]);
    free(list);
}

/* What the child could not do before it was the program. */
static int explain_failure(const char *program, const struct failure *failure,
                           struct mps_diag *diag)
{
    /* The kernel says of the interpreter what it would say of the program,
     * which is there: somebody has looked. */
    bool inner = failure->error == ENOENT && !access(program, F_OK);
    return diag_set(diag, -MPS_ESTART, "%s: cannot start: %s: %s%s", program,
                    failure->step, strerror(failure->error),
                    inner ? " (it is there, but not what its first line, or "
                            "its ELF header, names to run it)"
                          : "");
}

pid_t launch_start(const struct launch *launch, struct mps_diag *diag)
{
    const struct slot_options *options = launch->options;
    char work[512];
    if (options->scenario->private_directory)
        snprintf(work, sizeof(work), "%s/work", options->directory);
    else
        snprintf(work, sizeof(work), "%s", options->scenario->directory);
    long limit = sysconf(_SC_OPEN_MAX);
    struct child child = {
        .launch = launch,
        .directory = work,
        .segment_number =
            limit > SEGMENT_FD + 5 ? SEGMENT_FD : (int)limit * 3 / 4,
    };
    int report[2] = {-1, -1};
    bool outside = launch_is_outside(options->program);
    const char **argv = make_argv(options, outside);
    char **environment =
        make_environment(options->runtime, child.segment_number);
    pid_t pid = -ENOMEM;
    if (!argv || !environment) {
        diag_set(diag, -ENOMEM, "out of memory");
        goto done;
    }
    memcpy(&child.argv, &argv, sizeof(argv));
    child.environment = environment;
    if (pipe2(report, O_CLOEXEC)) {
        pid = diag_set(diag, -errno, "pipe: %s", strerror(errno));
        goto done;
    }
    if (report[1] == child.segment_number) {
        /* The child puts the segment there. */
        report[1] = fcntl(report[1], F_DUPFD_CLOEXEC, child.segment_number + 1);
        close(child.segment_number);
    }
    child.report_fd = report[1];
    pid = isolation_fork(options->isolation, diag);
    if (!pid)
        run_child(&child);
    close(report[1]);
    report[1] = -1;
    struct failure failure;
    if (pid > 0 &&
        io_read_all(report[0], &failure, sizeof(failure)) == sizeof(failure)) {
        waitpid(pid, NULL, 0);
        pid = explain_failure(options->program, &failure, diag);
    }
done:
    if (report[0] >= 0)
        close(report[0]);
    if (report[1] >= 0)
        close(report[1]);
    free(argv);
    free_environment(environment);
    return pid;
}
