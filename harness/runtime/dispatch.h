/* Syscall User Dispatch: seeing the system calls that no interposed function
 * makes - those inside libc, raw syscall(), other languages' runtimes.
 * prctl(2), PR_SET_SYSCALL_USER_DISPATCH; Linux 5.11, x86-64 here. */
#ifndef MPS_RUNTIME_DISPATCH_H
#define MPS_RUNTIME_DISPATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "guard/guard.h"

/* Install the SIGSYS handler and try whether the kernel has it: once per
 * program image, before any task runs. */
bool dispatch_setup(void);

/* Arm the calling thread: it is neither inherited by fork nor by clone. */
void dispatch_arm(void);

enum { DISPATCH_SIGSYS_BIT = 1u << 30 }; /* in a kernel signal set: 31 - 1 */

/* The kernel's signal set without SIGSYS: a thread that blocks it is killed
 * by its next system call. And without those of page guarding. */
static inline uint64_t dispatch_allowed_mask(uint64_t mask)
{
    return mask & ~(DISPATCH_SIGSYS_BIT | guard_signals());
}

#endif
