/* Call stacks of accesses, from the tree in the memory part to source lines.
 * Whatever the target did to it: every index is checked. Private to check/. */
#ifndef MPS_CHECK_MEMORY_STACK_H
#define MPS_CHECK_MEMORY_STACK_H

#include "check/judge.h"

enum { STACK_FRAMES = 64 };

struct stack {
    struct location frames[STACK_FRAMES]; /* innermost first */
    size_t count;
    bool cut; /* there are more */
};

/* The stack CONTEXT (a node; 0: empty), with a frame for each function that was
 * inlined, without the code that calls main() or a thread's function. */
void stack_read(struct stack *out, const struct judge *judge, uint32_t context);

/* The innermost frame in the program's own code, or the innermost one; NULL
 * when there is none. */
const struct location *stack_place(const struct stack *stack);

/* The site of the innermost frame in the program's own code, 0 when there is
 * none. */
uint64_t stack_site(const struct judge *judge, uint32_t context);

/* Append a line "    #0 ring_pop() ring.c:117" for each frame. */
void stack_show(struct str *s, const struct stack *stack);

/* The path of the module of SITE; false when there is none. */
typedef char module_path[sizeof(((struct segment_module *)0)->path)];
bool stack_module(const struct judge *judge, uint64_t site, module_path out);

/* -- Sets of locks ---------------------------------------------------------*/

struct held_lock {
    uint32_t object;  /* number */
    uint32_t context; /* where it was taken */
};

/* The locks of the set LOCKS (a node; 0: empty), the newest first; returns how
 * many. */
size_t locks_read(const struct judge *judge, uint32_t locks,
                  struct held_lock out[MEMORY_LOCKS]);

#endif
