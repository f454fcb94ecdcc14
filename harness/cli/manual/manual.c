/* mpstress manual: the manual page. */
#include <stdio.h>

#include "base/diag.h"
#include "command.h"
#include "manual/page.h"

static int run(int argc, char **argv)
{
    int code = command_parse(&command_manual, argc, argv, NULL);
    int err = code ? 0 : page_write(stdout);
    return err ? command_fail(&command_manual, err, NULL) : code;
}

static const struct argp argp = {
    .doc = "Print the manual page, in the macros of man(7): mpstress manual | "
           "man -l -",
};

const struct command command_manual = {
    .name = "manual",
    .summary = "print the manual page: mpstress manual | man -l -",
    .argp = &argp,
    .run = run,
};
