#include "modules.h"

#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/syscall.h>

#include "imports.h"
#include "state.h"
#include "sys.h"

enum { RANGES = 192 };

/* Private to the process, copied by fork; rebuilt after exec. */
struct range {
    uintptr_t start, end, bias;
    uint32_t module; /* number in the segment, 0: none */
    bool code, system;
};
static struct range ranges[RANGES];
static uint32_t range_count;
/* By module number: outlives a new look at the ranges. */
static bool instrumented[SEGMENT_MODULES + 1];

static bool ends_with_library(const char *path, const char *name)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    return !strncmp(base, name, strlen(name));
}

static bool is_system(const char *path)
{
    static const char *const names[] = {
        "libc.so",    "libc-",          "ld-linux",   "ld-2",
        "libpthread", "libmpstress.so", "linux-vdso", "libgcc_s.so",
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (ends_with_library(path, names[i]))
            return true;
    return false;
}

static size_t build_id_of(const struct dl_phdr_info *info,
                          const uint8_t **bytes)
{
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_NOTE)
            continue;
        uintptr_t at = info->dlpi_addr + header->p_vaddr;
        uintptr_t end = at + header->p_memsz;
        while (at + sizeof(ElfW(Nhdr)) <= end) {
            const ElfW(Nhdr) *note = (const void *)at;
            uintptr_t name = at + sizeof(*note);
            uintptr_t data = name + ((note->n_namesz + 3u) & ~3u);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 &&
                !memcmp((const void *)name, "GNU", 4)) {
                *bytes = (const void *)data;
                return note->n_descsz;
            }
            at = data + ((note->n_descsz + 3u) & ~3u);
        }
    }
    return 0;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    const char *path = info->dlpi_name;
    char executable[256];
    if (!path || !*path) {
        /* The first, nameless entry is the executable itself. */
        long n = SYS4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", executable,
                      sizeof(executable) - 1);
        if (n < 0)
            return 0;
        executable[n] = '\0';
        path = executable;
    }
    const uint8_t *build_id = NULL;
    size_t build_id_size = build_id_of(info, &build_id);
    uint32_t module =
        segment_module_add(runtime.segment, path, build_id, build_id_size);
    bool system = is_system(path);
    /* Not all say so in time: gcc and LTO make a jump of their constructors'
     * only call, and then the caller is the C library. */
    if (!system && module && module <= SEGMENT_MODULES &&
        imports_function(info, "__tsan_init"))
        instrumented[module] = true;
    for (int i = 0; i < info->dlpi_phnum && range_count < RANGES; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD)
            continue;
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        ranges[range_count++] = (struct range){
            .start = start,
            .end = start + header->p_memsz,
            .bias = info->dlpi_addr,
            .module = module,
            .code = header->p_flags & PF_X,
            .system = system,
        };
    }
    return 0;
}

void modules_scan(void)
{
    range_count = 0;
    dl_iterate_phdr(add_module, NULL);
}

static const struct range *find(const void *address)
{
    static __thread uint32_t last __attribute__((tls_model("initial-exec")));
    uintptr_t at = (uintptr_t)address;
    const struct range *range = &ranges[last < RANGES ? last : 0];
    if (at >= range->start && at < range->end)
        return range;
    for (uint32_t i = 0; i < range_count; i++) {
        range = &ranges[i];
        if (at >= range->start && at < range->end) {
            last = i;
            return range;
        }
    }
    return NULL;
}

static uint64_t site_in(const struct range *range, const void *address)
{
    if (!range || !range->module)
        return 0;
    return (uint64_t)range->module << SITE_MODULE_SHIFT |
           ((uintptr_t)address - range->bias);
}

uint64_t modules_site(const void *pc)
{
    const struct range *range = find(pc);
    return range && range->code ? site_in(range, pc) : 0;
}

uintptr_t modules_code_end(const void *pc)
{
    const struct range *range = find(pc);
    return range && range->code ? range->end : 0;
}

void modules_set_instrumented(const void *pc)
{
    const struct range *range = find(pc);
    if (!range) {
        /* Loaded since: its constructors run before dlopen() returns. */
        modules_scan();
        range = find(pc);
    }
    if (range && range->module <= SEGMENT_MODULES &&
        !instrumented[range->module])
        instrumented[range->module] = true;
}

bool modules_is_instrumented(const void *pc)
{
    const struct range *range = find(pc);
    return range && range->module && range->module <= SEGMENT_MODULES &&
           instrumented[range->module];
}

bool modules_site_is_instrumented(uint64_t site)
{
    uint64_t module = site >> SITE_MODULE_SHIFT;
    return module && module <= SEGMENT_MODULES && instrumented[module];
}

uint64_t modules_data(const void *address)
{
    return site_in(find(address), address);
}

bool modules_is_system(const void *pc)
{
    const struct range *range = find(pc);
    return range && range->system;
}

const void *modules_address(uint64_t site, uintptr_t size)
{
    uint32_t module = (uint32_t)(site >> SITE_MODULE_SHIFT);
    uintptr_t offset = segment_site_offset(site);
    for (uint32_t i = 0; i < range_count; i++) {
        const struct range *range = &ranges[i];
        uintptr_t at = range->bias + offset;
        if (range->module == module && !range->code && at >= range->start &&
            at < range->end && range->end - at >= size)
            return (const void *)at;
    }
    return NULL;
}
