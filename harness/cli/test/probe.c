/* A target built against mpstress.h, for the end-to-end tests:
 *     probe MODE WORKERS */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mpstress/mpstress.h"

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";
    const char *workers = argc > 2 ? argv[2] : "";
    char name[64];
    /* What the command line says and what the parameter says is the same. */
    mps_observe("workers", atoi(workers));
    if (strcmp(workers, mps_param_text("workers", "none")))
        return 9;
    if (!strcmp(mode, "reach")) {
        mps_sometimes(!strcmp(workers, "2"), "two workers");
        mps_sometimes(!strcmp(workers, "77"), "seventy-seven workers");
    } else if (!strcmp(mode, "fail")) {
        /* A bug of its own for each number, so that all are reported. */
        snprintf(name, sizeof(name), "not %s workers", workers);
        mps_check(0, name);
    } else if (!strcmp(mode, "wrong")) {
        mps_observe("workers", -1);
    }
    return 0;
}
