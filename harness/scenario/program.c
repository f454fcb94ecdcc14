#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "scenario.h"
#include "suggest.h"

/* Where execvp() looks when PATH is not set. */
static const char default_path[] = "/bin:/usr/bin";

/* 0 when PATH is a file that this user may execute. */
static int check_program(const char *path)
{
    struct stat st;
    if (stat(path, &st))
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -EACCES;
    return access(path, X_OK) ? -errno : 0;
}

/* DIRECTORY/NAME as an absolute path; the caller frees it. */
static char *join(const char *directory, const char *name)
{
    if (*name == '/')
        return strdup(name);
    if (*directory == '/')
        return str_format("%s/%s", directory, name);
    char *here = getcwd(NULL, 0);
    char *path = here ? str_format("%s%s%s/%s", here, *directory ? "/" : "",
                                   directory, name)
                      : NULL;
    free(here);
    return path;
}

static int find_at(const char *directory, const char *name, char **out)
{
    char *path = join(directory, name);
    if (!path)
        return -ENOMEM;
    int err = check_program(path);
    if (err)
        free(path);
    else
        *out = path;
    return err;
}

/* A name with a slash: there is one place where it can be. */
static int find_path(const struct scenario *scenario, char **out,
                     struct mps_diag *diag)
{
    int err = find_at(scenario->directory, scenario->program, out);
    struct shown name;
    shown(&name, scenario->program);
    if (!err)
        return 0;
    if (err == -EACCES)
        return diag_set(diag, -MPS_ESTART,
                        "the target '%s' is not executable (try chmod +x)",
                        name.text);
    if (err == -ENOENT && *scenario->program != '/')
        return diag_set(diag, -MPS_ESTART,
                        "the target '%s' does not exist in %s", name.text,
                        scenario->directory);
    return diag_set(diag, -MPS_ESTART, "the target '%s': %s", name.text,
                    err == -ENOENT ? "no such file" : error_text(err));
}

/* One directory of a search: remembers a file that is there but no program. */
static int try_place(const char *directory, const char *name, char **out,
                     struct str *unfit)
{
    int err = find_at(directory, name, out);
    if (err != -ENOENT && err != -ENOTDIR && err && !unfit->len)
        str_addf(unfit, "%s/%s", directory, name);
    return err;
}

int scenario_program(const struct scenario *scenario, const char *targets,
                     char **out, struct mps_diag *diag)
{
    *out = NULL;
    const char *name = scenario->program;
    if (strchr(name, '/'))
        return find_path(scenario, out, diag);
    const char *variable = getenv("PATH");
    char *path = strdup(variable ? variable : default_path);
    if (!path)
        return diag_set(diag, -ENOMEM, "out of memory");
    struct str unfit;
    str_init(&unfit);
    int err = targets ? try_place(targets, name, out, &unfit) : -ENOENT;
    char *rest = path;
    while (err && rest && *name)
        err = try_place(strsep(&rest, ":"), name, out, &unfit);
    struct shown text;
    shown(&text, name);
    if (err && unfit.len)
        err = diag_set(diag, -MPS_ESTART,
                       "the target '%s': %s is not an executable file",
                       text.text, unfit.data);
    else if (err)
        err = diag_set(diag, -MPS_ESTART,
                       "the target '%s' was not found in %s%sPATH (a program "
                       "of the current directory is './%s')",
                       text.text, targets ? targets : "", targets ? " or " : "",
                       text.text);
    str_fini(&unfit);
    free(path);
    return err;
}
