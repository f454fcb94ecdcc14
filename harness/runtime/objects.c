#include "objects.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>

#include "base/rng.h"
#include "base/text.h"
#include "memory/access.h"
#include "modules.h"
#include "state.h"
#include "sys.h"
#include "tasks.h"

enum { REGIONS = 256, FDS = 4096, NAME = 112, PATH = 512 };

static uint32_t intern(enum object_kind kind, uint64_t backing, uint64_t offset,
                       uint64_t site, const char *name)
{
    return segment_object_intern(runtime.segment, kind, backing, offset,
                                 local.task, site, name);
}

/* -- Memory -----------------------------------------------------------------*/

struct region {
    uintptr_t start, end;
    uint64_t backing, offset; /* offset of START in the backing */
    uint64_t site;            /* where it was mapped */
    uint32_t task;            /* by whom, + 1 */
    bool attached;            /* by shmat() */
    char name[40];
};
static struct region regions[REGIONS];
static uint32_t region_count;
/* Anonymous shared mappings this process made: their name is (task, n). */
static uint32_t anonymous_count;

static void add_region(const struct region *region)
{
    access_moved();
    regions_unmap((const void *)region->start, region->end - region->start);
    if (region_count < REGIONS)
        regions[region_count++] = *region;
    access_mapped((const void *)region->start, region->end - region->start);
}

void regions_unmap(const void *address, size_t length)
{
    uintptr_t start = (uintptr_t)address, end = start + length;
    access_moved();
    for (uint32_t i = 0; i < region_count;) {
        struct region *region = &regions[i];
        if (region->end <= start || region->start >= end) {
            i++;
        } else if (region->start < start && region->end > end) {
            /* A hole: the tail becomes a region of its own. */
            struct region tail = *region;
            tail.offset += end - region->start;
            tail.start = end;
            region->end = start;
            if (region_count < REGIONS)
                regions[region_count++] = tail;
            i++;
        } else if (region->start < start) {
            region->end = start;
            i++;
        } else if (region->end > end) {
            region->offset += end - region->start;
            region->start = end;
            i++;
        } else {
            *region = regions[--region_count];
        }
    }
}

void regions_detach(const void *start)
{
    access_moved();
    for (uint32_t i = 0; i < region_count; i++) {
        if (regions[i].attached && regions[i].start == (uintptr_t)start) {
            regions[i] = regions[--region_count];
            return;
        }
    }
}

