#include "process.h"

#include <elfutils/libdwfl.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "debugfile.h"
#include "stop.h"

struct process {
    Dwfl *dwfl;
    pid_t pid;
};

/* -- Files as the process sees them --------------------------------------- */

/* Looks before it opens: opening a device may do something. */
static int open_regular(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENOEXEC;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? -errno : fd;
}

/* What the kernel adds to the name of a mapped file that is gone. */
static const char gone[] = " (deleted)";

static size_t length_without_gone(const char *name)
{
    size_t len = strlen(name), tail = sizeof(gone) - 1;
    return len > tail && !strcmp(name + len - tail, gone) ? len - tail : len;
}

static bool is_executable_of(pid_t pid, const char *path)
{
    char link[64], target[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/%d/exe", (int)pid);
    ssize_t n = readlink(link, target, sizeof(target) - 1);
    if (n < 0)
        return false;
    target[n] = '\0';
    size_t len = strlen(path);
    return length_without_gone(target) == len && !strncmp(target, path, len);
}

int process_open_file(pid_t pid, const char *path)
{
    if (*path != '/')
        return pid ? -ENOENT : open_regular(path);
    char there[PATH_MAX + 32];
    if (pid && is_executable_of(pid, path)) {
        snprintf(there, sizeof(there), "/proc/%d/exe", (int)pid);
        int fd = open_regular(there);
        if (fd >= 0)
            return fd;
    }
    /* Seen from inside a chroot, a process of another mount namespace has
     * paths that begin above its own root: then a tail of the path is it. */
    for (const char *tail = path; pid && tail; tail = strchr(tail + 1, '/')) {
        snprintf(there, sizeof(there), "/proc/%d/root%s", (int)pid, tail);
        int fd = open_regular(there);
        if (fd >= 0)
            return fd;
    }
    return open_regular(path);
}

/* -- What is mapped where ------------------------------------------------- */

/* For Dwfl_Callbacks; the user data of every module is the struct process. */
static int find_elf(Dwfl_Module *module, void **userdata, const char *name,
                    Dwarf_Addr base, char **file, Elf **elf)
{
    if (*name != '/')
        return dwfl_linux_proc_find_elf(module, userdata, name, base, file,
                                        elf);
    const struct process *process = *userdata;
    char *path = strndup(name, length_without_gone(name));
    int fd = path ? process_open_file(process->pid, path) : -ENOMEM;
    if (fd < 0) {
        free(path);
        return -1;
    }
    *file = path;
    return fd;
}

static int set_userdata(Dwfl_Module *module, void **userdata, const char *name,
                        Dwarf_Addr start, void *process)
{
    (void)module, (void)name, (void)start;
    *userdata = process;
    return DWARF_CB_OK;
}

int process_open(struct process **out, pid_t pid)
{
    /* Call frame information lies in the modules themselves. */
    static const Dwfl_Callbacks callbacks = {
        .find_elf = find_elf,
        .find_debuginfo = debugfile_none,
    };
    struct process *process = calloc(1, sizeof(*process));
    if (!process)
        return -ENOMEM;
    process->pid = pid;
    process->dwfl = dwfl_begin(&callbacks);
    if (!process->dwfl) {
        free(process);
        return -ENOMEM;
    }
    /* Both give an errno, or -1 for an error of their own. */
    int err = dwfl_linux_proc_report(process->dwfl, pid);
    if (!err)
        err = dwfl_report_end(process->dwfl, NULL, NULL);
    if (!err) {
        dwfl_getmodules(process->dwfl, set_userdata, process, 0);
        err = dwfl_linux_proc_attach(process->dwfl, pid, true);
    }
    if (err) {
        process_close(process);
        /* A process that ends has no maps and no executable. */
        return err > 0 && err != ENOENT ? -err : -ESRCH;
    }
    *out = process;
    return 0;
}

void process_close(struct process *process)
{
    if (!process)
        return;
    dwfl_end(process->dwfl);
    free(process);
}

bool process_place(struct process *process, uint64_t pc, struct str *path,
                   uint64_t *offset)
{
    str_clear(path);
    Dwfl_Module *module = dwfl_addrmodule(process->dwfl, pc);
    GElf_Addr bias;
    if (!module || !dwfl_module_getelf(module, &bias))
        return false;
    const char *name =
        dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    if (!strncmp(name, "[vdso", 5))
        str_add(path, "[vdso]");
    else
        str_add_bytes(path, name, length_without_gone(name));
    *offset = pc - bias;
    return str_ok(path);
}

/* -- Stacks --------------------------------------------------------------- */

struct walk {
    struct process *process;
    struct raw_frame *frames;
    size_t max, count;
};

static int add_frame(Dwfl_Frame *state, void *context)
{
    struct walk *walk = context;
    Dwarf_Addr pc;
    bool exact;
    if (!dwfl_frame_pc(state, &pc, &exact))
        return DWARF_CB_ABORT;
    walk->frames[walk->count++] =
        (struct raw_frame){.pc = pc, .return_address = !exact};
    return walk->count < walk->max ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static void walk_stack(pid_t tid, void *context)
{
    struct walk *walk = context;
    /* An error after some frames is a stack that ends without saying so. */
    dwfl_getthread_frames(walk->process->dwfl, tid, add_frame, walk);
}

int process_stack(struct process *process, pid_t tid, struct raw_frame *frames,
                  size_t max)
{
    struct walk walk = {.process = process, .frames = frames, .max = max};
    if (!max)
        return 0;
    int err = stop_and_call(process->pid, tid, walk_stack, &walk);
    return err ? err : (int)walk.count;
}
