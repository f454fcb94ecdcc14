#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "io.h"
#include "queue.h"

struct mp_log {
    int fd; /* the writer's; -1 where it has been closed */
    bool stopped;
    struct mp_queue *lines; /* a line each; STOP is the sentinel */
    struct mp_team *writer;
};

/* The writer. After a failed write it goes on taking lines, so that nobody
 * waits for room for ever. */
static int write_lines(void *context, unsigned index)
{
    (void)index;
    const struct mp_log *log = context;
    char line[MP_LOG_LINE_MAX];
    size_t size;
    int status = 0;
    while (mp_queue_get(log->lines, line, &size) == 0 && size) {
        int err = status ? 0 : mp_io_write(log->fd, line, size);
        if (err)
            status = -err;
    }
    return status;
}

int mp_log_open(struct mp_log **out, const char *path, enum mp_backend backend,
                size_t capacity)
{
    *out = NULL;
    struct mp_log *log = calloc(1, sizeof(*log));
    if (!log)
        return -ENOMEM;
    int err = mp_queue_new(&log->lines, "lines", capacity, MP_LOG_LINE_MAX);
    if (err)
        goto free_log;
    log->fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    if (log->fd < 0) {
        err = -errno;
        goto free_lines;
    }
    err =
        mp_team_start(&log->writer, backend, 1, write_lines, log, "log writer");
    if (err)
        goto close_file;
    if (backend == MP_PROCESS) {
        close(log->fd);
        log->fd = -1;
    }
    *out = log;
    return 0;
close_file:
    close(log->fd);
free_lines:
    mp_queue_free(log->lines);
free_log:
    free(log);
    return err;
}

int mp_log_write(struct mp_log *log, const char *format, ...)
{
    char line[MP_LOG_LINE_MAX + 1];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (length < 0 || length >= MP_LOG_LINE_MAX)
        return -EMSGSIZE;
    line[length] = '\n';
    return mp_queue_put(log->lines, line, (size_t)length + 1);
}

int mp_log_stop(struct mp_log *log)
{
    int err = mp_queue_put(log->lines, NULL, 0);
    log->stopped = !err;
    return err;
}

int mp_log_close(struct mp_log *log)
{
    if (!log)
        return 0;
    int err = log->stopped ? 0 : mp_log_stop(log);
    int status = 0;
    int failure = mp_team_join(log->writer, 0, &status);
    mp_team_wait(log->writer);
    if (log->fd >= 0)
        close(log->fd);
    mp_queue_free(log->lines);
    free(log);
    if (failure)
        return failure;
    if (status > 128)
        return -ECHILD; /* no errno of a write: see mp_team_join() */
    return status ? -status : err;
}
