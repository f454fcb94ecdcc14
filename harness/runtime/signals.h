/* The target's signal handlers run inside a frame of ours, which marks the
 * delivery as an op and keeps system call dispatch from being blocked. */
#ifndef MPS_RUNTIME_SIGNALS_H
#define MPS_RUNTIME_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/* What rt_sigaction(2) takes on x86-64. */
struct kernel_sigaction {
    void (*handler)(int);
    unsigned long flags;
    void (*restorer)(void);
    uint64_t mask;
};
#define KERNEL_SA_RESTORER 0x04000000

/* rt_sigaction() as the target sees it: -errno or 0. SIGSYS itself is
 * remembered and never installed. */
long signals_action(int signal, const struct kernel_sigaction *action,
                    struct kernel_sigaction *old, unsigned long mask_size);

/* A signal whose handler is ours, and that is not meant for it: do what the
 * target asked for. */
void signals_pass_on(int signal, siginfo_t *info, void *context);

/* -- For those who own a signal, see guard_owns()
 * ----------------------------*/

/* What the kernel does about SIGNAL now is what the target asked for. */
void signals_adopt(int signal);
bool signals_is_handled(int signal);
bool signals_is_ignored(int signal);
/* SA_ONSTACK, if the target's handler wants it; 0. */
unsigned long signals_stack_flag(int signal);
/* What is blocked while that runs, MASK being the interrupted one. */
uint64_t signals_mask_in_handler(int signal, uint64_t mask);

#endif
