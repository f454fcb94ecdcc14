/* One executable or library file: from link-time addresses to functions and
 * lines. Not thread-safe; different modules are independent. */
#ifndef MPS_SYMBOLS_MODULE_H
#define MPS_SYMBOLS_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct module;

/* A function that an address is in. Outside of it, where it was inlined, is
 * the next one. */
struct code_frame {
    char function[256];    /* "" where unknown */
    const char *directory; /* where the compiler ran, or NULL */
    const char *file;      /* as the compiler wrote it, or NULL */
    int line;
};

/* Read the ELF file FD, which the function takes; PATH names it and says where
 * separate debug information may lie beside it. Only local files are asked
 * for that, never a server. NAMES_ONLY: functions from the symbol table, no
 * lines (unpacking the debug information of a C library takes 50 ms).
 * -ENOEXEC for what is no ELF file. Release with module_close(). */
int module_open(struct module **out, const char *path, int fd, bool names_only);
void module_close(struct module *module);

/* The functions that link-time ADDRESS is in, innermost first, at most MAX
 * of them. Texts belong to MODULE. Returns how many, 0 when nothing is known.
 */
size_t module_resolve(struct module *module, uint64_t address,
                      struct code_frame *frames, size_t max);

/* The names of MODULE's data; they belong to it. */
struct names;
struct names *module_names(struct module *module);

/* The symbol of the data at ADDRESS from the symbol table alone, for lack of
 * debug information: its name, and how far into it ADDRESS is. */
bool module_object(struct module *module, uint64_t address, char *name,
                   size_t size, uint64_t *inside);

#endif
