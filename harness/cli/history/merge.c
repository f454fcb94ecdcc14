/* mpstress merge: the stores of others into this one. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/diag.h"
#include "base/error.h"
#include "command.h"
#include "store/store.h"
#include "store_input.h"

static int run_merge(int argc, char **argv)
{
    struct store_input input = {0};
    struct mps_diag diag = {""};
    int code = command_parse(&command_merge, argc, argv, &input);
    if (code) {
        free(input.names);
        return code;
    }
    struct store *store = NULL;
    int err = input.name_count ? store_input_open(&store, &input, true, &diag)
                               : diag_set(&diag, -MPS_EUSAGE, "which stores?");
    for (size_t i = 0; !err && i < input.name_count; i++) {
        struct store_merged counts;
        err = store_merge(store, input.names[i], &counts, &diag);
        if (!err)
            printf("%s: %" PRIu64 " runs and %" PRIu64 " failures added\n",
                   input.names[i], counts.runs, counts.failures);
    }
    store_close(store);
    free(input.names);
    return err ? command_fail(&command_merge, err, &diag) : 0;
}

static const struct argp merge_argp = {
    .options = store_input_options,
    .parser = store_input_parse,
    .args_doc = "STORE...",
    .doc = "Add the history and the failures of other stores (of shards, of "
           "other machines) to this one. Merging twice adds nothing.",
};

const struct command command_merge = {
    .name = "merge",
    .summary = "add other stores to this one",
    .argp = &merge_argp,
    .run = run_merge,
};
