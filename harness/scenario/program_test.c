/* Scenarios of commands, and finding the program of a scenario. */
#include <criterion/criterion.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/rng.h"
#include "expr.h"
#include "scenario.h"

static struct scenario *from(char *const *argv)
{
    struct scenario *s;
    struct mps_diag diag = {""};
    int err = scenario_from_command(&s, argv, &diag);
    cr_assert(!err, "%s", diag.text);
    return s;
}

Test(command, becomes_a_scenario_of_the_current_directory)
{
    char *argv[] = {(char[]){"./build/my prog"}, (char[]){"-n"},
                    (char[]){"{workers}"}, NULL};
    struct scenario *s = from(argv);
    argv[0][0] = argv[1][0] = '!'; /* they were copied */
    char here[PATH_MAX];
    cr_assert_not_null(getcwd(here, sizeof(here)));
    cr_expect_str_eq(s->name, "my_prog");
    cr_expect_str_eq(s->about, "");
    cr_expect_null(s->path);
    cr_expect_str_eq(s->directory, here);
    cr_expect_str_eq(s->program, "./build/my prog");
    cr_expect_str_eq(s->arguments[0], "-n");
    cr_expect_str_eq(s->arguments[1], "{workers}");
    cr_expect_null(s->arguments[2]);
    cr_expect_null(s->environment);
    cr_expect_not(s->private_directory);
    cr_expect_eq(s->iterations, 1000);
    cr_expect_eq(s->time_limit_ns, 10000000000u);
    cr_expect_eq(s->delay_high_ns, 100000);
    cr_expect_eq(s->expect, EXPECT_PASS);
    cr_expect_eq(s->finding, -1);
    scenario_free(s);
}

Test(command, must_exit_with_0_and_leave_nothing)
{
    char *argv[] = {(char[]){"true"}, NULL};
    struct scenario *s = from(argv);
    cr_assert_eq(s->invariant_count, 2);
    cr_expect_eq(s->invariants[0].oracle, ORACLE_EXIT);
    cr_expect_str_eq(s->invariants[0].name, "exit status 0");
    cr_expect_str_eq(expr_text(s->invariants[0].value), "0");
    cr_expect_eq(s->invariants[1].oracle, ORACLE_NO_LEAKS);
    cr_expect_str_eq(s->invariants[1].name, "no_leaks");
    cr_expect_eq(s->parameter_count, 0);
    cr_expect_null(s->shrink);
    scenario_free(s);
}

Test(command, that_names_workers_gets_them)
{
    char *argv[] = {(char[]){"prog"}, (char[]){"-n{workers}"}, NULL};
    struct scenario *s = from(argv);
    cr_assert_eq(s->parameter_count, 1);
    cr_expect_str_eq(s->parameters[0].name, "workers");
    cr_expect_eq(s->parameters[0].value_count, 3);
    cr_expect_str_eq(s->shrink[0], "workers");
    cr_expect_null(s->shrink[1]);
    static const int64_t eight = 8;
    cr_expect_eq(scenario_set_parameter(s, "workers", &eight, 1, NULL), 0);
    const char *values[1];
    struct choice choice = {.values = values};
    scenario_choose(s, 1, &choice);
    char *expanded = choice_expand(&choice, s->arguments[0]);
    cr_expect_str_eq(expanded, "-n8");
    free(expanded);
    scenario_free(s);
}

/* awk '{print}' and format strings are not ours to change. */
Test(command, keeps_every_other_brace)
{
    struct rng rng;
    rng_seed(&rng, 3);
    for (int round = 0; round < 5000; round++) {
        char argument[12], name[] = "x";
        size_t len = (size_t)rng_below(&rng, sizeof(argument));
        for (size_t i = 0; i < len; i++)
            argument[i] = "{}a "[rng_below(&rng, 4)];
        argument[len] = '\0';
        char *argv[] = {name, argument, NULL};
        struct scenario *s = from(argv);
        struct choice choice = {.scenario = s};
        char *expanded = choice_expand(&choice, s->arguments[0]);
        cr_assert_str_eq(expanded, argument);
        free(expanded);
        scenario_free(s);
    }
}

static char *scratch(void)
{
    static char path[] = "/tmp/program-test-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    return path;
}

/* DIRECTORY/NAME, with MODE; the result is static. */
static const char *make_file(const char *directory, const char *name,
                             mode_t mode)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    cr_assert_eq(io_replace_file(path, "#!/bin/sh\n", 10), 0);
    cr_assert_eq(chmod(path, mode), 0);
    return path;
}

/* Look for PROGRAM of a scenario in DIRECTORY. */
static int find(const char *directory, const char *program, const char *targets,
                char **out, struct mps_diag *diag)
{
    struct scenario s = {.directory = directory, .program = program};
    diag->text[0] = '\0';
    return scenario_program(&s, targets, out, diag);
}

static void expect_found(const char *directory, const char *program,
                         const char *targets, const char *expected)
{
    struct mps_diag diag;
    char *path;
    int err = find(directory, program, targets, &path, &diag);
    cr_assert(!err, "%s", diag.text);
    cr_expect_str_eq(path, expected);
    free(path);
}

