#include "places.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/installed.h"
#include "base/str.h"

/* Whether a run has the workspace PATH: each holds a lock on its own. Its
 * process may not be seen from here, in a container that shares the directory
 * with this one. */
static bool is_held(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool held = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
    if (fd >= 0)
        close(fd);
    return held;
}

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
        if (path && !is_held(path))
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
    /* Where there are no locks the process has to do. */
    places->workspace_fd =
        open(places->workspace, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (places->workspace_fd >= 0)
        flock(places->workspace_fd, LOCK_EX | LOCK_NB);
    return 0;
}

int places_find(struct places *places, struct mps_diag *diag)
{
    *places = (struct places){.workspace_fd = -1};
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
    if (places->workspace_fd > 0)
        close(places->workspace_fd);
    free(places->workspace);
    free(places->runtime);
    free(places->launcher);
    free(places->targets);
    *places = (struct places){.workspace_fd = -1};
}
