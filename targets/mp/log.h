/* A log file that many workers write to and one task owns.
 *
 * The owner (a process, or a thread) takes lines from a queue and writes each
 * with one write(), so lines are whole and need no lock. Open the log before
 * the workers start; they inherit it. Nobody takes lines from a writer that was
 * killed: once CAPACITY of them wait, mp_log_write() and mp_log_close() wait
 * for ever. Not for signal handlers. */
#ifndef MP_LOG_H
#define MP_LOG_H

#include <stddef.h>

#include "team.h"

struct mp_log;

enum { MP_LOG_LINE_MAX = 255 }; /* bytes of a line, newline included */

/* Create or empty the file PATH and start its writer. At most CAPACITY lines
 * wait for it; then mp_log_write() waits.
 *
 * On success returns 0 and stores the log in *OUT; the task that opened it
 * releases it with mp_log_close(). On failure returns -errno; PATH may have
 * been created, no task is left. */
int mp_log_open(struct mp_log **out, const char *path, enum mp_backend backend,
                size_t capacity);

/* Hand one line to the writer; the newline is added. May be called by every
 * task. 0, or -EMSGSIZE when the line is too long. */
int mp_log_write(struct mp_log *log, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Send STOP: the writer ends when it meets it, and lines handed over later are
 * not written. So the last worker must have ended before. 0 or -errno. */
int mp_log_stop(struct mp_log *log);

/* Send STOP unless that was done, wait for the writer and release LOG (NULL is
 * fine). 0, -errno of the first line that could not be written, or -ECHILD if
 * the writer was killed, with the lines it had not written. */
int mp_log_close(struct mp_log *log);

#endif
