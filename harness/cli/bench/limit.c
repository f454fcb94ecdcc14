#include "bench/limit.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "campaign/cores.h"

/* It runs as it was built, with its symbols bound when they are first used if
 * that is what the compiler does; a slot's target has them bound before
 * main(). */
int bench_core(unsigned number)
{
    struct cores cores;
    cores_look(&cores);
    cores.first = 0;
    return cores_of_slot(&cores, number);
}

void bench_pin(void)
{
    int core = bench_core(0);
    cpu_set_t cpus;
    if (core < 0)
        return;
    CPU_ZERO(&cpus);
    CPU_SET(core, &cpus);
    sched_setaffinity(0, sizeof(cpus), &cpus);
}

uint64_t bench_bare_trees(const char *program, unsigned workers, unsigned count)
{
    int result[2];
    if (pipe2(result, O_CLOEXEC))
        return 0;
    char worker_count[16], trees[16], text[32] = "";
    snprintf(worker_count, sizeof(worker_count), "%u", workers);
    snprintf(trees, sizeof(trees), "%u", count);
    pid_t pid = fork();
    if (!pid) {
        bench_pin();
        dup2(result[1], 1);
        execl(program, program, worker_count, trees, NULL);
        _exit(127);
    }
    close(result[1]);
    if (pid > 0) {
        io_read_all(result[0], text, sizeof(text) - 1);
        waitpid(pid, NULL, 0);
    }
    close(result[0]);
    return strtoull(text, NULL, 10);
}

static int compare(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

double bench_quartile(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return values[count / 4];
}
