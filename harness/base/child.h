/* Programs that mpstress runs for its own work: git, a build. */
#ifndef MPS_BASE_CHILD_H
#define MPS_BASE_CHILD_H

#include <stdbool.h>

struct child_options {
    const char *directory; /* to run in; NULL: here */
    int out, err;          /* what become its standard output and error */
    const bool *stop;      /* ends it when it becomes true; may be NULL */
};

/* Run ARGV (ended by NULL; a name without a slash is looked for in PATH) in a
 * process group of its own, without input, and wait for it. *STATUS is as
 * wait(2) gives it; 127 as the exit status is also what a missing program
 * gives.
 *
 * -EINTR when it was stopped: its group got SIGTERM, and after two seconds
 * SIGKILL. Other codes when it could not be started at all. One thread, which
 * waits for no other children meanwhile; should that end, ARGV gets SIGTERM. */
int child_run(char *const *argv, const struct child_options *options,
              int *status);

#endif
