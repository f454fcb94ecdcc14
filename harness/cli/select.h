/* Which scenarios the command line means. */
#ifndef MPS_CLI_SELECT_H
#define MPS_CLI_SELECT_H

#include <stddef.h>

struct mps_diag;
struct scenario;

struct selection {
    struct scenario **items; /* owned */
    size_t count;
};

/* Load what NAMES (files, directories, names in ./scenarios) say; none: all
 * of ./scenarios. Sorted by file within a directory. -MPS_ENOMATCH when there
 * is nothing, or the loader's error; SELECTION is then empty. */
int select_scenarios(struct selection *selection, const char *const *names,
                     size_t count, struct mps_diag *diag);
void select_free(struct selection *selection);

#endif
