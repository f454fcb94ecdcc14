#include "symbols.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "demangle.h"
#include "internal.h"
#include "process.h"
#include "sites.h"
#include "source.h"
#include "stop.h"

enum { STACK_DEPTH = 128 };

int symbols_open(struct symbols **out, const char *root)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    if (!symbols)
        return -ENOMEM;
    pthread_mutex_init(&symbols->lock, NULL);
    intern_init(&symbols->texts);
    sites_init(&symbols->sites);
    str_init(&symbols->scratch);
    if (root && *root == '/') {
        char *real = realpath(root, NULL);
        symbols->roots[0] = intern(&symbols->texts, root);
        symbols->roots[1] = intern(&symbols->texts, real);
        free(real);
        if (!symbols->roots[0]) {
            symbols_close(symbols);
            return -ENOMEM;
        }
    }
    *out = symbols;
    return 0;
}

void symbols_close(struct symbols *symbols)
{
    if (!symbols)
        return;
    while (symbols->modules) {
        struct known_module *known = symbols->modules;
        symbols->modules = known->next;
        module_close(known->module);
        free(known);
    }
    sites_fini(&symbols->sites);
    intern_fini(&symbols->texts);
    str_fini(&symbols->scratch);
    pthread_mutex_destroy(&symbols->lock);
    free(symbols);
}

/* -- What is the user's --------------------------------------------------- */

static bool has_prefix(const char *path, const char *const *prefixes)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (; *prefixes; prefixes++)
        if (!strncmp(name, *prefixes, strlen(*prefixes)))
            return true;
    return false;
}

/* Libraries of C and of compilers. */
static bool is_system_module(const char *path)
{
    static const char *const prefixes[] = {
        "libc.so",   "libc-",      "libc.musl",   "ld-linux",    "ld-musl",
        "ld-2",      "ld.so",      "ld64.so",     "libpthread",  "librt.so",
        "libdl.so",  "libm.so",    "libgcc_s.so", "linux-vdso",  "linux-gate",
        "[vdso]",    "libasan.so", "libtsan.so",  "libubsan.so", "libstdc++.",
        "libc++.so", NULL};
    return has_prefix(path, prefixes);
}

static bool is_runtime(const char *path)
{
    static const char *const prefixes[] = {"libmpstress.", "vgpreload_", NULL};
    return has_prefix(path, prefixes);
}

bool symbols_is_user_code(const struct location *location)
{
    /* The C run-time start code is linked into every program. */
    static const char *const start[] = {"_start", "__libc_csu_init", "_init",
                                        "_fini"};
    if (!location->module || is_system_module(location->module) ||
        is_runtime(location->module) ||
        (location->file && source_is_system(location->file)))
        return false;
    for (size_t i = 0; i < sizeof(start) / sizeof(start[0]); i++)
        if (location->function && !strcmp(location->function, start[i]))
            return false;
    return true;
}

/* -- Modules and sites ---------------------------------------------------- */

struct module *symbols_module(struct symbols *symbols, const char *path,
                              pid_t pid)
{
    struct known_module *known = symbols->modules;
    while (known && known->path != path)
        known = known->next;
    if (known && (known->module || !pid || known->tried_process))
        return known->module;
    if (!known) {
        known = calloc(1, sizeof(*known));
        if (!known)
            return NULL;
        known->path = path;
        known->next = symbols->modules;
        symbols->modules = known;
    }
    known->tried_process = pid != 0;
    int fd = process_open_file(pid, path);
    if (fd >= 0)
        module_open(&known->module, path, fd, is_system_module(path));
    return known->module;
}

static const char *shorten(struct symbols *symbols,
                           const struct code_frame *frame)
{
    if (!frame->file)
        return NULL;
    source_shorten(&symbols->scratch, frame->directory, frame->file,
                   symbols->roots);
    return str_ok(&symbols->scratch)
               ? intern(&symbols->texts, symbols->scratch.data)
               : NULL;
}

/* Look the place up and keep it; NULL when nothing is known. */
static const struct site *resolve(struct symbols *symbols, const char *path,
                                  uint64_t offset, bool return_address,
                                  pid_t pid)
{
    struct module *module = symbols_module(symbols, path, pid);
    if (!module)
        return NULL;
    struct code_frame frames[INLINE_DEPTH];
    size_t count =
        module_resolve(module, offset - (return_address && offset ? 1 : 0),
                       frames, INLINE_DEPTH);
    size_t kept = count ? count : 1;
    struct site *site = malloc(sizeof(*site) + kept * sizeof(site->frames[0]));
    if (!site)
        return NULL;
    *site = (struct site){.module = path,
                          .offset = offset,
                          .return_address = return_address,
                          .count = kept};
    for (size_t i = 0; i < kept; i++)
        site->frames[i] = (struct location){.module = path, .offset = offset};
    for (size_t i = 0; i < count; i++) {
        struct location *location = &site->frames[i];
        const char *function = frames[i].function;
        location->function =
            *function ? intern(&symbols->texts, function) : NULL;
        location->file = shorten(symbols, &frames[i]);
        location->line = location->file ? frames[i].line : 0;
    }
    return sites_add(&symbols->sites, site) ? NULL : site;
}

