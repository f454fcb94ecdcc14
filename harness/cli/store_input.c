#include "store_input.h"

#include <errno.h>
#include <stdlib.h>

#include "color_option.h"
#include "command.h"
#include "store/store.h"

const struct argp_option store_input_options[] = {STORE_INPUT_OPTION, {0}};

error_t store_input_parse(int key, char *argument, struct argp_state *state)
{
    struct store_input *input = state->input;
    if (key == ARGP_KEY_INIT) {
        color_option_into(state, &input->color);
        return 0;
    }
    if (key == STORE_INPUT_KEY) {
        input->store = argument;
        return 0;
    }
    if (key != ARGP_KEY_ARG)
        return ARGP_ERR_UNKNOWN;
    const char **names =
        realloc(input->names, (input->name_count + 1) * sizeof(*input->names));
    if (!names)
        return ENOMEM;
    input->names = names;
    names[input->name_count++] = argument;
    return 0;
}

int store_input_open(struct store **out, const struct store_input *input,
                     bool create, struct mps_diag *diag)
{
    return store_open(out,
                      input->store ? input->store : STORE_DEFAULT_DIRECTORY,
                      create, diag);
}
