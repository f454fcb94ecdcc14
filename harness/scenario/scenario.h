/* Scenarios: what to run, over which parameters, and what must hold.
 *
 * A scenario is a YAML file (SCENARIO.md); the struct is what the rest of the
 * harness sees of it. scenario_load() owns every pointer in it; it is read-only
 * afterwards and may be read from any thread. */
#ifndef MPS_SCENARIO_SCENARIO_H
#define MPS_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mps_diag;
struct expr;

/* The kinds of finding, in the order reports sort them. */
#define FINDING_KINDS(X)                                                    \
    X(INVARIANT, "invariant", "an invariant of the scenario does not hold") \
    X(CRASH, "crash", "a task was killed by a signal it did not expect")    \
    X(DEADLOCK, "deadlock", "every task waits for another")                 \
    X(HANG, "hang", "the time limit passed before the target ended")        \
    X(LIVELOCK, "livelock", "tasks run for ever without progress")          \
    X(RACE, "race", "two accesses that nothing orders")                     \
    X(LOCK_ORDER, "lock-order", "locks taken in orders that can deadlock")  \
    X(MISUSE, "misuse", "a call its documentation forbids")                 \
    X(LEAK, "leak", "something was left behind")

enum finding_kind {
#define FINDING_ENUM(id, name, about) FINDING_##id,
    FINDING_KINDS(FINDING_ENUM)
#undef FINDING_ENUM
        FINDING_KIND_COUNT
};

/* "invariant", "lock-order", ... Static. */
const char *finding_kind_name(enum finding_kind kind);
/* One sentence for help texts and reports. Static. */
const char *finding_kind_about(enum finding_kind kind);
/* Returns the kind called NAME, or -1. */
int finding_kind_find(const char *name);

/* One dimension of the parameter space. An iteration draws one of VALUES,
 * each equally likely. */
struct parameter {
    const char *name;
    const char **values; /* texts; numbers in decimal */
    size_t value_count;  /* >= 1 */
};

/* The oracles, one row each: enum, key in the YAML file. */
#define ORACLES(X)                      \
    X(EXIT, "exit")                     \
    X(EQUALS, "equals")                 \
    X(LINES, "lines")                   \
    X(UNIQUE, "unique")                 \
    X(STREAMS, "streams")               \
    X(EXACTLY_ONCE, "exactly_once")     \
    X(FIFO, "fifo")                     \
    X(SAME_AS_SINGLE, "same_as_single") \
    X(NEVER_TOGETHER, "never_together") \
    X(NO_LEAKS, "no_leaks")             \
    X(WITHIN, "within")                 \
    X(COMMAND, "command")

enum oracle {
#define ORACLE_ENUM(id, name) ORACLE_##id,
    ORACLES(ORACLE_ENUM)
#undef ORACLE_ENUM
        ORACLE_COUNT
};

const char *oracle_name(enum oracle oracle);

/* What an invariant's subject names. same_as_single takes an observation, a
 * stream or a file. */
enum subject {
    SUBJECT_NONE,
    SUBJECT_OBSERVATION,
    SUBJECT_STREAM,
    SUBJECT_QUEUE,
    SUBJECT_SECTION
};

/* One invariant: an oracle with its arguments; fields that the oracle does
 * not take are NULL or 0. */
struct invariant {
    enum oracle oracle;
    const char *name; /* for reports: "equals total"; unique in a scenario */

    const char *subject;        /* observation, stream, queue or section */
    enum subject subject_kind;  /* which of them */
    const char *file;           /* lines, same_as_single: path in the working
                                   directory, or "stdout" / "stderr" */
    const struct expr *value;   /* equals: value; exit: status */
    const struct expr *count;   /* lines: number of lines; unique,
                                   exactly_once: number of items; or NULL */
    const char *pattern;        /* lines: extended regular expression that each
                                   whole line must match, or NULL */
    bool distinct;              /* lines: no line may occur twice */
    uint64_t time_ns;           /* within: wall time of the iteration */
    const struct expr *points;  /* within: number of points */
    uint64_t overlap;           /* streams: length of a run of equal values
                                   that counts as an overlap, default 3 */
    bool descriptors;           /* no_leaks: those left open count, too */
    const char *const *allow;   /* no_leaks: names that may stay, shell
                                   patterns ("*.log"); NULL-terminated or NULL*/
    const char *const *command; /* command: argv, NULL-terminated; "{name}"
                                   stands for a parameter. A program with a
                                   slash is relative to the scenario's
                                   directory */
};

enum expectation { EXPECT_PASS, EXPECT_FAIL };

struct scenario {
    const char *name;      /* letters, digits, '.', '_', '-': fit for a file */
    const char *about;     /* one line, or "" */
    const char *path;      /* the file it came from, or NULL (`run -- prog`) */
    const char *directory; /* absolute: where relative paths start from */

