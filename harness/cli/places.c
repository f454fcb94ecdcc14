#include "places.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/installed.h"
#include "base/str.h"

/* A workspace is named after its run's process: gone process, stale
 * workspace. */
static void remove_stale(const char *directory)
{
    DIR *list = opendir(directory);
    if (!list)
        return;
    struct dirent *entry;
    while ((entry = readdir(list))) {
        size_t n = strlen(WORKSPACE_PREFIX);
        if (strncmp(entry->d_name, WORKSPACE_PREFIX, n))
            continue;
        pid_t pid = (pid_t)strtol(entry->d_name + n, NULL, 10);
        if (pid <= 0 || !kill(pid, 0) || errno != ESRCH)
            continue;
        char *path = str_format("%s/%s", directory, entry->d_name);
        if (path)
            fs_remove_tree(path);
        free(path);
    }
    closedir(list);
}

static int make_workspace(struct places *places, struct mps_diag *diag)
{
    const char *directory = getenv("TMPDIR");
    if (!directory || *directory != '/')
        directory = "/tmp";
    remove_stale(directory);
    places->workspace = str_format("%s/" WORKSPACE_PREFIX "%d-XXXXXX",
                                   directory, (int)getpid());
    if (!places->workspace)
        return diag_set(diag, -ENOMEM, "out of memory");
    if (!mkdtemp(places->workspace)) {
        int err = errno;
        free(places->workspace);
        places->workspace = NULL;
        return diag_set(diag, -MPS_EINPUT,
                        "%s: cannot make a working directory: %s (set TMPDIR)",
                        directory, strerror(err));
    }
    return 0;
}

int places_find(struct places *places, struct mps_diag *diag)
{
    *places = (struct places){0};
    static const char *const targets[] = {"../targets", "../libexec/mpstress",
                                          NULL};
    places->runtime = installed_find(installed_libraries, "libmpstress.so");
    places->launcher = installed_find(installed_programs, "mpstress-launch");
    places->targets = installed_find(targets, "");
    if (!places->runtime || !places->launcher) {
        int err = diag_set(
            diag, -MPS_EINTERNAL,
            "%s is missing beside the executable; install or build mpstress "
            "again",
            places->runtime ? "mpstress-launch" : "libmpstress.so");
        places_free(places);
        return err;
    }
    places->toolchain = (struct toolchain){
        .runtime = places->runtime,
        .launcher = places->launcher,
        .targets = places->targets,
    };
    int err = make_workspace(places, diag);
    if (err)
        places_free(places);
    return err;
}

void places_free(struct places *places)
{
    if (places->workspace)
        fs_remove_tree(places->workspace);
    free(places->workspace);
    free(places->runtime);
    free(places->launcher);
    free(places->targets);
    *places = (struct places){0};
}
