/* What `mpstress show --format` writes. */
#ifndef MPS_CLI_STORED_SHOW_H
#define MPS_CLI_STORED_SHOW_H

#include <stddef.h>

/* The name of the I-th format; NULL after the last. */
const char *show_format_name(size_t i);

#endif