/* The functions around a place, innermost first; the lock is held. PATH is
 * interned. Returns how many, at least 1, and points *OUT to them; SPARE is
 * used when nothing is known. */
static size_t look_up(struct symbols *symbols, const char *path,
                      uint64_t offset, bool return_address, pid_t pid,
                      const struct location **out, struct location *spare)
{
    const struct site *site = NULL;
    if (path) {
        site = sites_get(&symbols->sites, path, offset, return_address);
        if (!site)
            site = resolve(symbols, path, offset, return_address, pid);
    }
    *spare = (struct location){.module = path, .offset = offset};
    *out = site ? site->frames : spare;
    return site ? site->count : 1;
}

void symbols_find(struct symbols *symbols, const char *path, uint64_t offset,
                  bool return_address, struct location *out)
{
    pthread_mutex_lock(&symbols->lock);
    const struct location *frames;
    struct location spare;
    size_t count = look_up(symbols, intern(&symbols->texts, path), offset,
                           return_address, 0, &frames, &spare);
    /* Not into the wrappers that system headers inline: read() of a fortified
     * program, std::atomic. The caller is what a reader knows. */
    size_t i = 0;
    while (i + 1 < count && frames[i].file && source_is_system(frames[i].file))
        i++;
    *out = frames[i];
    pthread_mutex_unlock(&symbols->lock);
}

size_t symbols_frames(struct symbols *symbols, const char *path,
                      uint64_t offset, bool return_address,
                      struct location *frames, size_t max)
{
    pthread_mutex_lock(&symbols->lock);
    const struct location *found;
    struct location spare;
    size_t count = look_up(symbols, intern(&symbols->texts, path), offset,
                           return_address, 0, &found, &spare);
    if (count > max)
        count = max;
    memcpy(frames, found, count * sizeof(*frames));
    pthread_mutex_unlock(&symbols->lock);
    return count;
}

void symbols_adopt(struct symbols *symbols, const char *directory,
                   struct location *place)
{
    struct code_frame frame = {.directory = directory, .file = place->file};
    pthread_mutex_lock(&symbols->lock);
    char *function = place->function ? strdup(place->function) : NULL;
    if (function)
        demangle_shorten(function);
    place->function = intern(&symbols->texts, function);
    free(function);
    place->module = intern(&symbols->texts, place->module);
    place->file = shorten(symbols, &frame);
    if (!place->file)
        place->line = 0;
    pthread_mutex_unlock(&symbols->lock);
}

/* The functions around the raw frame into OUT, at most MAX; how many. */
static size_t place_frame(struct symbols *symbols, struct process *process,
                          pid_t pid, const struct raw_frame *frame,
                          struct location *out, size_t max)
{
    struct str path;
    str_init(&path);
    uint64_t offset = frame->pc;
    bool known = process_place(process, frame->pc, &path, &offset);
    pthread_mutex_lock(&symbols->lock);
    const struct location *frames;
    struct location spare;
    size_t count =
        look_up(symbols, known ? intern(&symbols->texts, path.data) : NULL,
                offset, frame->return_address, pid, &frames, &spare);
    if (count > max)
        count = max;
    memcpy(out, frames, count * sizeof(*out));
    pthread_mutex_unlock(&symbols->lock);
    str_fini(&path);
    return count;
}

int symbols_unwind(struct symbols *symbols, pid_t pid, pid_t tid,
                   struct location *frames, size_t max)
{
    struct raw_frame stack[STACK_DEPTH];
    struct process *process;
    int err = stop_check(pid, tid);
    if (!err)
        err = process_open(&process, pid);
    if (err)
        return err;
    int depth = process_stack(process, tid, stack,
                              max < STACK_DEPTH ? max : STACK_DEPTH);
    int count = depth < 0 ? depth : 0;
    for (int i = 0; i < depth && (size_t)count < max; i++)
        count += (int)place_frame(symbols, process, pid, &stack[i],
                                  frames + count, max - (size_t)count);
    process_close(process);
    return count;
}
