/* The files of this folder with these names: what the completion scripts do
 * with the tables before it. */
#ifndef MPS_CLI_MANUAL_ASSETS_H
#define MPS_CLI_MANUAL_ASSETS_H

extern const char manual_completion_bash[], manual_completion_zsh[],
    manual_completion_fish[];

#endif
