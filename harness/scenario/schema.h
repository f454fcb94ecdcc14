/* The keys of a scenario file: libcyaml's tables, and the structs that it
 * fills from them. Everything that is more than one text, a list of texts, one
 * word of a few, true or false, is still text here; load.c goes on from there.
 *
 * The tables are the only list of keys: verify.c reads them too. */
#ifndef MPS_SCENARIO_SCHEMA_H
#define MPS_SCENARIO_SCHEMA_H

#include <cyaml/cyaml.h>
#include <stdbool.h>

#include "scenario.h"

/* The arguments of any oracle; each oracle's table allows some of them. */
struct raw_oracle {
    char *observation, *stream, *queue, *section;
    char *file, *pattern;
    char *status, *value, *count, *points;
    char *overlap, *time;
    bool distinct, descriptors;
    char **allow;
    char **run;
    unsigned allow_count, run_count;
};

struct raw_invariant {
    char *name;
    struct raw_oracle *oracles[ORACLE_COUNT]; /* by enum oracle; one is set */
};

struct raw_scenario {
    char *scenario, *about, *target;
    char **arguments;
    char **environment;
    char **shrink;
    struct raw_invariant *invariants;
    unsigned arguments_count, environment_count;
    unsigned shrink_count, invariants_count;
    char *delay, *iterations, *time_limit;
    int directory; /* 0: private */
    int expect;    /* enum expectation */
    int finding;   /* enum finding_kind + 1, or 0 */
};

/* Of a struct raw_scenario. */
extern const cyaml_schema_value_t scenario_schema;

struct mps_diag;

/* Fill *OUT from LEN bytes of TEXT; release it with schema_free(). PATH is for
 * messages. The bytes are those of a document that document_parse() has read;
 * -ENOMEM, or -MPS_EINPUT with "PATH:LINE:COLUMN: what" in DIAG, which
 * verify_schema() leaves nothing for. */
int schema_load(struct raw_scenario **out, const char *path, const char *text,
                size_t len, struct mps_diag *diag);

void schema_free(struct raw_scenario *raw);

#endif
