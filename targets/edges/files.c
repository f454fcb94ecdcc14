/* Files and names: the taker looks until something is there, or is not. */
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <sched.h>
#include <sys/inotify.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "edges.h"

#define LOOKING(name, statement)          \
    static void name(struct scene *scene) \
    {                                     \
        (void)scene;                      \
        while (!(statement))              \
            sched_yield();                \
    }

static bool made(const char *name)
{
    int fd = open(name, O_CREAT | O_RDWR, 0600);
    return fd >= 0 && !close(fd);
}

static bool opens(const char *name)
{
    int fd = open(name, O_RDONLY);
    return fd >= 0 && !close(fd);
}

static bool is_there(const char *name)
{
    struct stat st;
    return !stat(name, &st);
}

FUNCTION(create, made("ready"))
LOOKING(open_it, opens("ready"))
LOOKING(access_it, !access("ready", F_OK))
LOOKING(stat_it, is_there("ready"))
LOOKING(move_it, !rename("ready", "seen"))
LOOKING(take_it, !unlink("ready"))
LOOKING(access_gone, access("ready", F_OK) && errno == ENOENT)
LOOKING(open_gone, !opens("ready") && errno == ENOENT)
FUNCTION(remove_it, !unlink("ready"))

/* Who cannot make it knows that the other one has. */
static int make_anew(void)
{
    return open("ready", O_CREAT | O_EXCL | O_RDWR, 0600);
}

LOOKING(insist, make_anew() >= 0)

static void until_it_is_there(struct scene *scene)
{
    (void)scene;
    for (int fd; (fd = make_anew()) >= 0; sched_yield())
        MUST(!close(fd) && !unlink("ready"));
    MUST(errno == EEXIST);
}

FUNCTION(rename_prepare, made("almost"))
FUNCTION(rename_it, !rename("almost", "ready"))
FUNCTION(make_directory, !mkdir("ready", 0700))
FUNCTION(make_link, !symlink("nowhere", "ready"))

static void link_there(struct scene *scene)
{
    char text[16];
    (void)scene;
    while (readlink("ready", text, sizeof(text)) < 0)
        sched_yield();
}

/* -- What is in it ----------------------------------------------------------*/

FUNCTION(file_prepare,
         (scene->fds[0] = open("file", O_CREAT | O_RDWR, 0600)) >= 0)
FUNCTION(write_it, pwrite(scene->fds[0], "x", 1, 0) == 1)

static void read_it(struct scene *scene)
{
    char byte;
    while (pread(scene->fds[0], &byte, 1, 0) != 1)
        sched_yield();
}

FUNCTION(grow_it, !ftruncate(scene->fds[0], 1))

static void look_at_size(struct scene *scene)
{
    struct stat st = {0};
    while (!st.st_size) {
        sched_yield();
        MUST(!fstat(scene->fds[0], &st));
    }
}

static void prepare_full(struct scene *scene)
{
    file_prepare(scene);
    write_it(scene);
}

static void empty_it(struct scene *scene)
{
    int fd = open("file", O_RDWR | O_TRUNC);
    (void)scene;
    MUST(fd >= 0 && !close(fd));
}

static void look_until_empty(struct scene *scene)
{
    struct stat st = {.st_size = 1};
    while (st.st_size) {
        sched_yield();
        MUST(!fstat(scene->fds[0], &st));
    }
}

/* -- Locks, asked for -------------------------------------------------------*/

static bool record(const struct scene *scene, int command, struct flock *lock)
{
    lock->l_whence = SEEK_SET;
    lock->l_start = 0;
    lock->l_len = 1;
    return !fcntl(scene->fds[0], command, lock);
}

/* The taker waits until it sees the lock, then until it sees it go. */
static void hold_a_while(struct scene *scene)
{
    struct flock lock = {.l_type = F_WRLCK};
    MUST(record(scene, F_SETLK, &lock));
    MUST(!sem_post(&scene->world->sem[0]));
    edges_early(scene);
    lock.l_type = F_UNLCK;
    MUST(record(scene, F_SETLK, &lock));
}

static void ask_for_lock(struct scene *scene)
{
    MUST(!sem_wait(&scene->world->sem[0]));
    struct flock lock = {.l_type = F_WRLCK};
    while (lock.l_type != F_UNLCK) {
        sched_yield();
        lock.l_type = F_WRLCK;
        MUST(record(scene, F_GETLK, &lock));
    }
}

/* -- Other names ------------------------------------------------------------*/

