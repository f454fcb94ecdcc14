/* What the iterations of two job slots have in common: files outside of the
 * slot's own directories, and addresses of the network. Each slot's processes
 * have the same ids and draw the same numbers, so that one gets in the way of
 * another where two runs of the program by hand would not, or would, too. The
 * runner must not run such iterations side by side. */
#ifndef MPS_RUNTIME_SHARING_H
#define MPS_RUNTIME_SHARING_H

#include "calls.h"

/* In the fork server: what is the slot's own. */
void sharing_begin(void);

/* A file was opened by CALL, or was refused with the error RESULT. Reading it
 * is no matter, nor is making a temporary one that was not there. */
void sharing_opened(const struct call *call, long result);
/* The same of a directory that was made. */
void sharing_made(const struct call *call, long result);
/* The same of an address that a socket was bound to. */
void sharing_bound(struct call *call, long result);

#endif