/* What the kernel calls the file of FD, in PATH; false when it has no name. */
static bool path_of_fd(long fd, char path[static PATH])
{
    char link[32];
    text_put_u64(text_put(link, link + sizeof(link), "/proc/self/fd/"),
                 link + sizeof(link), (uint64_t)fd);
    long n = SYS4(SYS_readlinkat, AT_FDCWD, link, path, PATH - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* The name of what FD refers to, as the kernel knows it. */
static void name_of_fd(long fd, char name[static NAME])
{
    char path[PATH];
    name[0] = '\0';
    if (!path_of_fd(fd, path))
        return;
    const char *from = path;
    if (!strncmp(path, "/dev/shm/", 9)) {
        from = path + 8;
    } else if (*path == '/') {
        char here[512];
        long length = SYS2(SYS_getcwd, here, sizeof(here));
        if (length > 1 && !strncmp(path, here, (size_t)length - 1) &&
            path[length - 1] == '/')
            from = path + length;
    } else {
        return; /* "pipe:[1234]": numbers that mean nothing tomorrow */
    }
    size_t length = strlen(from);
    if (length >= NAME)
        from += length - (NAME - 1);
    memcpy(name, from, strlen(from) + 1);
    char *deleted = strstr(name, " (deleted)");
    if (deleted)
        *deleted = '\0';
}

static uint64_t identity(const struct stat *st)
{
    return rng_mix((uint64_t)st->st_dev, (uint64_t)st->st_ino,
                   (st->st_mode & S_IFMT));
}

uint64_t fd_identity(long fd)
{
    struct stat st;
    if (SYS4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH))
        return 0;
    return identity(&st);
}

void regions_map(const void *start, size_t length, int fd, uint64_t offset,
                 uint64_t site)
{
    struct region region = {
        .start = (uintptr_t)start,
        .end = (uintptr_t)start + length,
        .offset = offset,
        .site = site,
        .task = local.task + 1,
    };
    if (fd >= 0) {
        char name[NAME];
        region.backing = fd_identity(fd);
        name_of_fd(fd, name);
        memcpy(region.name, name, sizeof(region.name) - 1);
    } else {
        char path[TASK_PATH_BYTES];
        uint32_t ordinal = anonymous_count++;
        uint32_t process = tasks_process();
        region.backing = rng_mix(process + 1, ordinal, 0x616e6f6e);
        char *end = region.name + sizeof(region.name);
        char *at = text_put(region.name, end, "mapping ");
        at = text_put(at, end - 12,
                      segment_task_path(runtime.segment, process, path));
        text_put_u64(text_put(at, end, ":"), end, ordinal);
    }
    add_region(&region);
}

void regions_attach(const void *start, size_t length, int id, uint64_t site)
{
    struct region region = {
        .start = (uintptr_t)start,
        .end = (uintptr_t)start + length,
        .backing = rng_mix((uint64_t)id, OBJECT_SYSV_SHM, 0x73797376),
        .site = site,
        .task = local.task + 1,
        .attached = true,
    };
    char *end = region.name + sizeof(region.name);
    text_put_u64(text_put(region.name, end, "SysV "), end, (uint64_t)id);
    add_region(&region);
}

static const struct region *region_find(uintptr_t at)
{
    for (uint32_t i = 0; i < region_count; i++)
        if (at >= regions[i].start && at < regions[i].end)
            return &regions[i];
    return NULL;
}

void regions_move(const void *from, size_t from_length, const void *to,
                  size_t length)
{
    const struct region *old = region_find((uintptr_t)from);
    if (!old) {
        regions_unmap(to, length); /* may lie over something */
        return;
    }
    struct region region = *old;
    region.offset += (uintptr_t)from - old->start;
    region.start = (uintptr_t)to;
    region.end = (uintptr_t)to + length;
    regions_unmap(from, from_length);
    add_region(&region);
}

bool regions_about(const volatile void *address, struct region_about *out)
{
    const struct region *region = region_find((uintptr_t)address);
    if (region)
        *out = (struct region_about){region->start, region->site, region->task};
    return region;
}

void regions_look(const volatile void *address, struct region_view *out)
{
    uintptr_t at = (uintptr_t)address;
    const struct region *region = region_find(at);
    *out = (struct region_view){.end = UINTPTR_MAX};
    if (region) {
        *out = (struct region_view){region->start, region->end, region->backing,
                                    region->offset, region->name};
        return;
    }
    for (uint32_t i = 0; i < region_count; i++) {
        if (regions[i].end <= at && regions[i].end > out->start)
            out->start = regions[i].end;
        if (regions[i].start > at && regions[i].start < out->end)
            out->end = regions[i].start;
    }
}

static uint64_t private_backing(uint32_t process, enum object_kind kind)
{
    return rng_mix(process + 1, kind, 0x70726976);
}

bool objects_is_private(const volatile void *address)
{
    return !region_find((uintptr_t)address);
}

bool objects_is_own(uint32_t number)
{
    const struct segment_object *object =
        segment_object_get(runtime.segment, number);
    return object &&
           object->backing == private_backing(tasks_process(), object->kind);
}

void objects_copy_held(uint32_t child)
{
    struct segment *segment = runtime.segment;
    uint32_t process = tasks_process();
    uint64_t backing = private_backing(process, OBJECT_MUTEX);
    uint32_t count = segment->object_count;
    for (uint32_t i = 1; i <= count && i <= SEGMENT_OBJECTS; i++) {
        const struct segment_object *held = &segment->objects[i];
        if (held->kind != OBJECT_MUTEX || held->backing != backing ||
            !held->holder)
            continue;
        uint32_t copy = segment_object_intern(
            segment, OBJECT_MUTEX, private_backing(child, OBJECT_MUTEX),
            held->offset, child, held->site, NULL);
        if (!copy)
            return;
        segment->objects[copy].holder = held->holder;
        segment->objects[copy].holder_site = held->holder_site;
    }
}

uint32_t object_at(const volatile void *address, enum object_kind kind,
                   uint64_t site)
{
    uintptr_t at = (uintptr_t)address;
    const struct region *region = region_find(at);
    if (region)
        return intern(kind, region->backing,
                      region->offset + (at - region->start), site,
                      region->name);
    /* Private memory: one object for all threads of this process. A global
     * is named by its place in the module, which survives ASLR. */
    uint32_t process = tasks_process();
    uint64_t global = modules_data((const void *)at);
    /* Its number is the process's, not that of the thread that happened to come
     * first. */
    return segment_object_intern(runtime.segment, kind,
                                 private_backing(process, kind),
                                 global ? global : at, process, site, NULL);
}

/* -- Descriptors ------------------------------------------------------------*/

static uint32_t fd_objects[FDS];

static enum object_kind kind_of(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFIFO:
        return OBJECT_PIPE;
    case S_IFSOCK:
        return OBJECT_SOCKET;
    case S_IFCHR:
    case S_IFBLK:
        return OBJECT_TERMINAL;
    case 0: /* eventfd, timerfd, epoll: the anonymous inode */
        return OBJECT_ANONYMOUS;
    default:
        return OBJECT_FILE;
    }
}

