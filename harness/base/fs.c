#include "fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int fs_make_dirs(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return -ENOMEM;
    int err = 0;
    for (char *at = copy + 1;; at++) {
        if (*at && *at != '/')
            continue;
        char saved = *at;
        *at = '\0';
        if (mkdir(copy, 0777) && errno != EEXIST)
            err = -errno;
        *at = saved;
        if (err || !saved)
            break;
    }
    struct stat st;
    if (!err && !stat(path, &st) && !S_ISDIR(st.st_mode))
        err = -ENOTDIR;
    free(copy);
    return err;
}

static int remove_entry(int dir, const char *name)
{
    if (!unlinkat(dir, name, 0))
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -errno;
    int sub = openat(dir, name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sub < 0 && errno == EACCES && !fchmodat(dir, name, 0700, 0))
        sub = openat(dir, name,
                     O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (sub < 0)
        return -errno;
    struct stat here, there;
    int err = -EXDEV;
    if (!fstat(dir, &here) && !fstat(sub, &there) &&
        here.st_dev == there.st_dev)
        err = fs_empty_dir(sub);
    close(sub);
    if (!err && unlinkat(dir, name, AT_REMOVEDIR))
        err = -errno;
    return err;
}

int fs_empty_dir(int dir)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (copy < 0)
        return -errno;
    DIR *list = fdopendir(copy);
    if (!list) {
        int err = -errno;
        close(copy);
        return err;
    }
    int first = 0;
    struct dirent *entry;
    while ((entry = readdir(list))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        int err = remove_entry(dir, entry->d_name);
        if (err && !first)
            first = err;
    }
    closedir(list);
    return first;
}

int fs_remove_tree(const char *path)
{
    int dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (dir < 0)
        return errno == ENOENT ? 0 : -errno;
    int err = fs_empty_dir(dir);
    close(dir);
    if (rmdir(path) && !err)
        err = -errno;
    return err;
}
