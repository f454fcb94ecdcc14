/* What the target programs have in common: the command line.
 *
 * A program is a table of variants of the same system, some right, some with a
 * bug that people really write, and a table of its own options. Everybody has
 * --variant and --list, and --workers and --backend unless the variants
 * themselves say who takes part. */
#ifndef TARGETS_PROGRAM_H
#define TARGETS_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mpstress/mpstress.h>

#include "mp/team.h"

/* The first member of every program's struct of settings. */
struct program_settings {
    enum mp_backend backend;
    unsigned workers; /* 0 before parsing: 2 */
    const struct program_variant *variant;
};

/* One way to build the system. RUN does it and prints the result; it gets the
 * program's settings and returns the exit status. A wrong result is printed
 * like a right one, with status 0: finding it is the job of an invariant. */
struct program_variant {
    const char *name;  /* NULL ends the table; the first one is the default */
    const char *about; /* one sentence; starts with "right:" or "wrong:" */
    int (*run)(const void *settings);
};

/* An option whose value is a number from LOW to HIGH, stored at OFFSET of the
 * settings as a uint64_t. */
struct program_number {
    const char *name; /* NULL ends the table */
    const char *argument;
    const char *about;
    uint64_t low, high;
    size_t offset;
};

/* An option whose value is a text, stored at OFFSET as a const char *. */
struct program_text {
    const char *name; /* NULL ends the table */
    const char *argument;
    const char *about;
    size_t offset;
};

struct program {
    const char *about; /* one or two sentences for --help */
    const struct program_variant *variants;
    const struct program_number *numbers; /* or NULL */
    const struct program_text *texts;     /* or NULL */
    bool fixed_tasks; /* no --workers, no --backend: variants know their own */
};

/* Parse the command line into SETTINGS, which has the defaults, and run the
 * variant. Returns the exit status; bad usage prints why and exits with 2. */
int program_run_variant(const struct program *program, void *settings, int argc,
                        char **argv);

/* The same, from main(). */
static inline int program_main(const struct program *program, void *settings,
                               int argc, char **argv)
{
    /* Look mpstress up in the program's own file too before there are
     * threads: the header keeps the answer once for every source file. */
    (void)mps_api();
    return program_run_variant(program, settings, argc, argv);
}

/* Say on stderr that WHAT failed with the negative errno ERR. Returns 1, the
 * exit status of a program that could not do its work. */
int program_fail(const char *what, int err);

/* Wait for TEAM. Returns 0, or 1 after saying on stderr that workers failed. */
int program_wait(struct mp_team *team);

#endif
