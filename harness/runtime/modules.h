/* From program counters to sites: which module, which offset in its file. */
#ifndef MPS_RUNTIME_MODULES_H
#define MPS_RUNTIME_MODULES_H

#include <stdbool.h>
#include <stdint.h>

/* Look at what is loaded now: at start, and after dlopen(). Not in signal
 * handlers: walks the dynamic linker's list. */
void modules_scan(void);

/* The site of PC (see segment.h), 0 when PC is in no known module. */
uint64_t modules_site(const void *pc);

/* Whether PC lies in the C library, the dynamic linker or this runtime. */
bool modules_is_system(const void *pc);

/* Where the code around PC ends, as one piece; 0 when PC is in no module. */
uintptr_t modules_code_end(const void *pc);

/* The code around PC is instrumented: its module has said so. */
void modules_set_instrumented(const void *pc);
bool modules_is_instrumented(const void *pc);
bool modules_site_is_instrumented(uint64_t site);

/* For data: the module around ADDRESS as a site, 0 if none. */
uint64_t modules_data(const void *address);

/* The other way round: where SIZE bytes of data at SITE are in this process, or
 * NULL when they are not all in a module that it has loaded. */
const void *modules_address(uint64_t site, uintptr_t size);

#endif
