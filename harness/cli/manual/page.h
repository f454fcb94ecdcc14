/* The manual page mpstress(1), from the tables that --help is made from. */
#ifndef MPS_CLI_MANUAL_PAGE_H
#define MPS_CLI_MANUAL_PAGE_H

#include <stdio.h>

/* Write it to OUT, in the macros of man(7). -ENOMEM. */
int page_write(FILE *out);

#endif
