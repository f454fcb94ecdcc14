#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"

void output_prepare(void)
{
    int fd;
    /* For reading only: what is printed there fails, as it would have. */
    do {
        fd = open("/dev/null", O_RDONLY);
    } while (fd >= 0 && fd <= 2);
    if (fd > 2)
        close(fd);
}

static bool reader_is_gone(void)
{
    struct pollfd end = {.fd = 1, .events = POLLOUT};
    return poll(&end, 1, 0) == 1 && end.revents & POLLERR;
}

int output_finish(struct mps_diag *diag)
{
    int err = fflush(stdout) ? -errno : ferror(stdout) ? -EIO : 0;
    if (!err || err == -EPIPE || reader_is_gone())
        return 0;
    return diag_set(diag, err,
                    "standard output: %s; what was printed is not complete",
                    error_text(err));
}
