#include "rewrite.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* What a command has to do for a flag to be added, as bits. */
enum part {
    PREPROCESS = 1,
    COMPILE = 2,
    /* gcc makes code when it links objects of -flto, and forgets to instrument
     * it unless it is told again; it takes such flags in silence. */
    LINK = 4,
    TRAP = 8, /* with undefined-behaviour checks */
    /* Make code with a compiler that expands calls of memcpy() and its like
     * and does not instrument what becomes of them: gcc, and the second half
     * of clang's -flto. */
    EXPAND = 16,
};

enum place { BEFORE, AFTER };

#define BOTH (VENDOR_GCC | VENDOR_CLANG)

/* In front of the user's words stands what these may overrule: -g0, or
 * -fno-sanitize=thread for a file that must not be looked at. */
static const struct {
    enum place place;
    unsigned vendors, parts;
    const char *flag, *value;
} flags[] = {
    {BEFORE, BOTH, COMPILE, "-g", NULL},
    /* elfutils finds the line of an address through them. */
    {BEFORE, VENDOR_CLANG, COMPILE, "-gdwarf-aranges", NULL},
    /* Also for the preprocessor, whose macros say so: what it puts out may be
     * compiled later. */
    {BEFORE, BOTH, PREPROCESS | COMPILE, "-fsanitize=thread", NULL},
    {BEFORE, VENDOR_GCC, LINK, "-fsanitize=thread", NULL},
    {BEFORE, VENDOR_CLANG, COMPILE | LINK, "-fno-sanitize-link-runtime", NULL},

    /* memcpy_chk and its kind are expanded in place, unseen. -Wp, because
     * gcc lets a user's -Wp,-D win over any -U. */
    {AFTER, BOTH, PREPROCESS, "-Wp,-U_FORTIFY_SOURCE,-D_FORTIFY_SOURCE=0",
     NULL},
    {AFTER, BOTH, COMPILE, "-fno-omit-frame-pointer", NULL},
#if defined __x86_64__
    /* 16-byte atomics are instrumented, not calls of libatomic. */
    {AFTER, BOTH, COMPILE, "-mcx16", NULL},
#endif
    /* A fence outside any instrumented access: gcc warns, some use -Werror. */
    {AFTER, VENDOR_GCC, COMPILE | LINK, "-Wno-tsan", NULL},

    /* Where the size is known, there is neither a call nor an access to see.
     * Not strlen and its like, which only read: C++ has them computed at
     * compile time. */
    {AFTER, BOTH, EXPAND, "-fno-builtin-memcpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-memmove", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-memset", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-mempcpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-bcopy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-bzero", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-strcpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-stpcpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-strncpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-stpncpy", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-strcat", NULL},
    {AFTER, BOTH, EXPAND, "-fno-builtin-strncat", NULL},
    /* This one clang expands always. */
    {AFTER, BOTH, COMPILE, "-fno-builtin-memcmp", NULL},

    /* What moves an access or makes one of two, before or after it is
     * instrumented, gives it another line or function, or none: out of a loop,
     * to where branches part or meet, into an equal function. */
    {AFTER, VENDOR_GCC, COMPILE, "-fno-tree-loop-im", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-tree-pre", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-code-hoisting", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-tree-sink", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-tree-tail-merge", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-tree-cselim", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-ssa-phiopt", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-crossjumping", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-if-conversion", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-if-conversion2", NULL},
    {AFTER, VENDOR_GCC, COMPILE, "-fno-ipa-icf", NULL},
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm", "-disable-licm-promotion"},
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm", "-enable-pre=false"},
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm", "-enable-load-pre=false"},
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm", "-sink-common-insts=false"},
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm", "-hoist-common-insts=false"},
    /* clang leaves out the read of what is written next. */
    {AFTER, VENDOR_CLANG, COMPILE, "-mllvm",
     "-tsan-instrument-read-before-write=1"},
    /* clang instruments after it vectorised, and skips vectors of 32 bytes. */
    {AFTER, VENDOR_CLANG, COMPILE, "-fno-vectorize", NULL},
    {AFTER, VENDOR_CLANG, COMPILE, "-fno-slp-vectorize", NULL},

    /* Undefined behaviour is then a crash, which needs no second runtime. */
    {AFTER, VENDOR_GCC, TRAP, "-fsanitize-undefined-trap-on-error", NULL},
    {AFTER, VENDOR_CLANG, TRAP, "-fsanitize-trap=undefined", NULL},
    {AFTER, BOTH, TRAP, "-fno-sanitize=vptr", NULL},
};

static void add_flags(struct words *out, enum place place, enum vendor vendor,
                      unsigned parts)
{
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        if (flags[i].place != place || !(flags[i].vendors & (unsigned)vendor) ||
            !(flags[i].parts & parts))
            continue;
        words_add(out, flags[i].flag);
        if (flags[i].value)
            words_add(out, flags[i].value);
    }
}

static char *directory_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? str_format("%.*s", (int)(slash - path), path)
                 : str_format(".");
}

void rewrite_add_runtime(struct words *out, const char *runtime)
{
    char *directory = directory_of(runtime);
    /* Needed even when the objects that call it come later; shared also
     * between -Bstatic and -Bdynamic. -Xlinker, since a comma would split
     * the path. */
    words_add(out, "-Wl,--push-state,-Bdynamic,--no-as-needed");
    words_add(out, "-Xlinker");
    words_add(out, runtime);
    words_add(out, "-Wl,--pop-state");
    words_add(out, "-Xlinker");
    words_add(out, "-rpath");
    words_add(out, "-Xlinker");
    words_take(out, directory);
}

/* gcc links its own runtime with -fsanitize=thread: here it finds ours under
 * that name, before any -L of the user's. */
static void add_stand_in(struct words *out, const char *runtime)
{
    char *directory = directory_of(runtime);
    words_take(out,
               directory ? str_format("-L%s/mpstress-link", directory) : NULL);
    free(directory);
}

void rewrite(struct words *out, const struct rewrite *rewrite,
             const struct invocation *invocation, char *const *argv)
{
    bool links = invocation->links;
    unsigned parts = 0;
    if (invocation->preprocesses)
        parts |= PREPROCESS;
    if (invocation->compiles)
        parts |= COMPILE;
    if (links || invocation->joins)
        parts |= LINK;
    if (invocation->compiles &&
        (rewrite->vendor == VENDOR_GCC || invocation->defers))
        parts |= EXPAND;
    if (invocation->traps)
        parts |= TRAP;
    assert(!parts || rewrite->vendor != VENDOR_UNKNOWN);

    add_flags(out, BEFORE, rewrite->vendor, parts);
    if (links && rewrite->vendor == VENDOR_GCC)
        add_stand_in(out, rewrite->runtime);
    words_add_all(out, argv);
    add_flags(out, AFTER, rewrite->vendor, parts);
    if (links)
        rewrite_add_runtime(out, rewrite->runtime);
}
