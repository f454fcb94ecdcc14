#include "probing_test.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t probe_fork(void)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (!pid && (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent))
        _exit(126);
    if (pid)
        cr_assert_gt(pid, 0);
    return pid;
}

const char *probe_path(const char *name)
{
    static char path[1024];
    snprintf(path, sizeof(path), "%s/probe_%s", PROBES, name);
    return path;
}

void probe_each(const char *source, void (*test)(const char *program))
{
    char path[1024], list[8192] = "";
    snprintf(path, sizeof(path), "%s/%s.list", PROBES, source);
    FILE *in = fopen(path, "r");
    cr_assert(in);
    cr_assert(fgets(list, sizeof(list), in));
    fclose(in);
    size_t count = 0;
    for (char *at = strtok(list, " \n"); at; at = strtok(NULL, " \n")) {
        snprintf(path, sizeof(path), "%s/%s", PROBES, at);
        test(path);
        count++;
    }
    cr_assert_gt(count, 0, "no compiler was there");
}

/* Start PATH with ARGUMENT (or none); *FROM is its standard output. */
static pid_t start(const char *path, const char *argument, int *from)
{
    int ends[2];
    cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
    pid_t pid = probe_fork();
    if (!pid) {
        dup2(ends[1], STDOUT_FILENO);
        execl(path, path, argument, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *from = ends[0];
    return pid;
}

size_t probe_notes(const char *name, struct noted notes[NOTES])
{
    int from;
    pid_t pid = start(probe_path(name), NULL, &from);
    FILE *in = fdopen(from, "r");
    size_t count = 0;
    for (; count < NOTES; count++) {
        struct noted *n = &notes[count];
        if (fscanf(in, "%511s %" SCNx64 " %127s %d", n->module, &n->offset,
                   n->function, &n->line) != 4)
            break;
    }
    fclose(in);
    int status;
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert_eq(status, 0, "%s ended with %#x", name, (unsigned)status);
    cr_assert_gt(count, 4);
    return count;
}

char probe_await_byte(int fd)
{
    char byte;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    cr_assert_eq(poll(&wait, 1, 10000), 1, "nothing came in time");
    cr_assert_eq(read(fd, &byte, 1), 1);
    return byte;
}

pid_t probe_start(const char *path, const char *where)
{
    int from;
    pid_t pid = start(path, where, &from);
    probe_await_byte(from);
    close(from);
    return pid;
}

void probe_kill(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}
