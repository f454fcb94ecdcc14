/* Locks on files. */
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "primitives/primitives.h"

/* Each process opens the file itself, takes the lock, and loses it when it
 * closes the file. */
static int file_fd;

static void file_open(const void *path)
{
    file_fd = open(path, O_RDWR | O_CLOEXEC);
    need(file_fd >= 0, "open");
}

static void file_close(void *path)
{
    (void)path;
    need(!close(file_fd), "close");
}

static int count_locked(void (*take)(void *path), void (*give)(void *path))
{
    struct scratch scratch;
    scratch_init(&scratch);
    int fd = open(scratch.path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    need(fd >= 0, "open");
    int status = count_between(take, give, scratch.path);
    need(!close(fd), "close");
    scratch_fini(&scratch);
    return status;
}

static void take_flock(void *path)
{
    file_open(path);
    need(!flock(file_fd, LOCK_EX), "LOCK_EX");
}

static void give_flock(void *path)
{
    need(!flock(file_fd, LOCK_UN), "LOCK_UN");
    file_close(path);
}

static int run_flock(const void *settings)
{
    (void)settings;
    return count_locked(take_flock, give_flock);
}

static int run_flock_close(const void *settings)
{
    (void)settings;
    return count_locked(take_flock, file_close);
}

/* The first byte, TYPE F_WRLCK or F_UNLCK. */
static void operate(int command, short type)
{
    struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_len = 1};
    need(!fcntl(file_fd, command, &lock), "fcntl");
}

static void take_fcntl(void *path)
{
    file_open(path);
    operate(F_SETLKW, F_WRLCK);
}

static void give_fcntl(void *path)
{
    operate(F_SETLK, F_UNLCK);
    file_close(path);
}

static int run_fcntl(const void *settings)
{
    (void)settings;
    return count_locked(take_fcntl, give_fcntl);
}

static void take_description(void *path)
{
    file_open(path);
    operate(F_OFD_SETLKW, F_WRLCK);
}

static void give_description(void *path)
{
    operate(F_OFD_SETLK, F_UNLCK);
    file_close(path);
}

static int run_description(const void *settings)
{
    (void)settings;
    return count_locked(take_description, give_description);
}

static void take_lockf(void *path)
{
    file_open(path);
    need(!lockf(file_fd, F_LOCK, 1), "F_LOCK");
}

static void give_lockf(void *path)
{
    need(!lockf(file_fd, F_ULOCK, 1), "F_ULOCK");
    file_close(path);
}

static int run_lockf(const void *settings)
{
    (void)settings;
    return count_locked(take_lockf, give_lockf);
}

const struct program_variant file_variants[] = {
    {"flock", "right: flock() guards a number.", run_flock},
    {"flock-close", "right: closing the file gives it back.", run_flock_close},
    {"fcntl", "right: a record lock (F_SETLKW).", run_fcntl},
    {"ofd", "right: a lock of the open file (F_OFD_SETLKW).", run_description},
    {"lockf", "right: lockf().", run_lockf},
    {NULL, NULL, NULL},
};
