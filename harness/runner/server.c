#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
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
#include "base/str.h"
#include "inspect.h"
#include "launch.h"
#include "memory.h"
#include "segment/segment.h"

enum {
    START_LIMIT_S = 30, /* for the target to come to main() */
    SLICE_MS = 100      /* between looks at the server and the stop flag */
};

/* -- Waiting ---------------------------------------------------------------*/

void server_wait_slice(const uint32_t *word, uint32_t value, uint64_t limit_ns)
{
    uint64_t slice = SLICE_MS * UINT64_C(1000000);
    if (limit_ns < slice)
        slice = limit_ns;
    struct timespec time = {.tv_sec = (time_t)(slice / 1000000000u),
                            .tv_nsec = (long)(slice % 1000000000u)};
    syscall(SYS_futex, word, FUTEX_WAIT, value, &time, NULL, 0);
}

bool server_is_gone(const struct slot *slot)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)slot->server, &info,
                  WEXITED | WNOHANG | WNOWAIT) ||
           info.si_pid;
}

void server_stop(struct slot *slot)
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

/* -- Starting --------------------------------------------------------------*/

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
        return diag_set(diag, -errno, "the memory to share with tasks: %s%s",
                        strerror(errno),
                        errno == EFBIG ? " (raise `ulimit -f`)" : "");
    void *map = mmap(NULL, sizeof(*slot->segment), PROT_READ | PROT_WRITE,
                     MAP_SHARED, slot->segment_fd, 0);
    if (map == MAP_FAILED)
        return diag_set(diag, -errno, "the memory to share with tasks: %s",
                        strerror(errno));
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
    if (slot->options->no_dispatch)
        config->flags |= SEGMENT_NO_DISPATCH;
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
    struct clock_watch watch = {0};
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
            clock_watch_look(&watch) > START_LIMIT_S * UINT64_C(1000000000);
        if (late || *slot->options->stop) {
            server_stop(slot);
            if (!late)
                return -EINTR;
            return diag_set(diag, -MPS_ESTART,
                            "%s: did not come to main() within %d s",
                            slot->options->program, START_LIMIT_S);
        }
        server_wait_slice(&control->server, state, UINT64_MAX);
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

static int start_once(struct slot *slot, struct mps_diag *diag)
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

/* Hardly any program kills itself before main(): that was somebody else. */
int server_start(struct slot *slot, struct mps_diag *diag)
{
    /* On a busy machine a start takes longer than a killer's pause. */
    enum { KILLED_TRIES = 50 };
    int err;
    unsigned tries = 0;
    do {
        slot->killed_by = 0;
        err = start_once(slot, diag);
    } while (err && slot->killed_by == SIGKILL && ++tries < KILLED_TRIES);
    return err;
}
