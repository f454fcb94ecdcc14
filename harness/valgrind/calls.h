/* Stacks of a tool as places in code. Private to valgrind/. */
#ifndef MPS_VALGRIND_CALLS_H
#define MPS_VALGRIND_CALLS_H

#include <stdbool.h>

#include "base/str.h"
#include "parse.h"
#include "symbols/symbols.h"

/* The innermost frame of STACK in the user's own code, or else in anybody's but
 * Valgrind's; false when there is none. */
bool calls_place(struct symbols *symbols, const struct valgrind_stack *stack,
                 struct location *out);

/* Append what the SIZE bytes at ADDRESS, which code at the top of STACK
 * accessed, are called, "table.items[1].kind[2] (short)"; false when they are
 * no global variable of the executable, or that has no debug information. */
bool calls_name(struct str *s, struct symbols *symbols,
                const struct valgrind_stack *stack, uint64_t address,
                uint64_t size);

/* Append a line per frame, "    #0 bump() race.c:5": without Valgrind's own
 * ones, and without what called the outermost function of the user. */
void calls_show(struct str *s, struct symbols *symbols,
                const struct valgrind_stack *stack);

/* The same from the innermost frame of the user on: how the library did it is
 * not of interest. */
void calls_show_caller(struct str *s, struct symbols *symbols,
                       const struct valgrind_stack *stack);

/* The frames that calls_show() shows, into OUT of CALLS_MOST. Returns how
 * many. */
enum { CALLS_MOST = 30 };
size_t calls_read(struct symbols *symbols, const struct valgrind_stack *stack,
                  struct location out[static CALLS_MOST]);

#endif
