/* Separate debug information, on this machine's disks only. */
#ifndef MPS_SYMBOLS_DEBUGFILE_H
#define MPS_SYMBOLS_DEBUGFILE_H

#include <elfutils/libdwfl.h>

/* For Dwfl_Callbacks: elfutils' own callback ends by asking the servers of
 * DEBUGINFOD_URLS, which a test run must never wait for. This one looks by
 * build id, then by the name in .gnu_debuglink, and takes a file found by name
 * only if it is of the same build. */
int debugfile_find(Dwfl_Module *module, void **userdata, const char *name,
                   Dwarf_Addr base, const char *file, const char *link,
                   GElf_Word checksum, char **found);

/* For Dwfl_Callbacks where no debug information is wanted. */
int debugfile_none(Dwfl_Module *module, void **userdata, const char *name,
                   Dwarf_Addr base, const char *file, const char *link,
                   GElf_Word checksum, char **found);

#endif
