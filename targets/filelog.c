/* filelog: many workers, one log file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mp/io.h"
#include "mp/lock.h"
#include "mp/log.h"
#include "mp/memory.h"
#include "program.h"

struct settings {
    struct program_settings common;
    uint64_t lines;
    const char *file;
};

static const char header[] = "# what the workers did";

/* What a line says, after "worker W line L: ". */
static const char *const events[] = {
    "accepted a connection from the balancer",
    "served a page in 3 ms",
    "refused a request that was too large",
    "closed an idle connection",
};

static const char *event(unsigned worker, uint64_t line)
{
    size_t count = sizeof(events) / sizeof(events[0]);
    return events[(worker + line) % count];
}

static int open_file(const char *path)
{
    int fd =
        open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : fd;
}

static int say_done(const struct settings *settings)
{
    printf("filelog: %u workers wrote %" PRIu64 " lines each to %s\n",
           settings->common.workers, settings->lines, settings->file);
    return 0;
}

/* -- A file that every worker writes to ------------------------------------ */

struct shared_file {
    const struct settings *settings;
    int fd;
    struct mp_lock *lock; /* in shared memory */
};

static int write_prefix(int fd, unsigned worker, uint64_t line)
{
    char prefix[64];
    int length = snprintf(prefix, sizeof(prefix),
                          "worker %u line %" PRIu64 ": ", worker, line);
    return mp_io_write(fd, prefix, (size_t)length);
}

static int write_event(int fd, unsigned worker, uint64_t line)
{
    char text[128];
    int length = snprintf(text, sizeof(text), "%s\n", event(worker, line));
    return mp_io_write(fd, text, (size_t)length);
}

static int write_record(int fd, unsigned worker, uint64_t line)
{
    int err = write_prefix(fd, worker, line);
    return err ? err : write_event(fd, worker, line);
}

static int write_locked(void *context, unsigned index)
{
    const struct shared_file *file = context;
    int err = 0;
    for (uint64_t i = 0; i < file->settings->lines && !err; i++) {
        mp_lock_take(file->lock);
        err = write_record(file->fd, index, i);
        mp_lock_give(file->lock);
    }
    return err ? program_fail(file->settings->file, err) : 0;
}

/* O_APPEND makes each write land at the end of the file, so this looks safe;
 * but a record is two writes. */
static int write_unlocked(void *context, unsigned index)
{
    const struct shared_file *file = context;
    int err = 0;
    for (uint64_t i = 0; i < file->settings->lines && !err; i++)
        err = write_record(file->fd, index, i);
    return err ? program_fail(file->settings->file, err) : 0;
}

static int write_with(struct shared_file *file, mp_worker *writer)
{
    const struct settings *settings = file->settings;
    int err = mp_io_write(file->fd, header, strlen(header));
    if (!err)
        err = mp_io_write(file->fd, "\n", 1);
    if (err)
        return program_fail(settings->file, err);
    struct mp_team *team;
    err = mp_team_start(&team, settings->common.backend,
                        settings->common.workers, writer, file, "worker");
    if (err)
        return program_fail("starting the workers", err);
    return program_wait(team) ? EXIT_FAILURE : say_done(settings);
}

static int run_shared(const struct settings *settings, mp_worker *writer)
{
    struct shared_file file = {
        .settings = settings,
        .fd = -1,
        .lock = mp_memory_new(sizeof(struct mp_lock)),
    };
    if (!file.lock)
        return program_fail("shared memory", -ENOMEM);
    int status = EXIT_FAILURE;
    int err = mp_lock_init(file.lock);
    if (err) {
        program_fail("lock", err);
        goto free_memory;
    }
    file.fd = open_file(settings->file);
    if (file.fd < 0) {
        program_fail(settings->file, file.fd);
        goto free_lock;
    }
    status = write_with(&file, writer);
    close(file.fd);
free_lock:
    mp_lock_fini(file.lock);
free_memory:
    mp_memory_free(file.lock, sizeof(*file.lock));
    return status;
}

static int run_lock(const void *settings)
{
    return run_shared(settings, write_locked);
}

static int run_pieces(const void *settings)
{
    return run_shared(settings, write_unlocked);
}

/* -- A writer that owns the file ------------------------------------------- */

struct owned_file {
    const struct settings *settings;
    struct mp_log *log;
};

