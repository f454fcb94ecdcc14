/* Writing all of it: over interrupted and short writes. */
#ifndef MP_IO_H
#define MP_IO_H

#include <stddef.h>

/* Write SIZE bytes at BYTES to FD, in one write() when the kernel takes them
 * at once. 0, or -errno with an unknown part written. */
int mp_io_write(int fd, const void *bytes, size_t size);

#endif
