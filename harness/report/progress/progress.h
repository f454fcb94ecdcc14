/* The parts of the progress display that need no terminal and no clock.
 * Private to report/. */
#ifndef MPS_REPORT_PROGRESS_H
#define MPS_REPORT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct progress;

/* How far a scenario is. */
struct progress_state {
    const char *name; /* clean */
    size_t index, of; /* this scenario of all, from 1 */
    uint64_t planned;  /* 0: as many as come */
    uint64_t limit_ns; /* ends then, if not before; 0: need not */
    uint64_t iterations, failures;
    uint64_t elapsed_ns;
};

/* Append the status line of STATE: at most WIDTH columns, without a line end.
 * What matters least goes first when it gets narrow. */
void progress_bar_line(struct str *s, bool color, size_t width,
                       const struct progress_state *state);

/* Append the line for a log, without a line end. */
void progress_plain_line(struct str *s, const struct progress_state *state);

/* progress_begin() and progress_update() at the time NOW_NS. */
void progress_begin_at(struct progress *progress, const char *scenario,
                       uint64_t planned, size_t index, size_t of,
                       uint64_t now_ns);
void progress_update_at(struct progress *progress, uint64_t iterations,
                        uint64_t failures, uint64_t now_ns);
/* Draw a bar although the stream is no terminal; WIDTH columns. */
void progress_force_terminal(struct progress *progress, size_t width);

#endif
