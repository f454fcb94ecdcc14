/* tree WORKERS [TREES]: fork WORKERS processes that end at once and wait for
 * them; nothing else, not even output. What the cost of an iteration is
 * measured on: `mpstress bench` runs it as a target and, with TREES, has it
 * fork that many such trees in a row by itself, after a few to warm up, and
 * print the nanoseconds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int tree(long workers)
{
    for (long i = 0; i < workers; i++) {
        pid_t pid = fork();
        if (!pid)
            _exit(0);
        if (pid < 0)
            return 1;
    }
    for (long i = 0; i < workers; i++)
        if (wait(NULL) < 0)
            return 1;
    return 0;
}

static int trees(long workers, long count)
{
    enum { WARM_UP = 10 };
    struct timespec start, end;
    for (long i = -WARM_UP; i < count; i++) {
        if (!i)
            clock_gettime(CLOCK_MONOTONIC, &start);
        pid_t root = fork();
        int status = 1;
        /* exit(), not _exit(): a program that returns from main() does. */
        if (!root)
            exit(tree(workers));
        if (waitpid(root, &status, 0) != root || status)
            return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%" PRId64 "\n", (int64_t)(end.tv_sec - start.tv_sec) * 1000000000 +
                                (end.tv_nsec - start.tv_nsec));
    return 0;
}

int main(int argc, char **argv)
{
    long workers = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    long count = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
    if (workers < 1 || workers > 1000 || count < 0) {
        fprintf(stderr, "usage: tree WORKERS [TREES]\n");
        return 2;
    }
    return count ? trees(workers, count) : tree(workers);
}
