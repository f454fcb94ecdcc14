/* SIGINT, SIGTERM, and SIGHUP of a closed terminal: the first asks the run to
 * stop and report, the second ends the program at once. */
#ifndef MPS_CLI_STOP_H
#define MPS_CLI_STOP_H

#include <stdbool.h>

/* Install the handlers; the result becomes true when the user wants to stop.
 * SIGPIPE is ignored from here on: a closed pager is a write error. */
const bool *stop_install(void);

#endif
