/* The end of a process by exit() or by returning from main().
 *
 * libc makes the last system call itself, which Syscall User Dispatch would
 * see: a signal and a page of stack, 7 us. Most of the time it can be seen
 * for less, by the last handler that exit() calls. */
#ifndef MPS_RUNTIME_ENDING_H
#define MPS_RUNTIME_ENDING_H

/* Once per program image, in a constructor: before the program, and before
 * libc has registered its own handler, which calls all destructors. */
void ending_watch(void);

#endif
