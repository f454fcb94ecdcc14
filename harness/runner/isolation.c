#include "isolation.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/io.h"

#ifndef CAP_CHECKPOINT_RESTORE
#define CAP_CHECKPOINT_RESTORE 40
#endif

static int write_proc(pid_t pid, const char *name, const char *text)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int err = io_write_all(fd, text, strlen(text));
    close(fd);
    return err;
}

/* The user keeps its numbers inside: files belong to whom they belong. */
static int map_ids(pid_t pid)
{
    char map[64];
    int err = write_proc(pid, "setgroups", "deny");
    if (err && err != -ENOENT)
        return err;
    snprintf(map, sizeof(map), "%u %u 1", geteuid(), geteuid());
    err = write_proc(pid, "uid_map", map);
    if (err)
        return err;
    snprintf(map, sizeof(map), "%u %u 1", getegid(), getegid());
    return write_proc(pid, "gid_map", map);
}

/* By somebody from outside; its status is the caller's to find, as it would be
 * had the kill come a moment later. */
static bool was_killed(pid_t pid)
{
    siginfo_t info = {0};
    return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) &&
           info.si_code == CLD_KILLED && info.si_status == SIGKILL;
}

static pid_t fork_with(unsigned long flags, struct mps_diag *diag)
{
    int gate[2];
    if (pipe2(gate, O_CLOEXEC))
        return diag_set(diag, -errno, "pipe: %s", strerror(errno));
    pid_t pid = (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid < 0) {
        int err = -errno;
        close(gate[0]);
        close(gate[1]);
        return diag_set(diag, err, "clone: %s", strerror(-err));
    }
    if (!pid) {
        char go = 0;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(gate[1]);
        if (io_read_all(gate[0], &go, 1) != 1)
            _exit(125); /* the parent died or gave up */
        close(gate[0]);
        return 0;
    }
    close(gate[0]);
    int err = flags & CLONE_NEWUSER ? map_ids(pid) : 0;
    if (!err)
        err = io_write_all(gate[1], "g", 1);
    close(gate[1]);
    if (err && !was_killed(pid)) {
        waitpid(pid, NULL, 0);
        return diag_set(diag, err, "user namespace: %s", strerror(-err));
    }
    return pid;
}

pid_t isolation_fork(enum isolation isolation, struct mps_diag *diag)
{
    if (isolation == ISOLATION_NONE)
        return fork_with(0, diag);
    unsigned long flags = CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWNS;
    pid_t pid = geteuid() ? -EPERM : fork_with(flags, diag);
    if (pid == -EPERM)
        pid = fork_with(flags | CLONE_NEWUSER, diag);
    return pid;
}

/* Programs that fork without end past the runtime (raw system calls, static
 * programs) must not take the machine along. pid_max belongs to the namespace
 * since Linux 6.14; before, it is everybody's and must be left alone. */
static void limit_processes(void)
{
    struct utsname name;
    int major = 0, minor = 0;
    if (uname(&name) || sscanf(name.release, "%d.%d", &major, &minor) != 2 ||
        major < 6 || (major == 6 && minor < 14))
        return;
    int fd = open("/proc/sys/kernel/pid_max", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    /* Refused for a user without the right: then there is no such limit. */
    io_write_all(fd, "4096", 4);
    close(fd);
}

int isolation_mount(const char *directory, const char **step)
{
    static const char *const shared[] = {"/", "/dev", "/dev/shm", "/proc",
                                         "/tmp"};
    /* Nothing of what follows may reach the machine's own mounts. What is not
     * a mount point is refused, which is fine. */
    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++)
        mount(NULL, shared[i], NULL, MS_REC | MS_PRIVATE, NULL);
    char path[512];
    *step = "a memory file system for working directories";
    if (mount("mpstress", directory, "tmpfs", MS_NOSUID | MS_NODEV,
              "size=1g,mode=755"))
        return -errno;
    snprintf(path, sizeof(path), "%s/work", directory);
    if (mkdir(path, 0755))
        return -errno;
    *step = "a private /dev/shm";
    if (mount("mpstress", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV,
              "mode=1777"))
        return -errno;
    *step = "message queues";
    snprintf(path, sizeof(path), "%s/mq", directory);
    if (mkdir(path, 0755) ||
        (mount("mpstress", path, "mqueue", 0, NULL) && errno != ENODEV))
        return -errno;
    *step = "/proc";
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              NULL) &&
        errno != EPERM)
        return -errno;
    limit_processes();
    return 0;
}

void isolation_keep_capability(void)
{
    if (!geteuid())
        return;
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data))
        return;
    unsigned word = CAP_CHECKPOINT_RESTORE / 32;
    data[word].inheritable |= 1u << (CAP_CHECKPOINT_RESTORE % 32);
    if (!syscall(SYS_capset, &header, data))
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_CHECKPOINT_RESTORE, 0,
              0);
}

enum isolation isolation_probe(const char **why)
{
    struct mps_diag diag;
    enum isolation found = ISOLATION_NONE;
    pid_t pid = isolation_fork(ISOLATION_FULL, &diag);
    if (!pid) {
        /* Any directory will do, and one of its own could be left behind. */
        const char *step;
        _exit(isolation_mount("/dev/shm", &step) ? 1 : 0);
    }
    int status = 0;
    *why = "the kernel refuses new PID namespaces to this user";
    if (pid > 0 && waitpid(pid, &status, 0) == pid) {
        *why = status ? "the kernel refuses mounts in a new namespace" : "";
        found = status ? ISOLATION_NONE : ISOLATION_FULL;
    }
    return found;
}
