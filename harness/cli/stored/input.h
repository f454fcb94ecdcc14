/* What commands about one stored failure take: its name, and the store. */
#ifndef MPS_CLI_STORED_INPUT_H
#define MPS_CLI_STORED_INPUT_H

#include <argp.h>

#include "report/report.h"

struct stored_input {
    const char *name;      /* NULL until it is said */
    const char *store;     /* directory; NULL: the default */
    enum color_mode color; /* of a command with --color */
};

enum { STORED_INPUT_KEY = 256, STORED_INPUT_KEYS_END };
#define STORED_INPUT_OPTION                                        \
    {                                                              \
        "store", STORED_INPUT_KEY, "DIR", 0, STORE_OPTION_ABOUT, 0 \
    }

/* An argp parser: --store, and exactly one name, at the end or before. STATE's
 * input begins with a struct stored_input. */
error_t stored_input_parse(int key, char *argument, struct argp_state *state);

#endif
