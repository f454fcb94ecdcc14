#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/error.h"
#include "base/io.h"
#include "base/str.h"

/* The descriptor of the output stream called FILE, or -1. */
static int stream_of(const struct outcome *outcome, const char *file)
{
    if (!strcmp(file, "stdout"))
        return outcome->stdout_fd;
    if (!strcmp(file, "stderr"))
        return outcome->stderr_fd;
    return -1;
}

/* The descriptor may share its offset with the target's own. */
static int read_stream(int fd, struct str *out)
{
    off_t before = lseek(fd, 0, SEEK_CUR);
    if (before < 0 || lseek(fd, 0, SEEK_SET) < 0)
        return -errno;
    int err = io_read_fd(fd, out, FILES_LIMIT);
    if (lseek(fd, before, SEEK_SET) < 0 && !err)
        err = -errno;
    return err;
}

static int open_below(int directory, const char *path)
{
    /* O_NONBLOCK: a FIFO of that name must not stop the harness. */
    struct open_how how = {
        .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, directory, path, &how, sizeof(how));
    /* Kernels before 5.6 do not have it and some sandboxes refuse it. */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        fd = openat(directory, path,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    return fd < 0 ? -errno : (int)fd;
}

static int read_path(int directory, const char *path, struct str *out)
{
    int fd = open_below(directory < 0 ? AT_FDCWD : directory, path);
    if (fd < 0)
        return fd;
    struct stat st;
    int err = fstat(fd, &st) ? -errno : 0;
    if (!err && !S_ISREG(st.st_mode))
        err = -EINVAL;
    if (!err)
        err = io_read_fd(fd, out, FILES_LIMIT);
    close(fd);
    return err;
}

int files_read(const struct outcome *outcome, const char *file, struct str *out)
{
    int stream = stream_of(outcome, file);
    if (stream >= 0)
        return read_stream(stream, out);
    return read_path(outcome->directory_fd, file, out);
}

bool files_is_cut(const struct outcome *outcome, const char *file)
{
    const struct segment *segment = outcome->segment;
    int stream = stream_of(outcome, file);
    struct stat st;
    /* What was dropped is counted over both streams: it is the one that has
     * reached the limit. */
    return stream >= 0 && segment->control.output_dropped &&
           !fstat(stream, &st) &&
           (uint64_t)st.st_size >= segment->config.output_limit;
}

size_t files_read_tail(int fd, char *bytes, size_t size)
{
    off_t before = fd < 0 ? -1 : lseek(fd, 0, SEEK_CUR);
    off_t end = before < 0 ? -1 : lseek(fd, 0, SEEK_END);
    off_t start = end > (off_t)size ? end - (off_t)size : 0;
    ssize_t n = -1;
    if (end > 0 && lseek(fd, start, SEEK_SET) == start)
        n = io_read_all(fd, bytes, size);
    if (before >= 0 && lseek(fd, before, SEEK_SET) < 0)
        return 0;
    return n < 0 ? 0 : (size_t)n;
}

const char *files_reason(int err)
{
    switch (err) {
    case -ENOENT:
    case -ENOTDIR:
        return "does not exist";
    case -EXDEV:
        return "leads out of the working directory";
    case -ELOOP:
        return "is a symbolic link";
    case -EINVAL:
        return "is not a regular file";
    case -MPS_EFULL:
        return "is longer than the 16 MiB that are read";
    default:
        return error_text(err);
    }
}
