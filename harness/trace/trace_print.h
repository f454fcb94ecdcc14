/* A trace as text for people: what `mpstress show ID` prints.
 *
 * Whatever a target (or a stranger's file) put into the trace, what is
 * printed holds no control characters but line feeds and mpstress's own
 * colours. */
#ifndef MPS_TRACE_TRACE_PRINT_H
#define MPS_TRACE_TRACE_PRINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct trace;

struct trace_print_options {
    unsigned width;   /* columns to fit tables into; 0: no limit */
    bool color;       /* terminal colours */
    size_t max_ops;   /* ops shown, the last ones; 0: 40 */
    size_t max_lines; /* of messages, observations, each output; 0: 20 */
    /* What the commands at the end are given, as a shell takes it: options and
     * the name. NULL: the ID. Borrowed. */
    const char *subject;
};

/* Print TRACE to OUT: headline; when it was shrunk, the two ops that decide
 * and the shortest schedule; how the iteration went, findings, misuses, tasks
 * as a tree, the last ops in ticket order, queue messages, observations, the
 * ends of stdout and stderr, files, and last the command that replays it. -EIO
 * when OUT cannot be written. */
int trace_print(FILE *out, const struct trace *trace,
                const struct trace_print_options *options);

/* Only what shrinking found out: nothing for a trace that was not shrunk. */
int trace_print_explanation(FILE *out, const struct trace *trace,
                            const struct trace_print_options *options);

#endif