static void expect_lost(const char *directory, const char *program,
                        const char *targets, const char *message)
{
    struct mps_diag diag;
    char *path;
    cr_expect_eq(find(directory, program, targets, &path, &diag), -MPS_ESTART);
    cr_expect_str_eq(diag.text, message);
    cr_expect_null(path);
}

Test(program, with_a_slash_is_relative_to_the_scenario)
{
    char *directory = scratch(), path[PATH_MAX];
    make_file(directory, "prog", 0755);
    snprintf(path, sizeof(path), "%s/./prog", directory);
    expect_found(directory, "./prog", NULL, path);
    expect_found("/nowhere", "/bin/sh", NULL, "/bin/sh");
    cr_expect_eq(fs_remove_tree(directory), 0);
}

Test(program, without_slash_is_first_looked_for_among_the_targets)
{
    char *directory = scratch(), path[PATH_MAX];
    snprintf(path, sizeof(path), "%s", make_file(directory, "sh", 0755));
    expect_found("/", "sh", directory, path);
    cr_assert_eq(setenv("PATH", "/nowhere:/bin", 1), 0);
    expect_found("/", "sh", NULL, "/bin/sh");
    expect_found("/", "sh", "/nowhere", "/bin/sh");
    cr_expect_eq(fs_remove_tree(directory), 0);
}

Test(program, found_through_a_relative_path_is_absolute)
{
    char *directory = scratch(), path[PATH_MAX];
    make_file(directory, "prog", 0755);
    cr_assert_eq(chdir(directory), 0);
    snprintf(path, sizeof(path), "%s/prog", directory);
    cr_assert_eq(setenv("PATH", "/nowhere:", 1), 0);
    expect_found("/", "prog", NULL, path);
    snprintf(path, sizeof(path), "%s/./prog", directory);
    expect_found("/", "prog", ".", path);
    cr_expect_eq(fs_remove_tree(directory), 0);
}

Test(program, is_looked_for_in_the_system_without_a_path)
{
    cr_assert_eq(unsetenv("PATH"), 0);
    expect_found("/", "sh", NULL, "/bin/sh");
}

Test(program, that_does_not_exist_is_named_with_the_places)
{
    cr_assert_eq(setenv("PATH", "/nowhere", 1), 0);
    expect_lost("/", "./no-prog", NULL,
                "the target './no-prog' does not exist in /");
    expect_lost("/", "/no/prog", NULL, "the target '/no/prog': no such file");
    expect_lost("/", "no-prog", NULL,
                "the target 'no-prog' was not found in PATH (a program of the "
                "current directory is './no-prog')");
    expect_lost("/", "no-prog", "/else",
                "the target 'no-prog' was not found in /else or PATH (a "
                "program of the current directory is './no-prog')");
    expect_lost("/", "", NULL,
                "the target '' was not found in PATH (a program of the "
                "current directory is './')");
}

Test(program, that_cannot_run_is_named_with_the_reason)
{
    char *directory = scratch(), message[PATH_MAX];
    cr_assert_eq(setenv("PATH", "/nowhere", 1), 0);
    make_file(directory, "prog", 0644);
    expect_lost(directory, "./prog", NULL,
                "the target './prog' is not executable (try chmod +x)");
    snprintf(message, sizeof(message),
             "the target 'prog': %s/prog is not an executable file", directory);
    expect_lost("/", "prog", directory, message);
    expect_lost("/", "./tmp", NULL, "the target './tmp': Is a directory");
    expect_lost(directory, "./prog/x", NULL,
                "the target './prog/x': Not a directory");
    expect_lost("/", "/dev/null", NULL,
                "the target '/dev/null' is not executable (try chmod +x)");
    cr_expect_eq(fs_remove_tree(directory), 0);
}

Test(program, that_cannot_run_does_not_hide_one_that_can)
{
    char *directory = scratch();
    make_file(directory, "sh", 0644);
    cr_assert_eq(setenv("PATH", "/bin", 1), 0);
    expect_found("/", "sh", directory, "/bin/sh");
    cr_expect_eq(fs_remove_tree(directory), 0);
}

Test(names, of_findings_and_back)
{
    cr_expect_str_eq(finding_kind_name(FINDING_INVARIANT), "invariant");
    cr_expect_str_eq(finding_kind_name(FINDING_LOCK_ORDER), "lock-order");
    cr_expect_str_eq(finding_kind_about(FINDING_LEAK),
                     "something was left behind");
    for (int i = 0; i < FINDING_KIND_COUNT; i++)
        cr_expect_eq(finding_kind_find(finding_kind_name((enum finding_kind)i)),
                     i);
    cr_expect_eq(finding_kind_find("lock_order"), -1);
    cr_expect_eq(finding_kind_find(""), -1);
}

Test(names, of_oracles)
{
    cr_expect_str_eq(oracle_name(ORACLE_EXIT), "exit");
    cr_expect_str_eq(oracle_name(ORACLE_COMMAND), "command");
}