    const char *program;            /* as written; see scenario_program() */
    const char *const *arguments;   /* after argv[0]; NULL-terminated; "{name}"
                                       stands for a parameter */
    const char *const *environment; /* "NAME=value", the same; or NULL */

    const struct parameter *parameters; /* "workers" among them if varied */
    size_t parameter_count;
    const char *const *shrink; /* names of those that shrinking may lower, the
                                  first ones first; NULL-terminated or NULL */

    uint64_t delay_low_ns, delay_high_ns; /* sleeps at points */
    uint64_t iterations;                  /* when the command line says none */
    uint64_t time_limit_ns;               /* of one iteration */
    bool private_directory;               /* an empty one for each iteration */

    const struct invariant *invariants;
    size_t invariant_count;

    enum expectation expect;
    int finding; /* enum finding_kind that must turn up, or -1: any */

    void *storage; /* scenario_free() */
};

/* Load the file PATH. On failure returns -MPS_EINPUT (or -errno) with
 * "PATH:LINE:COLUMN: what is wrong (did you mean ...?)" in DIAG and leaves
 * *OUT NULL. Release with scenario_free(). */
int scenario_load(struct scenario **out, const char *path,
                  struct mps_diag *diag);

/* The same for the LEN bytes of TEXT; PATH names them in messages and gives
 * the directory and the default name. */
int scenario_load_text(struct scenario **out, const char *path,
                       const char *text, size_t len, struct mps_diag *diag);

/* The scenario of `mpstress run -- ARGV...`: ARGV (NULL-terminated, at least
 * one) is copied; exit status 0 and no leaks are demanded; the directory is
 * the current one. An argument "{workers}" gives the scenario the parameter
 * workers, 2 to 4 until scenario_set_parameter() says otherwise, which
 * shrinking may lower; every other brace is passed on as it is. -errno with
 * the reason in DIAG. */
int scenario_from_command(struct scenario **out, char *const *argv,
                          struct mps_diag *diag);

/* Replace the values of parameter NAME, adding it if the scenario has none;
 * VALUES (at least one) is copied. Meant for --workers, before the run starts.
 * -MPS_EUSAGE when NAME is no parameter name ([a-z_][a-z0-9_]*) or a number of
 * workers is not 1 to 1000: SCENARIO is as before. */
int scenario_set_parameter(struct scenario *scenario, const char *name,
                           const int64_t *values, size_t count,
                           struct mps_diag *diag);

/* The least value that shrinking may give parameter NAME: 1, or the smallest
 * of its values if that is less. All numbers from there up to the value of a
 * failing iteration may be tried, not only those the scenario lists.
 * -MPS_ENOMATCH, *OUT untouched, when there is no such parameter or it is not
 * always a whole number; no name in SCENARIO->shrink is like that. */
int scenario_lowest(const struct scenario *scenario, const char *name,
                    int64_t *out);

/* Run the program ARGV[0], relative to the working directory, instead of the
 * scenario's; with the arguments that follow, if there are any, in place of
 * its own. -MPS_ESTART when there is no such file. */
int scenario_set_program(struct scenario *scenario, char *const *argv,
                         struct mps_diag *diag);

void scenario_free(struct scenario *scenario);

/* Find the program file of SCENARIO: a name with a slash is relative to its
 * directory; a bare name is looked for in TARGETS (a directory, may be NULL),
 * then in PATH. *OUT is an absolute path, the caller's to free. Fails with
 * -MPS_ESTART when it does not exist or is not executable; DIAG says which
 * places were searched. */
int scenario_program(const struct scenario *scenario, const char *targets,
                     char **out, struct mps_diag *diag);

/* One point of the parameter space: value i belongs to parameter i. */
struct choice {
    const struct scenario *scenario;
    const char **values; /* borrowed from the scenario */
};

/* Draw the parameters of the iteration with seed SEED. CHOICE->values has
 * room for parameter_count pointers. */
void scenario_choose(const struct scenario *scenario, uint64_t seed,
                     struct choice *choice);

/* The value of NAME in CHOICE, or NULL. */
const char *choice_get(const struct choice *choice, const char *name);

/* TEXT with every "{name}" of a parameter replaced; "{{" is a brace; anything
 * else stays (scenario_load() has refused unknown names). The caller frees it;
 * NULL when out of memory. */
char *choice_expand(const struct choice *choice, const char *text);

/* The value of EXPR with the numbers of CHOICE; fails as expr_eval(). */
int choice_evaluate(const struct choice *choice, const struct expr *expr,
                    int64_t *value, struct mps_diag *diag);

#endif
