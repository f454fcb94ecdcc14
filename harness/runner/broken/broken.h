/* The misbehaviours of the target `broken`. */
#ifndef MPS_RUNNER_BROKEN_H
#define MPS_RUNNER_BROKEN_H

struct variant {
    const char *name;
    int (*run)(void); /* what main() returns */
};

/* What control mode has to stand. The last one of each has no name. */
extern const struct variant thread_variants[], signal_variants[],
    process_variants[], limit_variants[];

/* Of the command line. */
extern char **broken_arguments;

#endif
