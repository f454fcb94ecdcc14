/* Running a user's program outside the target: its own process group, its own
 * time limit, nothing left of it afterwards. Private to check/. */
#ifndef MPS_CHECK_PROGRAM_H
#define MPS_CHECK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct program {
    char *const *argv; /* argv[0] without a slash is looked for in PATH */
    int directory;     /* working directory; -1: the current one */
    int input;         /* its stdin */
    uint64_t limit_ns;
};

enum { PROGRAM_OUTPUT_BYTES = 4096 };

struct program_result {
    int status;                        /* as wait(2) gives it */
    bool timed_out;                    /* and was killed */
    char output[PROGRAM_OUTPUT_BYTES]; /* the start of stdout and stderr */
    size_t output_size;
};

/* Run PROGRAM to its end, then kill whatever is left of its process group.
 * -errno when it could not be started or waited for. */
int program_run(const struct program *program, struct program_result *result);

#endif
