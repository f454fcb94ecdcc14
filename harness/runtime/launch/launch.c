/* mpstress-launch PROGRAM [ARG...]: becomes PROGRAM.
 *
 * A statically linked or set-user-id program cannot hold the runtime. This
 * small one can: it is the fork server in its place, and each iteration
 * starts the real program by exec. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: mpstress-launch PROGRAM [ARG...]\n");
        return 2;
    }
    execv(argv[1], argv + 1);
    fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
    return 127;
}