FUNCTION(shm_make, shm_open("/edges", O_CREAT | O_RDWR, 0600) >= 0)
LOOKING(shm_find, shm_open("/edges", O_RDWR, 0600) >= 0)
FUNCTION(sem_make, sem_open("/edges", O_CREAT, 0600, 0) != SEM_FAILED)
LOOKING(sem_find, sem_open("/edges", 0) != SEM_FAILED)
FUNCTION(mq_make, mq_open("/edges", O_CREAT | O_RDWR, 0600, NULL) >= 0)
LOOKING(mq_find, mq_open("/edges", O_RDWR) >= 0)
FUNCTION(key_make, semget(4711, 1, IPC_CREAT | 0600) >= 0)
LOOKING(key_find, semget(4711, 1, 0600) >= 0)
FUNCTION(msg_key_make, msgget(4711, IPC_CREAT | 0600) >= 0)
LOOKING(msg_key_find, msgget(4711, 0600) >= 0)
FUNCTION(shm_key_make, shmget(4711, 4096, IPC_CREAT | 0600) >= 0)
LOOKING(shm_key_find, shmget(4711, 4096, 0600) >= 0)

LOOKING(shm_take, !shm_unlink("/edges"))
LOOKING(sem_take, !sem_unlink("/edges"))
LOOKING(mq_take, !mq_unlink("/edges"))

static void names_prepare(struct scene *scene)
{
    shm_make(scene);
    sem_make(scene);
    mq_make(scene);
}

FUNCTION(shm_remove, !shm_unlink("/edges"))
LOOKING(shm_gone, shm_open("/edges", O_RDWR, 0600) < 0)
FUNCTION(sem_remove, !sem_unlink("/edges"))
LOOKING(sem_gone, sem_open("/edges", 0) == SEM_FAILED)
FUNCTION(mq_remove, !mq_unlink("/edges"))
LOOKING(mq_gone, mq_open("/edges", O_RDWR) < 0)

static void watch_prepare(struct scene *scene)
{
    MUST((scene->fds[0] = inotify_init1(0)) >= 0);
    MUST(inotify_add_watch(scene->fds[0], ".", IN_CREATE) >= 0);
}

static void watch_it(struct scene *scene)
{
    char events[4096];
    MUST(read(scene->fds[0], events, sizeof(events)) > 0);
}

const struct edge edges_files[] = {
    {"create-open", NULL, create, open_it, EDGE_BOTH},
    {"create-access", NULL, create, access_it, EDGE_BOTH},
    {"create-stat", NULL, create, stat_it, EDGE_BOTH},
    {"create-again", NULL, insist, until_it_is_there, EDGE_BOTH},
    {"rename", rename_prepare, rename_it, open_it, EDGE_BOTH},
    {"create-rename", NULL, create, move_it, EDGE_BOTH},
    {"create-unlink", NULL, create, take_it, EDGE_BOTH},
    {"unlink-access", create, remove_it, access_gone, EDGE_BOTH},
    {"unlink-open", create, remove_it, open_gone, EDGE_BOTH},
    {"mkdir-stat", NULL, make_directory, stat_it, EDGE_BOTH},
    {"symlink", NULL, make_link, link_there, EDGE_BOTH},
    {"file", file_prepare, write_it, read_it, EDGE_BOTH},
    {"file-size", file_prepare, grow_it, look_at_size, EDGE_BOTH},
    {"file-emptied", prepare_full, empty_it, look_until_empty, EDGE_BOTH},
    {"fcntl-ask", file_prepare, hold_a_while, ask_for_lock, EDGE_PROCESSES},
    {"shm-name", NULL, shm_make, shm_find, EDGE_BOTH},
    {"sem-name", NULL, sem_make, sem_find, EDGE_BOTH},
    {"mq-name", NULL, mq_make, mq_find, EDGE_BOTH},
    {"key", NULL, key_make, key_find, EDGE_BOTH},
    {"msg-key", NULL, msg_key_make, msg_key_find, EDGE_BOTH},
    {"shm-key", NULL, shm_key_make, shm_key_find, EDGE_BOTH},
    {"shm-gone", names_prepare, shm_remove, shm_gone, EDGE_BOTH},
    {"sem-gone", names_prepare, sem_remove, sem_gone, EDGE_BOTH},
    {"mq-gone", names_prepare, mq_remove, mq_gone, EDGE_BOTH},
    {"shm-unlink", NULL, shm_make, shm_take, EDGE_BOTH},
    {"sem-unlink", NULL, sem_make, sem_take, EDGE_BOTH},
    {"mq-unlink", NULL, mq_make, mq_take, EDGE_BOTH},
    {"inotify", watch_prepare, create, watch_it, EDGE_BOTH},
    {0},
};
