/* The same by other system calls: those that libc has other names for, or does
 * not use itself. Where the kernel does not know one, by what it knows. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "edges.h"

#define CALL(...) (syscall(__VA_ARGS__) >= 0)

static bool is_opened(long fd)
{
    return fd >= 0 && !close((int)fd);
}

static long open_how(uint64_t flags)
{
    struct open_how how = {.flags = flags, .mode = flags & O_CREAT ? 0600 : 0};
    long fd = syscall(SYS_openat2, AT_FDCWD, "ready", &how, sizeof(how));
    return fd < 0 && errno == ENOSYS ? open("ready", (int)flags, 0600) : fd;
}

/* -- Names that are made ----------------------------------------------------*/

FUNCTION(create, is_opened(open("ready", O_CREAT | O_RDWR, 0600)))
FUNCTION(make_openat2, is_opened(open_how(O_CREAT | O_RDWR)))
FUNCTION(make_mkdirat, CALL(SYS_mkdirat, AT_FDCWD, "ready", 0700))
FUNCTION(make_symlinkat, CALL(SYS_symlinkat, "file", AT_FDCWD, "ready"))
FUNCTION(make_mknodat, CALL(SYS_mknodat, AT_FDCWD, "ready", S_IFREG | 0600, 0))
FUNCTION(make_linkat, CALL(SYS_linkat, AT_FDCWD, "file", AT_FDCWD, "ready", 0))
FUNCTION(move_at2, CALL(SYS_renameat2, AT_FDCWD, "file", AT_FDCWD, "ready", 0))
FUNCTION(move_at, !renameat(AT_FDCWD, "file", AT_FDCWD, "ready"))
FUNCTION(remove_at, !unlinkat(AT_FDCWD, "ready", 0))

FUNCTION(file_prepare, is_opened(open("file", O_CREAT | O_RDWR, 0600)))

/* -- And looked for ---------------------------------------------------------*/

#define LOOKING(name, statement)          \
    static void name(struct scene *scene) \
    {                                     \
        (void)scene;                      \
        while (!(statement))              \
            sched_yield();                \
    }

LOOKING(look_access, !access("ready", F_OK))
LOOKING(look_gone, access("ready", F_OK) && errno == ENOENT)
LOOKING(look_faccessat, CALL(SYS_faccessat, AT_FDCWD, "ready", F_OK))
LOOKING(look_faccessat2, CALL(SYS_faccessat2, AT_FDCWD, "ready", F_OK, 0) ||
                             (errno == ENOSYS && !access("ready", F_OK)))
LOOKING(look_openat2, is_opened(open_how(O_RDONLY)))

static bool is_there_statx(void)
{
    struct statx about;
    return CALL(SYS_statx, AT_FDCWD, "ready", 0, STATX_TYPE, &about);
}

LOOKING(look_statx, is_there_statx())

static bool is_link(void)
{
    char text[16];
    return CALL(SYS_readlinkat, AT_FDCWD, "ready", text, sizeof(text));
}

LOOKING(look_readlinkat, is_link())

/* Listed, under a name that nothing else here has. */
static bool is_listed(int directory)
{
    char entries[4096];
    MUST(!lseek(directory, 0, SEEK_SET));
    long length = syscall(SYS_getdents64, directory, entries, sizeof(entries));
    MUST(length >= 0);
    return memmem(entries, (size_t)length, "ready", 5);
}

FUNCTION(list_prepare, (scene->fds[0] = open(".", O_RDONLY | O_DIRECTORY)) >= 0)
LOOKING(look_listed, is_listed(scene->fds[0]))

/* -- Events and copies ------------------------------------------------------*/

FUNCTION(pipe_prepare, !pipe(scene->fds))
FUNCTION(give, write(scene->fds[1], "x", 1) == 1)

static void take_ppoll(struct scene *scene)
{
    struct pollfd fd = {.fd = scene->fds[0], .events = POLLIN};
    MUST(ppoll(&fd, 1, NULL, NULL) == 1);
}

