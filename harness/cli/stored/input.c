#include "stored/input.h"

#include "color_option.h"

error_t stored_input_parse(int key, char *argument, struct argp_state *state)
{
    struct stored_input *input = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        color_option_into(state, &input->color);
        return 0;
    case STORED_INPUT_KEY:
        input->store = argument;
        return 0;
    case ARGP_KEY_ARG:
        if (input->name)
            argp_error(state, "one failure at a time");
        input->name = argument;
        return 0;
    case ARGP_KEY_END:
        if (!input->name)
            argp_error(state, "which failure? `mpstress list failures`");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}
