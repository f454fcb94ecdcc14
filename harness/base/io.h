/* Loops over interrupted and short reads and writes: here and nowhere else. */
#ifndef MPS_BASE_IO_H
#define MPS_BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

struct str;

/* Write all LEN bytes. 0, or -errno with an unknown part written. */
int io_write_all(int fd, const void *bytes, size_t len);

/* Read up to LEN bytes, fewer only at the end of the file. Returns the number
 * read, or -errno. */
ssize_t io_read_all(int fd, void *bytes, size_t len);

/* Append what FD gives until its end to OUT, at most LIMIT bytes; a longer
 * file gives -MPS_EFULL with the first LIMIT bytes in OUT. */
int io_read_fd(int fd, struct str *out, size_t limit);

/* The same for the file PATH, relative to directory descriptor DIR (AT_FDCWD
 * for the working directory). */
int io_read_file(int dir, const char *path, struct str *out, size_t limit);

/* Open the file PATH for writing, with the FLAGS of open(2) that say what to do
 * with one that is there or is not, and write LEN bytes. -errno, with an
 * unknown part written. */
int io_write_file(const char *path, int flags, const void *bytes, size_t len);

/* Replace the file PATH by LEN bytes at once: written beside it, then renamed,
 * so that a reader sees the old or the new and never a half. */
int io_replace_file(const char *path, const void *bytes, size_t len);
/* 0 when the file PATH, there or not, could be replaced now; -errno. */
int io_can_replace(const char *path);

#endif
