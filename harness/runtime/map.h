/* Mapping the parts of the segment. */
#ifndef MPS_RUNTIME_MAP_H
#define MPS_RUNTIME_MAP_H

#include <stdint.h>

#include <sys/mman.h>
#include <sys/syscall.h>

#include "sys.h"

/* SIZE bytes of FD from OFFSET, shared, at a multiple of ALIGN if there is room
 * for that. Returns the address or -errno. */
static inline long map_shared(int fd, uint64_t offset, uint64_t size,
                              long align)
{
    long address =
        SYS6(SYS_mmap, 0, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
    if (address < 0 || address % align == 0)
        return address;
    /* What lies below is free as a rule: mappings grow downwards. */
    SYS2(SYS_munmap, address, size);
    return SYS6(SYS_mmap, address & -align, size, PROT_READ | PROT_WRITE,
                MAP_SHARED, fd, offset);
}

#endif
