/* What a line of source accesses: its expressions that name memory behind a
 * pointer, with the types that debug information has for them. Finds what no
 * global variable points to, as most pointers are arguments and locals. */
#ifndef MPS_SYMBOLS_DATA_EXPRESSIONS_H
#define MPS_SYMBOLS_DATA_EXPRESSIONS_H

#include "names.h"

/* As symbols_expressions(), of the code at link-time ADDRESS, whose line is
 * LINE. */
size_t expressions_find(struct names *names, uint64_t address, const char *line,
                        uint64_t size, struct symbols_expression *out,
                        size_t max);

#endif
