#include "io.h"

#include <errno.h>
#include <unistd.h>

int mp_io_write(int fd, const void *bytes, size_t size)
{
    const char *from = bytes;
    while (size) {
        ssize_t written = write(fd, from, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return -errno;
        from += written;
        size -= (size_t)written;
    }
    return 0;
}