/* What has the anonymous inode. */
static enum object_kind kind_of_anonymous(long fd)
{
    static const struct {
        const char *file;
        enum object_kind kind;
    } kinds[] = {
        {"anon_inode:[eventfd]", OBJECT_EVENT},
        {"anon_inode:[eventpoll]", OBJECT_EPOLL},
        {"anon_inode:[timerfd]", OBJECT_TIMER},
        {"anon_inode:[signalfd]", OBJECT_SIGNALS},
        {"anon_inode:inotify", OBJECT_NOTIFY},
        {"anon_inode:[pidfd]", OBJECT_PIDFD},
    };
    char path[PATH];
    if (path_of_fd(fd, path))
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
            if (!strcmp(path, kinds[i].file))
                return kinds[i].kind;
    return OBJECT_ANONYMOUS;
}

/* A message queue is a regular file, of a file system that nobody has to have
 * mounted. */
static bool is_message_queue(long fd, const struct stat *st)
{
    enum { SIZE_SHOWN = 80, MAGIC = 0x19800202 }; /* of ipc/mqueue.c */
    struct statfs fs;
    return S_ISREG(st->st_mode) && st->st_size == SIZE_SHOWN &&
           !SYS2(SYS_fstatfs, fd, &fs) && fs.f_type == MAGIC;
}

/* All eventfds, epolls and so on share one inode. The kernel numbers the
 * former, which may come to another process in a message; the rest is told
 * apart by who met them first. */
static uint64_t event_identity(long fd)
{
    static uint32_t events;
    static const char label[] = "eventfd-id:";
    char path[48], text[256];
    text_put_u64(text_put(path, path + sizeof(path), "/proc/self/fdinfo/"),
                 path + sizeof(path), (uint64_t)fd);
    long info = SYS4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    long n = info < 0 ? 0 : SYS3(SYS_read, info, text, sizeof(text) - 1);
    if (info >= 0)
        SYS1(SYS_close, info);
    text[n > 0 ? n : 0] = '\0';
    const char *at = strstr(text, label);
    if (!at)
        return rng_mix(local.task, events++, 0x65766e74);
    uint64_t id = 0;
    for (at += sizeof(label) - 1; *at && *at != '\n'; at++)
        if (*at >= '0' && *at <= '9')
            id = id * 10 + (uint64_t)(*at - '0');
    return rng_mix(id, 0, 0x65766e74);
}

