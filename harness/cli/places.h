/* Where mpstress itself is installed, and where it may work. */
#ifndef MPS_CLI_PLACES_H
#define MPS_CLI_PLACES_H

#include "campaign/campaign.h"

struct mps_diag;

/* What the name of a workspace begins with. */
#define WORKSPACE_PREFIX "mpstress-run-"

struct places {
    struct toolchain toolchain;
    char *runtime, *launcher, *targets; /* what toolchain points to; owned */
    char *workspace;  /* a directory for this run's slots; owned */
    int workspace_fd; /* has its lock; -1: none */
};

/* Find the runtime and the launcher beside the executable (or in its
 * ../lib), and the targets. Makes a workspace below $TMPDIR, and removes
 * those that runs killed earlier have left there. */
int places_find(struct places *places, struct mps_diag *diag);
/* Removes the workspace. */
void places_free(struct places *places);

#endif
