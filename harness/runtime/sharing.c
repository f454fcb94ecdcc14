#include "sharing.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/text.h"
#include "hooks.h"
#include "state.h"
#include "sys.h"

void sharing_begin(void)
{
    static const struct {
        const char *path;
        uint32_t needs; /* enum segment_flag */
    } own[SEGMENT_OWN] = {
        {".", SEGMENT_PRIVATE_DIRECTORY},
        {"/dev/shm", SEGMENT_PRIVATE_IPC},
        {"/proc", 0},
    };
    struct segment *segment = runtime.segment;
    for (int i = 0; i < SEGMENT_OWN; i++) {
        struct stat st;
        bool is_own = (segment->config.flags & own[i].needs) == own[i].needs &&
                      !SYS4(SYS_newfstatat, AT_FDCWD, own[i].path, &st, 0);
        segment->sharing.own[i] = is_own ? st.st_dev : 0;
    }
}

/* Whether others see it: a file with a name, on no file system of the slot. */
static bool is_seen_by_others(const struct stat *st)
{
    if ((!S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode)) || !st->st_nlink)
        return false;
    for (int i = 0; i < SEGMENT_OWN; i++)
        if (runtime.segment->sharing.own[i] == st->st_dev)
            return false;
    return true;
}

static bool is_known(void)
{
    return runtime.segment->sharing.happened;
}

/* Two tasks at once may mix their names. */
static void note(const char *name)
{
    struct segment_sharing *sharing = &runtime.segment->sharing;
    text_put(sharing->name, sharing->name + sizeof(sharing->name), name);
    /* Pairs with the acquire in the runner's campaign. */
    __atomic_store_n(&sharing->happened, 1, __ATOMIC_RELEASE);
}

static void look_at(long directory, const char *path)
{
    struct stat st;
    if (!SYS4(SYS_newfstatat, directory, path, &st, 0) &&
        is_seen_by_others(&st))
        note(path);
}

/* As mkstemp() has it: whoever takes the same name is refused and takes
 * another. Elsewhere such a file is a lock, perhaps, and some look for it by
 * stat(). */
static bool is_temporary(const char *path)
{
    return !strncmp(path, "/tmp/", 5) || !strncmp(path, "/var/tmp/", 9);
}

void sharing_opened(const struct call *call, long result)
{
    long flags = hooks_open_flags(call);
    bool changes =
        (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC);
    if (!changes || is_known() || (flags & O_TMPFILE) == O_TMPFILE)
        return;
    bool at = call->number == SYS_openat || call->number == SYS_openat2;
    const char *path = (const char *)call->args[at ? 1 : 0];
    struct stat st;
    if (result == -EEXIST)
        look_at(at ? call->args[0] : AT_FDCWD, path);
    else if (result >= 0 &&
             !(flags & O_CREAT && flags & O_EXCL && is_temporary(path)) &&
             !SYS4(SYS_newfstatat, result, "", &st, AT_EMPTY_PATH) &&
             is_seen_by_others(&st))
        note(path);
}

void sharing_made(const struct call *call, long result)
{
    if (result != -EEXIST || is_known())
        return;
    if (call->number == SYS_mkdirat)
        look_at(call->args[0], (const char *)call->args[1]);
#ifdef SYS_mkdir
    if (call->number == SYS_mkdir)
        look_at(AT_FDCWD, (const char *)call->args[0]);
#endif
}

void sharing_bound(struct call *call, long result)
{
    if ((result && result != -EADDRINUSE) || is_known() ||
        (size_t)call->args[2] < sizeof(struct sockaddr_in))
        return;
    const struct sockaddr_in *address = (const void *)call->args[1];
    /* Both kinds have the port in the same place. */
    bool internet =
        address->sin_family == AF_INET || address->sin_family == AF_INET6;
    if (!internet || !address->sin_port)
        return;
    char name[32];
    char *end = name + sizeof(name);
    text_put_u64(text_put(name, end, "port "), end, ntohs(address->sin_port));
    note(name);
}