static int hand_over(void *context, unsigned index)
{
    const struct owned_file *file = context;
    int err = 0;
    for (uint64_t i = 0; i < file->settings->lines && !err; i++)
        err = mp_log_write(file->log, "worker %u line %" PRIu64 ": %s", index,
                           i, event(index, i));
    return err ? program_fail(file->settings->file, err) : 0;
}

/* Run the workers with a writer that gets STOP after they have ended, or, when
 * STOP_EARLY, as soon as they have been started. */
static int log_with_writer(struct owned_file *file, bool stop_early)
{
    const struct settings *settings = file->settings;
    int err = mp_log_write(file->log, "%s", header);
    if (err)
        return program_fail(settings->file, err);
    struct mp_team *team;
    err = mp_team_start(&team, settings->common.backend,
                        settings->common.workers, hand_over, file, "worker");
    if (err)
        return program_fail("starting the workers", err);
    if (stop_early)
        err = mp_log_stop(file->log);
    int status = program_wait(team);
    return err ? program_fail("stopping the writer", err) : status;
}

static int run_owned(const struct settings *settings, bool stop_early)
{
    struct owned_file file = {.settings = settings};
    /* Room for every line: a worker never waits for the writer. */
    int err = mp_log_open(&file.log, settings->file, settings->common.backend,
                          settings->common.workers * settings->lines + 2);
    if (err)
        return program_fail(settings->file, err);
    int status = log_with_writer(&file, stop_early);
    err = mp_log_close(file.log);
    if (err)
        return program_fail(settings->file, err);
    return status ? status : say_done(settings);
}

static int run_writer(const void *settings)
{
    return run_owned(settings, false);
}

static int run_early_stop(const void *settings)
{
    return run_owned(settings, true);
}

/* -- A stdio stream inherited over fork ------------------------------------ */

struct stream {
    const struct settings *settings;
    FILE *file;
};

/* One fflush() for each line: the line goes out in one write, whole. What was
 * in the buffer when the worker was started goes out with it. */
static int print_lines(void *context, unsigned index)
{
    const struct stream *stream = context;
    for (uint64_t i = 0; i < stream->settings->lines; i++) {
        fprintf(stream->file, "worker %u line %" PRIu64 ": %s\n", index, i,
                event(index, i));
        if (fflush(stream->file))
            return program_fail(stream->settings->file, -errno);
    }
    return 0;
}

static int run_stdio(const void *context)
{
    const struct settings *settings = context;
    struct stream stream = {settings, fopen(settings->file, "we")};
    if (!stream.file)
        return program_fail(settings->file, -errno);
    setvbuf(stream.file, NULL, _IOFBF, 4096);
    fprintf(stream.file, "%s\n", header);
    struct mp_team *team;
    int status = EXIT_FAILURE;
    int err =
        mp_team_start(&team, settings->common.backend, settings->common.workers,
                      print_lines, &stream, "worker");
    if (err)
        program_fail("starting the workers", err);
    else
        status = program_wait(team);
    if (fclose(stream.file))
        return program_fail(settings->file, -errno);
    return status ? status : say_done(settings);
}

static const struct program_variant variants[] = {
    {"lock", "right: a lock around the writes of each record.", run_lock},
    {"writer",
     "right: one task owns the file and gets the lines through a queue; STOP "
     "is sent after the last worker has ended.",
     run_writer},
    {"two-writes",
     "wrong: a record is written in two pieces without a lock, and another "
     "worker's piece comes in between.",
     run_pieces},
    {"early-stop",
     "wrong: STOP is sent while the workers are still writing; what comes "
     "after it is lost.",
     run_early_stop},
    {"stdio",
     "wrong: the header is still in the stdio buffer when the workers are "
     "forked; every one of them writes its copy.",
     run_stdio},
    {NULL, NULL, NULL},
};

static const struct program_number numbers[] = {
    {"lines", "N", "Lines of each worker (default 20)", 0, 100000,
     offsetof(struct settings, lines)},
    {NULL, NULL, NULL, 0, 0, 0},
};

static const struct program_text texts[] = {
    {"file", "FILE", "The log file (default filelog.log)",
     offsetof(struct settings, file)},
    {NULL, NULL, NULL, 0},
};

int main(int argc, char **argv)
{
    static const struct program program = {
        .about = "Many workers write lines to one log file.",
        .variants = variants,
        .numbers = numbers,
        .texts = texts,
    };
    struct settings settings = {.lines = 20, .file = "filelog.log"};
    return program_main(&program, &settings, argc, argv);
}
