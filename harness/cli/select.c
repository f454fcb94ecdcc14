#include "select.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "scenario/scenario.h"

static const char directory_of_all[] = "scenarios";

static bool is_same_file(const char *one, const char *other)
{
    struct stat a, b;
    return !stat(one, &a) && !stat(other, &b) && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* Failures, history and what is accepted go by the name. */
static int check_name(const struct selection *selection,
                      const struct scenario *scenario, struct mps_diag *diag)
{
    for (size_t i = 0; i < selection->count; i++)
        if (!strcmp(selection->items[i]->name, scenario->name))
            return diag_set(diag, -MPS_EINPUT,
                            "%s: it is called '%s' like %s, and their failures "
                            "would be taken for each other's: give it another "
                            "name (scenario: NAME)",
                            scenario->path, scenario->name,
                            selection->items[i]->path);
    return 0;
}

/* Once, however often it is named. */
static int add_file(struct selection *selection, const char *path,
                    struct mps_diag *diag)
{
    for (size_t i = 0; i < selection->count; i++)
        if (is_same_file(path, selection->items[i]->path))
            return 0;
    struct scenario *scenario;
    int err = scenario_load(&scenario, path, diag);
    if (err)
        return err;
    err = check_name(selection, scenario, diag);
    if (err) {
        scenario_free(scenario);
        return err;
    }
    struct scenario **items =
        realloc(selection->items, (selection->count + 1) * sizeof(*items));
    if (!items) {
        scenario_free(scenario);
        return diag_set(diag, -ENOMEM, "out of memory");
    }
    selection->items = items;
    items[selection->count++] = scenario;
    return 0;
}

static int is_scenario(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot &&
           (!strcmp(dot, ".yml") || !strcmp(dot, ".yaml"));
}

static int add_directory(struct selection *selection, const char *directory,
                         struct mps_diag *diag)
{
    struct dirent **entries;
    int count = scandir(directory, &entries, is_scenario, alphasort);
    if (count < 0)
        return diag_set(diag, -errno, "%s: %s", directory, strerror(errno));
    int err = 0;
    for (int i = 0; i < count; i++) {
        char *path = str_format("%s/%s", directory, entries[i]->d_name);
        if (!err)
            err = path ? add_file(selection, path, diag) : -ENOMEM;
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (!err && !count)
        err = diag_set(diag, -MPS_ENOMATCH,
                       "%s: no scenario in it (a file ending in .yml)",
                       directory);
    return err;
}

static bool is_file(const char *path)
{
    struct stat st;
    return !stat(path, &st) && !S_ISDIR(st.st_mode);
}

/* Somebody forgot the "--". */
static bool is_program(const struct stat *st, const char *path)
{
    return S_ISREG(st->st_mode) && !access(path, X_OK);
}

static int add_name(struct selection *selection, const char *name,
                    struct mps_diag *diag)
{
    struct stat st;
    bool exists = !stat(name, &st);
    if (exists && is_program(&st, name))
        return diag_set(diag, -MPS_EUSAGE,
                        "%s is a program, not a scenario: `mpstress run "
                        "[OPTION...] -- PROGRAM [ARG...]`",
                        name);
    if (exists)
        return S_ISDIR(st.st_mode) ? add_directory(selection, name, diag)
                                   : add_file(selection, name, diag);
    char *path = str_format("%s/%s.yml", directory_of_all, name);
    int err = -ENOMEM;
    if (path && is_file(path))
        err = add_file(selection, path, diag);
    else if (path)
        err = diag_set(diag, -MPS_ENOMATCH,
                       "no scenario '%s': there is neither a file of that "
                       "name nor %s",
                       name, path);
    free(path);
    return err;
}

int select_scenarios(struct selection *selection, const char *const *names,
                     size_t count, struct mps_diag *diag)
{
    *selection = (struct selection){0};
    struct stat st;
    int err = 0;
    if (!count && stat(directory_of_all, &st))
        err = diag_set(diag, -MPS_ENOMATCH,
                       "no ./scenarios here: name scenario files, or run a "
                       "program with `mpstress run -- PROGRAM`");
    else if (!count)
        err = add_directory(selection, directory_of_all, diag);
    for (size_t i = 0; !err && i < count; i++)
        err = add_name(selection, names[i], diag);
    if (err)
        select_free(selection);
    return err;
}

void select_free(struct selection *selection)
{
    for (size_t i = 0; i < selection->count; i++)
        scenario_free(selection->items[i]);
    free(selection->items);
    *selection = (struct selection){0};
}
