/* mpstress-cc, mpstress-c++: a compiler for build systems, CC=mpstress-cc.
 *
 * Becomes the user's compiler, with the words added that make it build for
 * mpstress. A command that only asks the compiler something reaches it as it
 * is. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/installed.h"
#include "compiler/invocation.h"
#include "compiler/response.h"
#include "compiler/rewrite.h"
#include "compiler/underlying.h"
#include "compiler/vendor.h"

/* Set in the compiler, which may be a wrapper, too, and find us again. */
#define MARK "MPSTRESS_CC_RUNS"

static int read_command(struct invocation *invocation, char *const *argv,
                        struct mps_diag *diag)
{
    struct words words;
    words_init(&words);
    int err = response_expand(&words, argv, diag);
    if (!err && words.count)
        err = invocation_read(invocation, words.items, diag);
    words_fini(&words);
    return err;
}

static int tell_vendor(enum vendor *vendor, char *const *compiler,
                       struct mps_diag *diag)
{
    char *real = realpath(compiler[0], NULL);
    *vendor = real ? vendor_of_path(real) : VENDOR_UNKNOWN;
    free(real);
    return *vendor == VENDOR_UNKNOWN ? vendor_ask(vendor, compiler, diag) : 0;
}

/* Append the words behind the compiler's own to COMMAND. */
static int add_words(struct words *command, char *const *argv,
                     struct mps_diag *diag)
{
    struct invocation invocation = {0};
    int err = read_command(&invocation, argv, diag);
    if (err)
        return err;
    struct rewrite how = {0};
    char *runtime = NULL;
    if (invocation.preprocesses || invocation.compiles || invocation.links ||
        invocation.joins)
        err = tell_vendor(&how.vendor, command->items, diag);
    if (!err && invocation.links) {
        how.runtime = runtime =
            installed_find(installed_libraries, "libmpstress.so");
        if (!runtime)
            err = diag_set(diag, -MPS_EINTERNAL,
                           "libmpstress.so is missing beside the executable; "
                           "install or build mpstress again");
    }
    if (!err)
        rewrite(command, &how, &invocation, argv);
    free(runtime);
    return err;
}

static int become(const struct language *language, char *const *argv,
                  struct mps_diag *diag)
{
    struct words command;
    words_init(&command);
    int err = underlying_find(&command, language, getenv(language->variable),
                              getenv("PATH"), diag);
    if (!err && getenv(MARK))
        err = diag_set(diag, -MPS_EUSAGE,
                       "%s leads back here; name the compiler that shall do "
                       "the work in %s",
                       command.items[0], language->variable);
    if (!err)
        setenv(MARK, "1", 1);
    if (!err)
        err = add_words(&command, argv, diag);
    if (!err && !words_ok(&command))
        err = diag_set(diag, -ENOMEM, "out of memory");
    if (!err) {
        execv(command.items[0], command.items);
        err =
            diag_set(diag, -errno, "%s: %s", command.items[0], strerror(errno));
    }
    words_fini(&command);
    return err;
}

int main(int argc, char **argv)
{
    const struct language *language = &languages[WRAPPER_LANGUAGE];
    struct mps_diag diag = {""};
    become(language, argc ? argv + 1 : argv, &diag);
    fprintf(stderr, "%s: %s\n", language->wrapper, diag.text);
    return 2;
}
