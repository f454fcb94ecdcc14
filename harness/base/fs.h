/* Directories. */
#ifndef MPS_BASE_FS_H
#define MPS_BASE_FS_H

/* Create PATH and its missing parents; an existing directory is fine. */
int fs_make_dirs(const char *path);

/* Remove everything below the directory descriptor DIR, which stays; never
 * follows a symbolic link or leaves the file system. Gives the first error and
 * still removes the rest. */
int fs_empty_dir(int dir);

/* fs_empty_dir() on PATH, then the directory itself. A missing one is fine. */
int fs_remove_tree(const char *path);

#endif
