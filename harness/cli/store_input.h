/* What commands about a whole store take: the store, and names. */
#ifndef MPS_CLI_STORE_INPUT_H
#define MPS_CLI_STORE_INPUT_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "command.h"
#include "report/report.h"

struct mps_diag;
struct store;

struct store_input {
    const char *store;     /* directory; NULL: the default */
    enum color_mode color; /* of a command with --color */
    const char **names;    /* of the command line; owned: free() */
    size_t name_count;
};

enum { STORE_INPUT_KEY = 256, STORE_INPUT_KEYS_END };
#define STORE_INPUT_OPTION                                        \
    {                                                             \
        "store", STORE_INPUT_KEY, "DIR", 0, STORE_OPTION_ABOUT, 0 \
    }
/* That one alone. */
extern const struct argp_option store_input_options[];

/* An argp parser. STATE's input is a struct store_input, or begins with one. */
error_t store_input_parse(int key, char *argument, struct argp_state *state);

/* Open the store, or CREATE it; store_close() it. As store_open(). */
int store_input_open(struct store **out, const struct store_input *input,
                     bool create, struct mps_diag *diag);

#endif