uint32_t object_of_fd(long fd, uint64_t site)
{
    if (fd < 0)
        return 0;
    if (fd < FDS && fd_objects[fd])
        return fd_objects[fd];
    struct stat st;
    if (SYS4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH))
        return 0;
    char name[NAME];
    uint64_t backing = identity(&st);
    enum object_kind kind = kind_of(st.st_mode);
    if (kind == OBJECT_ANONYMOUS)
        kind = kind_of_anonymous(fd);
    else if (is_message_queue(fd, &st))
        kind = OBJECT_MQ;
    uint64_t offset = 0;
    if (backing == runtime.stdout_id)
        strcpy(name, "stdout");
    else if (backing == runtime.stderr_id)
        strcpy(name, "stderr");
    else
        name_of_fd(fd, name);
    if (!(st.st_mode & S_IFMT))
        offset = event_identity(fd);
    uint32_t object = intern(kind, backing, offset, site, name);
    if (fd < FDS)
        fd_objects[fd] = object;
    return object;
}

/* Which process opened a descriptor (its task + 1): a child inherits the
 * descriptor, but not the duty to close it. Kept only when asked for. */
static uint16_t fd_openers[FDS];

static bool watches_descriptors(void)
{
    return runtime.segment->config.flags & SEGMENT_WATCH_DESCRIPTORS;
}

void fds_opened(long fd)
{
    fds_forget(fd);
    if (fd >= 0 && fd < FDS && watches_descriptors())
        fd_openers[fd] = (uint16_t)(tasks_process() + 1);
}

void fds_forget(long fd)
{
    if (fd < 0 || fd >= FDS)
        return;
    fd_objects[fd] = 0;
    if (fd_openers[fd])
        fd_openers[fd] = 0;
}

void fds_note_left(void)
{
    if (!watches_descriptors())
        return;
    uint16_t process = (uint16_t)(tasks_process() + 1);
    for (long fd = 3; fd < FDS; fd++) {
        if (fd_openers[fd] != process)
            continue;
        const struct segment_object *object =
            segment_object_get(runtime.segment, object_of_fd(fd, 0));
        char name[NAME];
        char *end = name + sizeof(name);
        char *at = text_put_u64(name, end, (uint64_t)fd);
        if (object) {
            at = text_put(text_put(at, end, ", "), end,
                          object_kind_name(object->kind));
            if (*object->name)
                text_put(text_put(at, end, " "), end, object->name);
        }
        segment_leftover_add(runtime.segment, LEFTOVER_DESCRIPTOR, process,
                             object ? object->site : 0, (uint64_t)fd, name);
    }
}

void fds_forget_range(unsigned long first, unsigned long last)
{
    for (unsigned long fd = first; fd <= last && fd < FDS; fd++)
        fds_forget((long)fd);
}

void fds_each(void (*visit)(uint32_t object, bool argument), bool argument)
{
    for (long fd = 0; fd < FDS; fd++) {
        const struct segment_object *object =
            segment_object_get(runtime.segment, fd_objects[fd]);
        if (object && object->kind != OBJECT_FILE && object->kind != OBJECT_MQ)
            visit(fd_objects[fd], argument);
    }
}

void fds_copy(long old_fd, long new_fd)
{
    if (new_fd < 0 || new_fd >= FDS)
        return;
    fds_opened(new_fd);
    fd_objects[new_fd] = old_fd >= 0 && old_fd < FDS ? fd_objects[old_fd] : 0;
}

/* -- Names ------------------------------------------------------------------*/

uint32_t object_of_path(long directory, const char *path, uint64_t site)
{
    struct stat st;
    if (!path || SYS4(SYS_newfstatat, directory, path, &st, 0))
        return 0;
    return intern(kind_of(st.st_mode), identity(&st), 0, site, path);
}

uint32_t object_of_id(enum object_kind kind, long id, uint64_t site)
{
    char name[32];
    text_put_u64(text_put(name, name + sizeof(name), "id "),
                 name + sizeof(name), (uint64_t)id);
    return intern(kind, (uint64_t)id, 0, site, name);
}

uint32_t object_of_task(int pid, uint64_t site)
{
    int task = segment_task_find(runtime.segment, pid, pid);
    return task < 0 ? 0 : object_of_task_number((uint32_t)task, site);
}

uint32_t object_of_task_number(uint32_t task, uint64_t site)
{
    char path[TASK_PATH_BYTES];
    return intern(OBJECT_TASK, task, 0, site,
                  segment_task_path(runtime.segment, task, path));
}
