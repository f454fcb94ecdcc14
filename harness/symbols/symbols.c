#include "symbols.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "base/str.h"
#include "files.h"
#include "intern.h"
#include "lookup.h"

/* A module file, opened once; a failed opening is remembered, too. */
struct module {
    UT_hash_handle hh;
    char *path; /* key */
    Dwfl *dwfl;
    Dwfl_Module *module;
    Dwarf_Addr bias; /* loaded address - link-time address */
};

struct site_key {
    const char *module; /* interned */
    uint64_t address;
};

struct site {
    UT_hash_handle hh;
    struct site_key key;
    struct location location;
};

struct symbols {
    pthread_mutex_t lock;
    struct intern_table *texts;
    char *root;
    struct module *modules;
    struct site *sites;
};

int symbols_open(struct symbols **out, const char *root)
{
    struct symbols *symbols = calloc(1, sizeof(*symbols));
    *out = NULL;
    if (!symbols)
        return -ENOMEM;
    pthread_mutex_init(&symbols->lock, NULL);
    symbols->texts = intern_new();
    symbols->root = root ? strdup(root) : NULL;
    if (!symbols->texts || (root && !symbols->root)) {
        symbols_close(symbols);
        return -ENOMEM;
    }
    *out = symbols;
    return 0;
}

void symbols_close(struct symbols *symbols)
{
    if (!symbols)
        return;
    struct module *module, *next_module;
    HASH_ITER(hh, symbols->modules, module, next_module)
    {
        HASH_DEL(symbols->modules, module);
        if (module->dwfl)
            dwfl_end(module->dwfl);
        free(module->path);
        free(module);
    }
    struct site *site, *next_site;
    HASH_ITER(hh, symbols->sites, site, next_site)
    {
        HASH_DEL(symbols->sites, site);
        free(site);
    }
    intern_free(symbols->texts);
    free(symbols->root);
    pthread_mutex_destroy(&symbols->lock);
    free(symbols);
}

static const Dwfl_Callbacks offline_callbacks = {
    .find_elf = dwfl_build_id_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
    .section_address = dwfl_offline_section_address,
};

static struct module *module_get(struct symbols *symbols, const char *path)
{
    struct module *module;
    HASH_FIND_STR(symbols->modules, path, module);
    if (module)
        return module;
    module = calloc(1, sizeof(*module));
    char *copy = strdup(path);
    if (!module || !copy) {
        free(module);
        free(copy);
        return NULL;
    }
    module->path = copy;
    module->dwfl = dwfl_begin(&offline_callbacks);
    if (module->dwfl) {
        dwfl_report_begin(module->dwfl);
        module->module = dwfl_report_offline(module->dwfl, path, path, -1);
        dwfl_report_end(module->dwfl, NULL, NULL);
    }
    if (module->module)
        dwfl_module_getelf(module->module, &module->bias);
    HASH_ADD_KEYPTR(hh, symbols->modules, module->path, strlen(module->path),
                    module);
    return module;
}

/* The name that reports show: below ROOT relative to it. */
static const char *shown_file(struct symbols *symbols,
                              const struct lookup *lookup)
{
    if (!lookup->file)
        return NULL;
    char *joined = files_join(lookup->directory, lookup->file, symbols->root);
    const char *text = intern_text(symbols->texts, joined);
    free(joined);
    return text;
}

static void fill(struct symbols *symbols, Dwfl_Module *module,
                 Dwarf_Addr address, struct location *out)
{
    struct lookup lookup;
    lookup_address(module, address, &lookup);
    out->function = intern_text(symbols->texts, lookup.function);
    out->file = shown_file(symbols, &lookup);
    out->line = lookup.line;
}

void symbols_find(struct symbols *symbols, const char *path, uint64_t offset,
                  bool return_address, struct location *out)
{
    pthread_mutex_lock(&symbols->lock);
    *out = (struct location){.module = intern_text(symbols->texts, path),
                             .offset = offset};
    struct site_key key;
    memset(&key, 0, sizeof(key));
    key.module = out->module;
    key.address = offset - (return_address && offset ? 1 : 0);
    struct site *site;
    HASH_FIND(hh, symbols->sites, &key, sizeof(key), site);
    if (site) {
        uint64_t asked = offset;
        *out = site->location;
        out->offset = asked;
        goto unlock;
    }
    struct module *module = module_get(symbols, path);
    if (module && module->module)
        fill(symbols, module->module, key.address + module->bias, out);
    site = calloc(1, sizeof(*site));
    if (site) {
        site->key = key;
        site->location = *out;
        HASH_ADD(hh, symbols->sites, key, sizeof(site->key), site);
    }
unlock:
    pthread_mutex_unlock(&symbols->lock);
}

bool symbols_is_user_code(const struct location *location)
{
    static const char *const system[] = {
        "libc.so",     "libc-",    "ld-linux",   "libpthread",
        "libmpstress", "libgcc_s", "linux-vdso", "[vdso]"};
    const char *path = location->module;
    if (!path)
        return false;
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    for (size_t i = 0; i < sizeof(system) / sizeof(system[0]); i++)
        if (!strncmp(name, system[i], strlen(system[i])))
            return false;
    return true;
}

/* -- Living threads
 * -------------------------------------------------------------*/

struct unwind {
    struct symbols *symbols;
    struct location *frames;
    size_t count, max;
};

static int add_frame(Dwfl_Frame *frame, void *context)
{
    struct unwind *unwind = context;
    Dwarf_Addr pc;
    bool activation;
    if (!dwfl_frame_pc(frame, &pc, &activation))
        return DWARF_CB_ABORT;
    Dwarf_Addr at = pc - (activation ? 0 : 1);
    Dwfl *dwfl = dwfl_thread_dwfl(dwfl_frame_thread(frame));
    Dwfl_Module *module = dwfl_addrmodule(dwfl, at);
    struct location *out = &unwind->frames[unwind->count++];
    *out = (struct location){.offset = pc};
    if (module) {
        Dwarf_Addr bias = 0;
        const char *file = NULL;
        const char *name =
            dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, &file, NULL);
        dwfl_module_getelf(module, &bias);
        out->module =
            intern_text(unwind->symbols->texts, name && *name ? name : file);
        out->offset = pc - bias;
        fill(unwind->symbols, module, at, out);
    }
    return unwind->count < unwind->max ? DWARF_CB_OK : DWARF_CB_ABORT;
}

static const Dwfl_Callbacks process_callbacks = {
    .find_elf = dwfl_linux_proc_find_elf,
    .find_debuginfo = dwfl_standard_find_debuginfo,
};

int symbols_unwind(struct symbols *symbols, pid_t pid, pid_t tid,
                   struct location *frames, size_t max)
{
    if (!files_can_attach(pid, tid))
        return -EPERM;
    struct unwind unwind = {symbols, frames, 0, max};
    Dwfl *dwfl = dwfl_begin(&process_callbacks);
    if (!dwfl)
        return -ENOMEM;
    pthread_mutex_lock(&symbols->lock);
    int result = -ESRCH;
    dwfl_report_begin(dwfl);
    if (!dwfl_linux_proc_report(dwfl, pid) &&
        !dwfl_report_end(dwfl, NULL, NULL) &&
        !dwfl_linux_proc_attach(dwfl, pid, false)) {
        dwfl_getthread_frames(dwfl, tid, add_frame, &unwind);
        result = (int)unwind.count;
    }
    pthread_mutex_unlock(&symbols->lock);
    dwfl_end(dwfl);
    return result;
}
