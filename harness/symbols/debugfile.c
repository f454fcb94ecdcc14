#include "debugfile.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct build_id {
    const unsigned char *bytes;
    int size;
};

static bool has_build_id(int fd, const struct build_id *id)
{
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    const void *bytes;
    ssize_t size = dwelf_elf_gnu_build_id(elf, &bytes);
    bool same = size == id->size && !memcmp(bytes, id->bytes, (size_t)size);
    elf_end(elf);
    return same;
}

/* The places where debuggers look for a file called LINK, which belongs to a
 * program in DIRECTORY. */
static int find_by_name(const char *directory, const char *link,
                        const struct build_id *id, char **found)
{
    static const char *const patterns[][2] = {
        {"", "/"}, {"", "/.debug/"}, {"/usr/lib/debug", "/"}};
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        char path[PATH_MAX];
        int n = snprintf(path, sizeof(path), "%s%s%s%s", patterns[i][0],
                         directory, patterns[i][1], link);
        if (n < 0 || (size_t)n >= sizeof(path))
            continue;
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
            continue;
        if (has_build_id(fd, id) && (*found = strdup(path)))
            return fd;
        close(fd);
    }
    return -1;
}

int debugfile_find(Dwfl_Module *module, void **userdata, const char *name,
                   Dwarf_Addr base, const char *file, const char *link,
                   GElf_Word checksum, char **found)
{
    struct build_id id;
    GElf_Addr at;
    id.size = dwfl_module_build_id(module, &id.bytes, &at);
    /* Without an id there is nothing to ask a server for. */
    if (id.size <= 0)
        return dwfl_standard_find_debuginfo(module, userdata, name, base, file,
                                            link, checksum, found);
    int fd = dwfl_build_id_find_debuginfo(module, userdata, name, base, file,
                                          link, checksum, found);
    if (fd >= 0 || !link || !file)
        return fd;
    char directory[PATH_MAX];
    if (!realpath(file, directory))
        return -1;
    *strrchr(directory, '/') = '\0';
    return find_by_name(directory, link, &id, found);
}

int debugfile_none(Dwfl_Module *module, void **userdata, const char *name,
                   Dwarf_Addr base, const char *file, const char *link,
                   GElf_Word checksum, char **found)
{
    (void)module, (void)userdata, (void)name, (void)base;
    (void)file, (void)link, (void)checksum, (void)found;
    return -1;
}
