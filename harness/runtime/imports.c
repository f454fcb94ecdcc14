#include "imports.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A module's dynamic section, as far as it matters here. */
struct tables {
    const ElfW(Sym) * symbols;
    const char *names;
    const ElfW(Rela) * relocations, *calls;
    size_t relocations_size, calls_size; /* in bytes */
};

/* The dynamic linker adds the load address to what is a pointer, in the modules
 * whose section it may write to. */
static const void *pointer(const struct dl_phdr_info *info, ElfW(Addr) value)
{
    return (const void *)(value < info->dlpi_addr ? value + info->dlpi_addr
                                                  : value);
}

static void read_tables(struct tables *tables, const struct dl_phdr_info *info,
                        const ElfW(Dyn) * entry)
{
    for (; entry->d_tag != DT_NULL; entry++)
        switch (entry->d_tag) {
        case DT_SYMTAB:
            tables->symbols = pointer(info, entry->d_un.d_ptr);
            break;
        case DT_STRTAB:
            tables->names = pointer(info, entry->d_un.d_ptr);
            break;
        case DT_RELA:
            tables->relocations = pointer(info, entry->d_un.d_ptr);
            break;
        case DT_RELASZ:
            tables->relocations_size = entry->d_un.d_val;
            break;
        case DT_JMPREL:
            tables->calls = pointer(info, entry->d_un.d_ptr);
            break;
        case DT_PLTRELSZ:
            tables->calls_size = entry->d_un.d_val;
            break;
        default:
            break;
        }
}

static bool refer_to(const ElfW(Rela) * relocation, size_t size,
                     const struct tables *tables, const char *name)
{
    const ElfW(Rela) *end = relocation + size / sizeof(*relocation);
    for (; relocation && relocation < end; relocation++) {
        /* Most are about the module itself and name no symbol. */
        size_t symbol = ELF64_R_SYM(relocation->r_info);
        if (symbol &&
            !strcmp(tables->names + tables->symbols[symbol].st_name, name))
            return true;
    }
    return false;
}

bool imports_function(const struct dl_phdr_info *info, const char *name)
{
    struct tables tables = {0};
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
            read_tables(
                &tables, info,
                (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr));
    if (!tables.symbols || !tables.names)
        return false;
    return refer_to(tables.calls, tables.calls_size, &tables, name) ||
           refer_to(tables.relocations, tables.relocations_size, &tables, name);
}
