/* How the runtime comes to life: mapped by the dynamic linker, attached to the
 * segment by a constructor, in front of main() through __libc_start_main. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "control/turn.h"
#include "dispatch.h"
#include "edges/edges.h"
#include "ending.h"
#include "exec.h"
#include "map.h"
#include "memory/init.h"
#include "memory/part.h"
#include "modules.h"
#include "objects.h"
#include "real.h"
#include "segment/memory.h"
#include "server.h"
#include "state.h"
#include "sys.h"
#include "tasks.h"

static bool is_server;

/* A descriptor number from the environment, -1 if there is none. */
static int segment_descriptor(void)
{
    const char *text = getenv(SEGMENT_ENV);
    if (!text || *text < '0' || *text > '9')
        return -1;
    int fd = 0;
    for (; *text >= '0' && *text <= '9' && fd < 1000000; text++)
        fd = fd * 10 + (*text - '0');
    return *text ? -1 : fd;
}

/* At a multiple of what a page of page tables covers, if there is room: see
 * struct segment. NULL if something else is in the file. */
static struct segment *map_segment(int fd)
{
    enum { TABLE = 2 << 20 };
    struct stat st;
    if (SYS4(SYS_newfstatat, fd, "", &st, AT_EMPTY_PATH) ||
        ((size_t)st.st_size != sizeof(struct segment) &&
         (uint64_t)st.st_size != MEMORY_END))
        return NULL;
    long address = map_shared(fd, 0, sizeof(struct segment), TABLE);
    if (address < 0)
        return NULL;
    struct segment *segment = (struct segment *)address;
    if (segment->header.magic != SEGMENT_MAGIC ||
        segment->header.version != SEGMENT_VERSION ||
        segment->header.size != sizeof(struct segment)) {
        SYS2(SYS_munmap, address, sizeof(struct segment));
        return NULL;
    }
    return segment;
}

__attribute__((constructor(101))) static void attach(void)
{
    int fd = segment_descriptor();
    struct segment *segment = fd < 0 ? NULL : map_segment(fd);
    if (!segment)
        return;
    runtime.segment = segment;
    runtime.segment_fd = fd;
    exec_attached();
    real_resolve();
    modules_scan();
    init_attached();
    runtime.dispatch =
        !(segment->config.flags & SEGMENT_NO_DISPATCH) && dispatch_setup();
    ending_watch();
    struct segment_control *control = &segment->control;
    if (__atomic_load_n(&control->server, __ATOMIC_ACQUIRE) != SERVER_READY) {
        /* Also when a program started by the server itself, before main(),
         * comes here: only the process that reaches main() first serves. */
        if (control->server == SERVER_ABSENT) {
            control->server_pid = (int32_t)SYS0(SYS_getpid);
            __atomic_store_n(&control->server, SERVER_ATTACHED,
                             __ATOMIC_RELEASE);
        }
        is_server = control->server_pid == (int32_t)SYS0(SYS_getpid);
        return;
    }
    int task = tasks_adopt();
    if (task < 0)
        return;
    part_attach();
    tasks_become((uint32_t)task);
    if (control_on())
        turn_attach();
    edges_attached();
    guard_begin();
}

typedef int main_function(int, char **, char **);
static main_function *program_main;

static int main_in_front(int argc, char **argv, char **environment)
{
    (void)environment;
    if (is_server)
        server_run(&argc, &argv);
    extern char **environ;
    return program_main(argc, argv, environ);
}

typedef int start_function(main_function *, int, char **, void (*)(void),
                           void (*)(void), void (*)(void), void *);

EXPORT start_function __libc_start_main;
EXPORT int __libc_start_main(main_function *function, int argc, char **argv,
                             void (*init)(void), void (*fini)(void),
                             void (*unload)(void), void *stack_end)
{
    union {
        void *pointer;
        start_function *function;
    } real_start = {dlsym(RTLD_NEXT, "__libc_start_main")};
    if (!real_start.pointer)
        MPS_BUG("no __libc_start_main");
    program_main = function;
    return real_start.function(runtime.segment ? main_in_front : function, argc,
                               argv, init, fini, unload, stack_end);
}

/* Code that is loaded later has sites, too. */
EXPORT void *dlopen(const char *path, int flags)
{
    void *handle = REAL(dlopen)(path, flags);
    if (handle && runtime.active)
        modules_scan();
    return handle;
}
