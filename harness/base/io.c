#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "error.h"
#include "str.h"

int io_write_all(int fd, const void *bytes, size_t len)
{
    const char *from = bytes;
    while (len) {
        ssize_t n = write(fd, from, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        from += n;
        len -= (size_t)n;
    }
    return 0;
}

ssize_t io_read_all(int fd, void *bytes, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = read(fd, (char *)bytes + got, len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (!n)
            break;
        got += (size_t)n;
    }
    return (ssize_t)got;
}

int io_read_fd(int fd, struct str *out, size_t limit)
{
    size_t left = limit;
    for (;;) {
        /* One byte more than allowed tells a full file from a longer one. */
        size_t want = left < 65536 ? left + 1 : 65536;
        char *to = str_reserve(out, want);
        if (!to)
            return -ENOMEM;
        ssize_t n = io_read_all(fd, to, want);
        if (n < 0)
            return (int)n;
        size_t take = (size_t)n > left ? left : (size_t)n;
        out->len += take;
        out->data[out->len] = '\0';
        if ((size_t)n > left)
            return -MPS_EFULL;
        left -= take;
        if ((size_t)n < want)
            return 0;
    }
}

int io_read_file(int dir, const char *path, struct str *out, size_t limit)
{
    /* O_NONBLOCK: a FIFO of that name must not stop the harness. */
    int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    int err = io_read_fd(fd, out, limit);
    close(fd);
    return err;
}

int io_write_file(const char *path, int flags, const void *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | flags, 0666);
    if (fd < 0)
        return -errno;
    int err = io_write_all(fd, bytes, len);
    if (close(fd) && !err)
        err = -errno;
    return err;
}

static char *name_beside(const char *path)
{
    return str_format("%s.%d.tmp", path, (int)getpid());
}

int io_can_replace(const char *path)
{
    char *temporary = name_beside(path);
    if (!temporary)
        return -ENOMEM;
    int err = io_write_file(temporary, O_CREAT | O_EXCL, "", 0);
    if (!err)
        unlink(temporary);
    free(temporary);
    return err;
}

int io_replace_file(const char *path, const void *bytes, size_t len)
{
    char *temporary = name_beside(path);
    if (!temporary)
        return -ENOMEM;
    int err = io_write_file(temporary, O_CREAT | O_TRUNC, bytes, len);
    if (!err && rename(temporary, path))
        err = -errno;
    if (err)
        unlink(temporary);
    free(temporary);
    return err;
}