static void take_pselect(struct scene *scene)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(scene->fds[0], &set);
    MUST(pselect(scene->fds[0] + 1, &set, NULL, NULL, NULL, NULL) == 1);
}

static int epoll_of(int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    MUST(epoll >= 0);
    MUST(!epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
    return epoll;
}

static void take_epoll_pwait(struct scene *scene)
{
    struct epoll_event event;
    MUST(epoll_pwait(epoll_of(scene->fds[0]), &event, 1, -1, NULL) == 1);
}

static void take_epoll_pwait2(struct scene *scene)
{
    struct epoll_event event;
    int epoll = epoll_of(scene->fds[0]);
    long count = syscall(SYS_epoll_pwait2, epoll, &event, 1, NULL, NULL, 0);
    if (count < 0 && errno == ENOSYS)
        count = epoll_wait(epoll, &event, 1, -1);
    MUST(count == 1);
}

/* Looked at in another pipe, where it was copied to unseen. */
static void tee_prepare(struct scene *scene)
{
    MUST(!pipe(scene->fds));
    MUST(!pipe(scene->fds + 2));
}

static void take_tee(struct scene *scene)
{
    MUST(tee(scene->fds[0], scene->fds[3], 1, 0) == 1);
}

static void copy_prepare(struct scene *scene)
{
    MUST((scene->fds[0] = open("from", O_CREAT | O_RDWR, 0600)) >= 0);
    MUST((scene->fds[1] = open("to", O_CREAT | O_RDWR, 0600)) >= 0);
}

FUNCTION(copy_give, pwrite(scene->fds[0], "x", 1, 0) == 1)

static void look_fstat(struct scene *scene)
{
    struct stat about = {0};
    while (!about.st_size) {
        sched_yield();
        MUST(CALL(SYS_fstat, scene->fds[0], &about));
    }
}

static void take_copy(struct scene *scene)
{
    loff_t from = 0, to = 0;
    while (copy_file_range(scene->fds[0], &from, scene->fds[1], &to, 1, 0) != 1)
        sched_yield();
}

static void sem_prepare(struct scene *scene)
{
    MUST((scene->id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600)) >= 0);
    MUST(!semctl(scene->id, 0, SETVAL, 0));
}

static bool semtimedop_by(const struct scene *scene, short by)
{
    struct sembuf operation = {0, by, 0};
    return CALL(SYS_semtimedop, scene->id, &operation, 1, NULL);
}

FUNCTION(sem_give, semtimedop_by(scene, 1))
FUNCTION(sem_take, semtimedop_by(scene, -1))

/* -- Those that newer architectures dropped ---------------------------------*/

#ifdef SYS_open
FUNCTION(make_open,
         is_opened(syscall(SYS_open, "ready", O_CREAT | O_RDWR, 0600)))
FUNCTION(make_creat, is_opened(syscall(SYS_creat, "ready", 0600)))
FUNCTION(make_mknod, CALL(SYS_mknod, "ready", S_IFREG | 0600, 0))
FUNCTION(make_link, CALL(SYS_link, "file", "ready"))
FUNCTION(make_directory, !mkdir("ready", 0700))
FUNCTION(remove_directory, CALL(SYS_rmdir, "ready"))
LOOKING(look_open, is_opened(syscall(SYS_open, "ready", O_RDONLY)))

static bool is_there(long number)
{
    char about[256]; /* struct stat of the kernel */
    return CALL(number, "ready", about);
}

LOOKING(look_stat, is_there(SYS_stat))
LOOKING(look_lstat, is_there(SYS_lstat))

static void take_select(struct scene *scene)
{
    fd_set set;
    FD_ZERO(&set);
    FD_SET(scene->fds[0], &set);
    MUST(syscall(SYS_select, scene->fds[0] + 1, &set, NULL, NULL, NULL) == 1);
}

