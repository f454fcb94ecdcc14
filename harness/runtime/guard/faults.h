/* The signals that guarding lives on: faults, and the traps after single steps.
 * And those of the same kind that it does not: they are the program's. */
#ifndef MPS_RUNTIME_GUARD_FAULTS_H
#define MPS_RUNTIME_GUARD_FAULTS_H

#include <signal.h>
#include <stdint.h>

/* The handler of all signals that the guard owns. */
void faults_handle(int signal, siginfo_t *info, void *context);

/* What is blocked while an instruction is on its way: all signals that it does
 * not cause itself. A handler in between would find pages open. */
uint64_t faults_step_mask(void);

#endif
