/* System calls where there is no Syscall User Dispatch: through libc, with
 * errno put back. */
#include "sys.h"

#include <errno.h>
#include <unistd.h>

const char mps_syscalls_start[1] = {0}, mps_syscalls_stop[1] = {0};

long sys_call(long number, long a, long b, long c, long d, long e, long f)
{
    int saved = errno;
    long result = syscall(number, a, b, c, d, e, f);
    if (result == -1)
        result = -errno;
    errno = saved;
    return result;
}
