#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "save.h"

enum {
    FILE_LIMIT = 1 << 20,   /* bytes kept of one file */
    TOTAL_LIMIT = 16 << 20, /* of all */
    COUNT_LIMIT = 10000,    /* files named */
    DEPTH_LIMIT = 32        /* of directories: each holds a descriptor */
};

struct files {
    struct save *save;
    struct insert row;
    struct str data, name;
    size_t total, count;
};

/* Read at most LIMIT bytes from OFFSET of FD into files->data. The
 * descriptor may share its offset with the target, which gets it back. A file
 * that cannot be read counts as empty: the rest of the trace is worth more. */
static void read_part(struct files *files, int fd, off_t offset, size_t limit)
{
    str_clear(&files->data);
    off_t before = lseek(fd, 0, SEEK_CUR);
    if (before < 0 || lseek(fd, offset, SEEK_SET) < 0)
        return;
    char *to = str_reserve(&files->data, limit);
    ssize_t n = to ? io_read_all(fd, to, limit) : 0;
    if (n > 0)
        files->data.len = (size_t)n;
    /* It was seekable a moment ago. */
    (void)lseek(fd, before, SEEK_SET);
}

static int put_file(struct files *files, const char *name, uint64_t full_size)
{
    files->total += files->data.len;
    files->count++;
    insert_text(&files->row, name);
    insert_bits(&files->row, full_size);
    insert_blob(&files->row, files->data.data, files->data.len);
    int err = insert_end(&files->row);
    return str_ok(&files->data) ? err : -ENOMEM;
}

/* Of an output longer than the limit, the end: it is what explains. */
static int save_output(struct files *files, const char *name, int fd)
{
    struct stat st;
    if (fd < 0 || fstat(fd, &st))
        return 0;
    size_t keep = st.st_size < FILE_LIMIT ? (size_t)st.st_size : FILE_LIMIT;
    read_part(files, fd, st.st_size - (off_t)keep, keep);
    return put_file(files, name, (uint64_t)st.st_size);
}

static int save_file(struct files *files, int directory, const char *entry)
{
    /* O_NONBLOCK: should it have become a FIFO by now. */
    int fd = openat(directory, entry,
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct stat st;
    int err = 0;
    str_clear(&files->data);
    if (fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode)) {
        if (st.st_size <= FILE_LIMIT &&
            files->total + (size_t)st.st_size <= TOTAL_LIMIT)
            read_part(files, fd, 0, (size_t)st.st_size);
        err = put_file(files, files->name.data, (uint64_t)st.st_size);
    }
    if (fd >= 0)
        close(fd);
    return err;
}

/* Takes the descriptor DIRECTORY. */
static int save_directory(struct files *files, int directory, unsigned depth)
{
    DIR *stream = fdopendir(directory);
    if (!stream) {
        close(directory);
        return 0;
    }
    int err = 0;
    size_t parent = files->name.len;
    struct dirent *entry;
    while (!err && files->count < COUNT_LIMIT && (entry = readdir(stream))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        struct stat st;
        if (fstatat(directory, entry->d_name, &st, AT_SYMLINK_NOFOLLOW))
            continue;
        str_addf(&files->name, "/%s", entry->d_name);
        if (!str_ok(&files->name)) {
            err = -ENOMEM;
        } else if (S_ISREG(st.st_mode)) {
            err = save_file(files, directory, entry->d_name);
        } else if (S_ISDIR(st.st_mode) && depth < DEPTH_LIMIT) {
            int below = openat(directory, entry->d_name,
                               O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
            if (below >= 0)
                err = save_directory(files, below, depth + 1);
        }
        if (str_ok(&files->name)) {
            files->name.len = parent;
            files->name.data[parent] = '\0';
        }
    }
    closedir(stream);
    return err;
}

int save_files(struct save *save)
{
    const struct outcome *outcome = save->outcome;
    struct files files = {.save = save};
    str_init(&files.data);
    str_init(&files.name);
    int err = insert_open(&files.row, save, "files", 3);
    if (!err)
        err = save_output(&files, "stdout", outcome->stdout_fd);
    if (!err)
        err = save_output(&files, "stderr", outcome->stderr_fd);
    str_add(&files.name, "files");
    int directory = -1;
    if (!err && outcome->directory_fd >= 0)
        /* One of its own: reading moves the offset of a descriptor. */
        directory = openat(outcome->directory_fd, ".",
                           O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0)
        err = save_directory(&files, directory, 0);
    insert_close(&files.row);
    str_fini(&files.data);
    str_fini(&files.name);
    return err;
}
