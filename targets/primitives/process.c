/* Processes: starting them in every way, and waiting for them. */
#include <errno.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { CHILDREN = 3 };

static void end_as_told(void *status)
{
    _exit(*(int *)status);
}

/* Children that exit with 1, 2 and 3. */
static void start_children(pid_t children[CHILDREN])
{
    for (int status = 1; status <= CHILDREN; status++)
        children[status - 1] = child_start(end_as_told, &status);
}

static int run_waitpid(const void *settings)
{
    (void)settings;
    pid_t children[CHILDREN];
    long sum = 0;
    start_children(children);
    for (int i = CHILDREN; i--;) {
        int status;
        need(waitpid(children[i], &status, 0) == children[i], "waitpid");
        need(WIFEXITED(status) && WEXITSTATUS(status) == i + 1, "status");
        sum += WEXITSTATUS(status);
    }
    return report(sum, CHILDREN * (CHILDREN + 1) / 2);
}

/* Whoever ends first, until there is none. */
static int run_any(const void *settings)
{
    (void)settings;
    pid_t children[CHILDREN];
    int status;
    long sum = 0;
    start_children(children);
    while (wait(&status) > 0)
        sum += WEXITSTATUS(status);
    need(errno == ECHILD, "wait");
    return report(sum, CHILDREN * (CHILDREN + 1) / 2);
}

static int run_polling(const void *settings)
{
    (void)settings;
    pid_t children[CHILDREN];
    long sum = 0;
    start_children(children);
    for (;;) {
        int status;
        pid_t pid = waitpid(-1, &status, WNOHANG);
        if (pid < 0)
            break;
        if (pid)
            sum += WEXITSTATUS(status);
        else
            sched_yield();
    }
    need(errno == ECHILD, "waitpid");
    return report(sum, CHILDREN * (CHILDREN + 1) / 2);
}

/* Look first, and take it away after that. */
static int run_waitid(const void *settings)
{
    (void)settings;
    pid_t children[CHILDREN];
    long sum = 0;
    start_children(children);
    for (int i = 0; i < CHILDREN; i++) {
        siginfo_t seen, taken;
        id_t id = (id_t)children[i];
        need(!waitid(P_PID, id, &seen, WEXITED | WNOWAIT), "waitid");
        need(!waitid(P_PID, id, &taken, WEXITED), "waitid");
        need(seen.si_status == taken.si_status, "same status");
        sum += taken.si_status;
    }
    return report(sum, CHILDREN * (CHILDREN + 1) / 2);
}

/* -- Other programs ---------------------------------------------------------
 */

static long end_status(pid_t pid)
{
    int status;
    need(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "waitpid");
    return WEXITSTATUS(status);
}

static int run_vfork(const void *settings)
{
    (void)settings;
    pid_t pid = vfork();
    if (!pid) {
        execl("/bin/sh", "sh", "-c", "exit 7", (char *)NULL);
        _exit(127);
    }
    need(pid > 0, "vfork");
    return report(end_status(pid), 7);
}

static int run_spawn(const void *settings)
{
    (void)settings;
    char sh[] = "sh", c[] = "-c", command[] = "exit 7";
    char *arguments[] = {sh, c, command, NULL};
    pid_t by_path, by_name;
    need(!posix_spawn(&by_path, "/bin/sh", NULL, NULL, arguments, environ),
         "posix_spawn");
    need(!posix_spawnp(&by_name, "sh", NULL, NULL, arguments, environ),
         "posix_spawnp");
    return report(end_status(by_path) + end_status(by_name), 14);
}

static int run_system(const void *settings)
{
    (void)settings;
    int status = system("exit 7");
    need(status >= 0 && WIFEXITED(status), "system");
    return report(WEXITSTATUS(status), 7);
}

/* Read from one command, write to another. */
static int run_popen(const void *settings)
{
    (void)settings;
    int number;
    FILE *from = popen("echo 42", "r");
    need(from, "popen");
    need(fscanf(from, "%d", &number) == 1, "fscanf");
    need(!pclose(from), "pclose");
    FILE *to = popen("read number && exit $number", "w");
    need(to, "popen");
    fprintf(to, "%d\n", number);
    int status = pclose(to);
    need(status >= 0 && WIFEXITED(status), "pclose");
    return report(WEXITSTATUS(status), 42);
}

/* The child becomes this program anew, which becomes it once more and exits;
 * the variable says how often that has happened. */
static const char variable[] = "PRIMITIVES_EXEC";

static void exec_self(void *count)
{
    need(!setenv(variable, count, 1), "setenv");
    execl("/proc/self/exe", "primitives", "--variant", "exec-self",
          (char *)NULL);
    need(false, "exec");
}

static int run_exec(const void *settings)
{
    (void)settings;
    char first[] = "1", second[] = "2";
    const char *count = getenv(variable);
    if (!count)
        return report(end_status(child_start(exec_self, first)), 7);
    if (strcmp(count, first) == 0)
        exec_self(second);
    return 7;
}

const struct program_variant process_variants[] = {
    {"waitpid", "right: waits for each child.", run_waitpid},
    {"wait-any", "right: waits for whoever ends.", run_any},
    {"wait-nohang", "right: asks again and again, with yields.", run_polling},
    {"waitid", "right: looks, then waits.", run_waitid},
    {"vfork-exec", "right: vfork() and another program.", run_vfork},
    {"posix-spawn", "right: two other programs.", run_spawn},
    {"system", "right: a command of the shell.", run_system},
    {"popen", "right: reads from a command and writes to one.", run_popen},
    {"exec-self", "right: becomes itself, twice.", run_exec},
    {NULL, NULL, NULL},
};
