#include "state.h"

#include <string.h>
#include <sys/syscall.h>

#include "sys.h"

struct runtime runtime = {.segment_fd = -1};
__thread struct local local __attribute__((tls_model("initial-exec")));

void runtime_bug(const char *what)
{
    static const char prefix[] = "mpstress runtime: ";
    SYS3(SYS_write, 2, prefix, sizeof(prefix) - 1);
    SYS3(SYS_write, 2, what, strlen(what));
    SYS3(SYS_write, 2, "\n", 1);
    SYS1(SYS_exit_group, 124);
    __builtin_trap();
}
