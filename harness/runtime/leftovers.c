#include "leftovers.h"

#include <fcntl.h>
#include <string.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "state.h"
#include "sys.h"

/* The directories to watch. All three are memory file systems of the slot's
 * own, whose directories grow by a fixed size for each entry: one fstat tells
 * whether anything is there. */
struct watched {
    const char *path;
    uint32_t needs; /* enum segment_flag */
    bool remove;    /* or leave the files for the runner to look at */
    int fd;
    off_t empty_size;
};
static struct watched watched[] = {
    {"/dev/shm", SEGMENT_PRIVATE_IPC, true, -1, 0},
    {"../mq", SEGMENT_PRIVATE_IPC, true, -1, 0},
    {".", SEGMENT_PRIVATE_DIRECTORY, false, -1, 0},
};
enum { WATCHED = sizeof(watched) / sizeof(watched[0]) };

static off_t directory_size(int fd)
{
    struct stat st;
    return SYS4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) ? -1 : st.st_size;
}

void leftovers_begin(void)
{
    uint32_t flags = runtime.segment->config.flags;
    for (int i = 0; i < WATCHED; i++) {
        struct watched *w = &watched[i];
        if (!(flags & w->needs))
            continue;
        long fd = SYS4(SYS_openat, AT_FDCWD, w->path,
                       O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        if (fd < 0)
            continue;
        /* Out of the way of the numbers that the target will get. */
        long high = SYS3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, runtime.segment_fd);
        SYS1(SYS_close, fd);
        w->fd = (int)high;
        w->empty_size = directory_size(w->fd);
    }
}

/* Who made the object called NAME, from the object table. */
static const struct segment_object *maker_of(enum leftover_kind kind,
                                             const char *name)
{
    struct segment *segment = runtime.segment;
    uint32_t count = segment->object_count;
    for (uint32_t i = 1; i <= count && i <= SEGMENT_OBJECTS; i++) {
        const struct segment_object *object = &segment->objects[i];
        const char *known = object->name;
        if (*known == '/' && kind != LEFTOVER_FILE)
            known++;
        if (object->kind && !strcmp(known, name))
            return object;
    }
    return NULL;
}

static enum leftover_kind kind_of(const struct watched *w, const char *name)
{
    if (w == &watched[0])
        return strncmp(name, "sem.", 4) ? LEFTOVER_SHM : LEFTOVER_SEM;
    return w == &watched[1] ? LEFTOVER_MQ : LEFTOVER_FILE;
}

static void note_entry(const struct watched *w, const char *name)
{
    enum leftover_kind kind = kind_of(w, name);
    const struct segment_object *maker = maker_of(kind, name);
    struct stat st = {0};
    SYS4(SYS_newfstatat, w->fd, name, &st, AT_SYMLINK_NOFOLLOW);
    char shown[104];
    char *end = shown + sizeof(shown);
    char *at = shown;
    *at = '\0';
    if (kind != LEFTOVER_FILE)
        at = text_put(at, end, "/");
    text_put(at, end, name + (kind == LEFTOVER_SEM ? 4 : 0));
    segment_leftover_add(runtime.segment, kind, maker ? maker->task : 0,
                         maker ? maker->site : 0, (uint64_t)st.st_size, shown);
    if (w->remove && SYS3(SYS_unlinkat, w->fd, name, 0) < 0)
        SYS3(SYS_unlinkat, w->fd, name, 0x200 /* AT_REMOVEDIR */);
}

struct entry64 { /* getdents64(2) */
    uint64_t inode;
    int64_t next;
    uint16_t size;
    uint8_t type;
    char name[];
};

static void list(const struct watched *w)
{
    _Alignas(8) char buffer[8192];
    SYS3(SYS_lseek, w->fd, 0, 0);
    for (;;) {
        long n = SYS3(SYS_getdents64, w->fd, buffer, sizeof(buffer));
        if (n <= 0)
            return;
        for (long at = 0; at < n;) {
            const struct entry64 *entry = (const void *)(buffer + at);
            if (strcmp(entry->name, ".") && strcmp(entry->name, ".."))
                note_entry(w, entry->name);
            at += entry->size;
        }
    }
}

/* -- System V
 * ----------------------------------------------------------------*/

static void note_id(enum leftover_kind kind, enum object_kind object_kind,
                    long id, uint64_t amount)
{
    struct segment *segment = runtime.segment;
    const struct segment_object *maker = NULL;
    uint32_t count = segment->object_count;
    for (uint32_t i = 1; i <= count && i <= SEGMENT_OBJECTS; i++)
        if (segment->objects[i].kind == (uint32_t)object_kind &&
            segment->objects[i].backing == (uint64_t)id)
            maker = &segment->objects[i];
    char name[32];
    char *end = name + sizeof(name);
    text_put_u64(text_put(name, end, "id "), end, (uint64_t)id);
    segment_leftover_add(segment, kind, maker ? maker->task : 0,
                         maker ? maker->site : 0, amount, name);
}

static void collect_system_v(void)
{
    struct shm_info memory;
    struct seminfo semaphores;
    struct msginfo queues;
    long last = SYS3(SYS_shmctl, 0, SHM_INFO, &memory);
    for (long i = 0; memory.used_ids > 0 && i <= last; i++) {
        struct shmid_ds about;
        long id = SYS3(SYS_shmctl, i, SHM_STAT, &about);
        if (id < 0)
            continue;
        note_id(LEFTOVER_SYSV_SHM, OBJECT_SYSV_SHM, id, about.shm_segsz);
        SYS3(SYS_shmctl, id, IPC_RMID, 0);
    }
    last = SYS4(SYS_semctl, 0, 0, SEM_INFO, &semaphores);
    for (long i = 0; semaphores.semusz > 0 && i <= last; i++) {
        struct semid_ds about;
        long id = SYS4(SYS_semctl, i, 0, SEM_STAT, &about);
        if (id < 0)
            continue;
        note_id(LEFTOVER_SYSV_SEM, OBJECT_SYSV_SEM, id, about.sem_nsems);
        SYS4(SYS_semctl, id, 0, IPC_RMID, 0);
    }
    last = SYS3(SYS_msgctl, 0, MSG_INFO, &queues);
    for (long i = 0; queues.msgpool > 0 && i <= last; i++) {
        struct msqid_ds about;
        long id = SYS3(SYS_msgctl, i, MSG_STAT, &about);
        if (id < 0)
            continue;
        note_id(LEFTOVER_SYSV_MSG, OBJECT_SYSV_MSG, id, about.msg_qnum);
        SYS3(SYS_msgctl, id, IPC_RMID, 0);
    }
}

void leftovers_collect(void)
{
    for (int i = 0; i < WATCHED; i++)
        if (watched[i].fd >= 0 &&
            directory_size(watched[i].fd) != watched[i].empty_size)
            list(&watched[i]);
    if (runtime.segment->config.flags & SEGMENT_PRIVATE_IPC)
        collect_system_v();
}
