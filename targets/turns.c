/* turns COUNT: two processes that each yield COUNT times and end; nothing else.
 * What the cost of passing the turn is measured on: under control each yield
 * is a switch to the other one. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void yield(long count)
{
    for (long i = 0; i < count; i++)
        sched_yield();
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    if (count < 1 || count > 100000) {
        fprintf(stderr, "usage: turns COUNT\n");
        return 2;
    }
    pid_t pid = fork();
    if (pid < 0)
        return 1;
    yield(count);
    if (!pid)
        _exit(0);
    return wait(NULL) != pid;
}
