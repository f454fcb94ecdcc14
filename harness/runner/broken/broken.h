/* The misbehaviours of the target `broken`. */
#ifndef MPS_RUNNER_BROKEN_H
#define MPS_RUNNER_BROKEN_H

struct variant {
    const char *name;
    int (*run)(void); /* what main() returns */
};

/* Of threads, signals and processes: what control mode has to stand. The last
 * one has no name. */
extern const struct variant wild_variants[];

/* Of the command line. */
extern char **broken_arguments;

#endif
