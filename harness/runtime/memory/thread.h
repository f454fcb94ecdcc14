/* The stacks of threads: memory that has been somebody else's before. */
#ifndef MPS_RUNTIME_MEMORY_THREAD_H
#define MPS_RUNTIME_MEMORY_THREAD_H

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

/* What the creator of a thread knows of its stack. */
struct thread_stack {
    uintptr_t low; /* 0: not known, libc chooses */
    size_t size;
};
struct thread_stack thread_stack_of(const pthread_attr_t *attributes);

/* The calling thread, a task now that has the turn, begins on STACK: what was
 * done there before does not count. */
void thread_begins(const struct thread_stack *stack);

#endif
