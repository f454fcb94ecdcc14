/* Page guarding: seeing what a program that was built without mpstress does to
 * shared memory. Its shared mappings are closed (PROT_NONE); an access faults,
 * is noted, and made in a single step with the page open.
 *
 * For processes with one thread, under control, on x86-64 with Syscall User
 * Dispatch: a second thread would walk through what is open for the first one,
 * and a signal mask that nobody looks at would make a fault deadly. The kernel
 * does not fault but fail (EFAULT) when it meets a closed page, so while the
 * runtime is inside a call everything is open.
 *
 * The state is the process's own, and copied by fork as the mappings are. */
#ifndef MPS_RUNTIME_GUARD_GUARD_H
#define MPS_RUNTIME_GUARD_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "segment/memory.h"

/* Whether this machine can: asked by the server, before any task runs, once
 * runtime.dispatch is known. */
bool guard_is_able(void);

/* The calling process, a task of an iteration since just now, is to be guarded
 * if the iteration wants it. For the root, and for a new program image. */
void guard_begin(void);

/* It cannot be any more, because of WHY: everything is open from now on, and
 * what the detector says of this iteration is void, since it does not see
 * everything. Does nothing in a process that is not guarded. */
void guard_stop(enum memory_off why);

/* -- Open and closed, when runtime.guard
 * -------------------------------------*/

/* Everything is open when this returns. Returns whether it was closed. */
bool guard_open(void);
void guard_close(void);

/* What was open: everything, or some pages. */
enum { GUARD_PAGES = 8 };
struct guard_pause {
    bool open, widened;
    uint32_t pages;
    uintptr_t page[GUARD_PAGES];
};

/* A handler of the program is about to run: everything is closed until
 * guard_resume(), whatever was open before. */
void guard_pause(struct guard_pause *pause);
void guard_resume(const struct guard_pause *pause);

/* The calling task is about to wait at a point, where it may be killed: the
 * kernel has to get at robust mutexes that it holds. Until guard_narrow(),
 * everything is open, should there be any. */
void guard_widen(struct guard_pause *before);
void guard_narrow(const struct guard_pause *before);

/* -- Mappings, as the kernel has just changed them
 * ---------------------------*/

/* A shared mapping was made with PROTECTION; ATTACHED: by shmat(). */
void guard_mapped(const void *start, size_t length, int protection,
                  bool attached);
void guard_unmapped(const void *start, size_t length);
void guard_detached(const void *start);
void guard_protected(const void *start, size_t length, int protection);
/* What was at FROM is at TO, and LENGTH long now. */
void guard_moved(const void *from, size_t from_length, const void *to,
                 size_t length);

/* Handlers are to run on a stack at START: the kernel writes their frames
 * there, which it cannot where it is closed. */
void guard_stack(const void *start);

/* -- Signals ----------------------------------------------------------------*/

/* The kernel's set of signals that must not be blocked, and whether SIGNAL's
 * handler in the kernel is the guard's for ever: what the program asks for is
 * remembered, and done from there. */
uint64_t guard_signals(void);
bool guard_owns(int signal);
/* The program has asked for something new to be done about SIGNAL, which the
 * guard owns. */
void guard_arrange(int signal);

#endif
