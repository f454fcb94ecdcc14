/* A signal handler comes over a task under control: it runs when the task has
 * the turn, and what the task was waiting for is put back after it. */
#ifndef MPS_RUNTIME_CONTROL_INTERRUPTION_H
#define MPS_RUNTIME_CONTROL_INTERRUPTION_H

#include <stdbool.h>

#include "segment/schedule.h"

struct interrupted {
    struct segment_turn turn;
};

/* The handler of SIGNAL, installed with SA_RESTART if RESTARTS, is about to
 * run, and until it returns the signals in BLOCKED (a kernel set) do not reach
 * the task. Returns false when it must not, because the task is just deciding
 * who goes on: the signal will come again. */
bool interruption_begin(struct interrupted *interrupted, int signal,
                        bool restarts, uint64_t blocked);
void interruption_end(const struct interrupted *interrupted);

/* The program wants SIGNAL to be caught, or ignored, or neither. */
void interruption_note(int signal, bool caught, bool ignored);

#endif
