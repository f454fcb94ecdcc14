/* What `mpstress show` prints of a trace. */
#ifndef MPS_FUZZ_PRINT_H
#define MPS_FUZZ_PRINT_H

struct trace;

/* TRACE must be printable, and what is printed fit for a terminal. */
void must_print(const struct trace *trace);

#endif
