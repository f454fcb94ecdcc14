/* The stack of a thread of another process, as raw places. Any thread; a
 * struct process belongs to one at a time. */
#ifndef MPS_SYMBOLS_PROCESS_H
#define MPS_SYMBOLS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct process;
struct str;

/* Look at what process PID has mapped. -ESRCH when it is gone or a zombie,
 * -EACCES or -EPERM when the kernel refuses. Release with process_close(). */
int process_open(struct process **out, pid_t pid);
void process_close(struct process *process);

struct raw_frame {
    uint64_t pc;
    bool return_address; /* pc is where a call returns to */
};

/* Stop thread TID, collect at most MAX frames, innermost first, let it run on
 * (a thread that was stopped stays so). Returns how many, or -ESRCH (gone),
 * -EBUSY (another tracer, or asleep in the kernel where it cannot be stopped),
 * -ETIMEDOUT (did not stop), or -errno of ptrace. The thread runs on in every
 * case. */
int process_stack(struct process *process, pid_t tid, struct raw_frame *frames,
                  size_t max);

/* The module around PC: its file's name into PATH (emptied first) and the
 * link-time address of PC in it. false when there is none. */
bool process_place(struct process *process, uint64_t pc, struct str *path,
                   uint64_t *offset);

/* Open the file PATH as process PID sees it (it may live in another mount
 * namespace, or have replaced its own executable). A descriptor, or -errno.
 * PID 0: as the caller sees
 * it. */
int process_open_file(pid_t pid, const char *path);

#endif
