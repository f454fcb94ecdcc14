/* What this machine allows, and what follows from it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/str.h"
#include "campaign/cores.h"
#include "color_option.h"
#include "command.h"
#include "places.h"
#include "runner/isolation.h"

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

enum health { FINE, WEAKER, MISSING };

struct answer {
    enum health health;
    char text[256];    /* what was found */
    const char *means; /* what follows; NULL when all is well */
};

static void ask_kernel(struct answer *answer)
{
    struct utsname name;
    uname(&name);
    snprintf(answer->text, sizeof(answer->text), "%s %s on %s", name.sysname,
             name.release, name.machine);
}

static void ask_cores(struct answer *answer)
{
    struct cores cores;
    cores_look(&cores);
    snprintf(answer->text, sizeof(answer->text), "%u", cores.count);
    if (cores.count < 2) {
        answer->health = WEAKER;
        answer->means = "tasks never run at the same moment: bugs that need "
                        "real parallelism are found less often";
    }
}

static void ask_namespaces(struct answer *answer)
{
    const char *why;
    enum isolation found = isolation_probe(&why);
    snprintf(answer->text, sizeof(answer->text), "%s%s%s",
             found == ISOLATION_FULL ? "available" : "refused",
             *why ? ": " : "", why);
    if (found == ISOLATION_FULL)
        return;
    answer->health = WEAKER;
    answer->means = "process ids vary between iterations, and shared memory, "
                    "semaphores and queues left behind are not noticed";
}

static void ask_dispatch(struct answer *answer)
{
    char selector = 0;
    bool works = !prctl(PR_SET_SYSCALL_USER_DISPATCH, 1, 0, 0, &selector) &&
                 !prctl(PR_SET_SYSCALL_USER_DISPATCH, 0, 0, 0, 0);
    snprintf(answer->text, sizeof(answer->text), "%s",
             works ? "available" : "not in this kernel (Linux 5.11, x86-64)");
    if (works)
        return;
    answer->health = WEAKER;
    answer->means = "system calls made inside libc (a flush of stdio, say) "
                    "and raw syscall() are not seen as operations";
}

static void ask_ptrace(struct answer *answer)
{
    FILE *file = fopen("/proc/sys/kernel/yama/ptrace_scope", "r");
    int scope = 0;
    if (file) {
        if (fscanf(file, "%d", &scope) != 1)
            scope = 0;
        fclose(file);
    }
    snprintf(answer->text, sizeof(answer->text), "%s",
             scope < 3 ? "allowed for child processes" : "forbidden");
    if (scope < 3)
        return;
    answer->health = WEAKER;
    answer->means = "a hang is reported without stacks";
}

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    char *copy = strdup(path ? path : "/usr/bin:/bin");
    bool found = false;
    char *rest = copy;
    for (char *part; !found && rest && (part = strsep(&rest, ":"));) {
        char *file = str_format("%s/%s", part, program);
        found = file && !access(file, X_OK);
        free(file);
    }
    free(copy);
    return found;
}

static void ask_program(struct answer *answer, const char *program,
                        const char *means)
{
    bool found = in_path(program);
    snprintf(answer->text, sizeof(answer->text), "%s",
             found ? "installed" : "not installed");
    if (!found) {
        answer->health = WEAKER;
        answer->means = means;
    }
}

static void ask_valgrind(struct answer *answer)
{
    ask_program(answer, "valgrind",
                "targets cannot be looked at by Helgrind and DRD");
}

static void ask_gcc(struct answer *answer)
{
    ask_program(answer, "gcc", "targets are built with another compiler");
}

static void ask_clang(struct answer *answer)
{
    ask_program(answer, "clang", "targets are built with another compiler");
}

static void ask_parts(struct answer *answer)
{
    struct places places;
    struct mps_diag diag = {""};
    if (!places_find(&places, &diag)) {
        snprintf(answer->text, sizeof(answer->text), "%s",
                 places.toolchain.runtime);
        places_free(&places);
        return;
    }
    snprintf(answer->text, sizeof(answer->text), "%s", diag.text);
    answer->health = MISSING;
    answer->means = "nothing can be run";
}

static const struct {
    const char *name;
    void (*ask)(struct answer *);
} questions[] = {
    {"kernel", ask_kernel},
    {"cores", ask_cores},
    {"namespaces", ask_namespaces},
    {"system call dispatch", ask_dispatch},
    {"stacks of hung tasks", ask_ptrace},
    {"runtime library", ask_parts},
    {"valgrind", ask_valgrind},
    {"gcc", ask_gcc},
    {"clang", ask_clang},
};

static const struct {
    const char *text;
    enum style style;
} marks[] = {
    [FINE] = {"ok", STYLE_GOOD},
    [WEAKER] = {"weak", STYLE_WARNING},
    [MISSING] = {"FAIL", STYLE_BAD},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != ARGP_KEY_INIT)
        return ARGP_ERR_UNKNOWN;
    color_option_into(state, state->input);
    return 0;
}

static int run(int argc, char **argv)
{
    enum color_mode mode = COLOR_AUTO;
    int code = command_parse(&command_doctor, argc, argv, &mode);
    if (code)
        return code;
    const bool color = color_stdout(mode);
    enum health worst = FINE;
    for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++) {
        struct answer answer = {.health = FINE};
        questions[i].ask(&answer);
        color_put(color, marks[answer.health].style, 4,
                  marks[answer.health].text);
        printf("  %-21s %s\n", questions[i].name, answer.text);
        if (answer.means)
            printf("      so: %s\n", answer.means);
        if (answer.health > worst)
            worst = answer.health;
    }
    return worst == MISSING ? EXIT_START : 0;
}

static const struct argp argp = {
    .parser = parse,
    .children = color_option,
    .doc = "Say what this machine allows and what follows from it.\v"
           "Exit status: 0 when mpstress can run here, 3 when it cannot.",
};

const struct command command_doctor = {
    .name = "doctor",
    .summary = "say what this machine allows",
    .argp = &argp,
    .run = run,
};