static void watch_prepare(struct scene *scene)
{
    MUST((scene->fds[0] = (int)syscall(SYS_inotify_init)) >= 0);
    MUST(inotify_add_watch(scene->fds[0], ".", IN_CREATE) >= 0);
}

static void watch_it(struct scene *scene)
{
    char events[4096];
    MUST(read(scene->fds[0], events, sizeof(events)) > 0);
}

static void signal_prepare(struct scene *scene)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    MUST(!pthread_sigmask(SIG_BLOCK, &set, NULL));
    scene->fds[0] = (int)syscall(SYS_signalfd, -1, &set, (size_t)8);
    MUST(scene->fds[0] >= 0);
}

FUNCTION(signal_give, !kill(scene->taker, SIGUSR1))

static void signal_take(struct scene *scene)
{
    char about[128];
    MUST(read(scene->fds[0], about, sizeof(about)) == sizeof(about));
}
#endif

const struct edge edges_calls[] = {
    {"make-openat2", NULL, make_openat2, look_access, EDGE_BOTH},
    {"make-mkdirat", NULL, make_mkdirat, look_access, EDGE_BOTH},
    {"make-symlinkat", file_prepare, make_symlinkat, look_access, EDGE_BOTH},
    {"make-mknodat", NULL, make_mknodat, look_access, EDGE_BOTH},
    {"make-linkat", file_prepare, make_linkat, look_access, EDGE_BOTH},
    {"make-renameat", file_prepare, move_at, look_access, EDGE_BOTH},
    {"make-renameat2", file_prepare, move_at2, look_access, EDGE_BOTH},
    {"unmake-unlinkat", create, remove_at, look_gone, EDGE_BOTH},
    {"look-faccessat", NULL, create, look_faccessat, EDGE_BOTH},
    {"look-faccessat2", NULL, create, look_faccessat2, EDGE_BOTH},
    {"look-openat2", NULL, create, look_openat2, EDGE_BOTH},
    {"look-statx", NULL, create, look_statx, EDGE_BOTH},
    {"look-readlinkat", file_prepare, make_symlinkat, look_readlinkat,
     EDGE_BOTH},
    {"look-listed", list_prepare, create, look_listed, EDGE_BOTH},
    {"pipe-ppoll", pipe_prepare, give, take_ppoll, EDGE_BOTH},
    {"pipe-pselect", pipe_prepare, give, take_pselect, EDGE_BOTH},
    {"pipe-epoll-pwait", pipe_prepare, give, take_epoll_pwait, EDGE_BOTH},
    {"pipe-epoll-pwait2", pipe_prepare, give, take_epoll_pwait2, EDGE_BOTH},
    {"tee", tee_prepare, give, take_tee, EDGE_BOTH},
    {"copy-file-range", copy_prepare, copy_give, take_copy, EDGE_BOTH},
    {"look-fstat", copy_prepare, copy_give, look_fstat, EDGE_BOTH},
    {"semtimedop", sem_prepare, sem_give, sem_take, EDGE_BOTH},
#ifdef SYS_open
    {"make-open", NULL, make_open, look_access, EDGE_BOTH},
    {"make-creat", NULL, make_creat, look_access, EDGE_BOTH},
    {"make-mknod", NULL, make_mknod, look_access, EDGE_BOTH},
    {"make-link", file_prepare, make_link, look_access, EDGE_BOTH},
    {"unmake-rmdir", make_directory, remove_directory, look_gone, EDGE_BOTH},
    {"look-open", NULL, create, look_open, EDGE_BOTH},
    {"look-stat", NULL, create, look_stat, EDGE_BOTH},
    {"look-lstat", NULL, create, look_lstat, EDGE_BOTH},
    {"pipe-select-old", pipe_prepare, give, take_select, EDGE_BOTH},
    {"inotify-old", watch_prepare, create, watch_it, EDGE_BOTH},
    {"signalfd-old", signal_prepare, signal_give, signal_take, EDGE_PROCESSES},
#endif
    {0},
};
