#include "options.h"

#include <stddef.h>
#include <string.h>

/* Where the value of an option is. */
enum form {
    ALONE,  /* it has none */
    NEXT,   /* in the next word */
    JOINED, /* in the same word */
    EITHER  /* in the same word, or else in the next */
};

struct row {
    const char *name;
    enum form form;
    enum option_effect effect;
};

/* The longest name that fits a word counts. What is missing here is an option
 * of one word. */
static const struct row rows[] = {
    {"--version", ALONE, OPTION_QUERY},
    {"--help", JOINED, OPTION_QUERY},
    {"--target-help", ALONE, OPTION_QUERY},
    {"-dumpmachine", ALONE, OPTION_QUERY},
    {"-dumpversion", ALONE, OPTION_QUERY},
    {"-dumpfullversion", ALONE, OPTION_QUERY},
    {"-dumpspecs", ALONE, OPTION_QUERY},
    {"-print-", JOINED, OPTION_QUERY},
    {"--print-", JOINED, OPTION_QUERY},
    {"--autocomplete=", JOINED, OPTION_QUERY},
    {"-cc1", JOINED, OPTION_QUERY},

    {"-E", ALONE, OPTION_PREPROCESS},
    {"--preprocess", ALONE, OPTION_PREPROCESS},
    {"-M", ALONE, OPTION_PREPROCESS},
    {"-MM", ALONE, OPTION_PREPROCESS},
    {"--dependencies", ALONE, OPTION_PREPROCESS},
    {"--user-dependencies", ALONE, OPTION_PREPROCESS},
    {"-S", ALONE, OPTION_COMPILE},
    {"--assemble", ALONE, OPTION_COMPILE},
    {"-fsyntax-only", ALONE, OPTION_COMPILE},
    {"--analyze", ALONE, OPTION_COMPILE},
    {"-emit-ast", ALONE, OPTION_COMPILE},
    {"--precompile", ALONE, OPTION_COMPILE},
    {"-c", ALONE, OPTION_ASSEMBLE},
    {"--compile", ALONE, OPTION_ASSEMBLE},
    {"-r", ALONE, OPTION_RELOCATABLE},
    {"-flto", ALONE, OPTION_LTO},
    {"-flto=", JOINED, OPTION_LTO},
    {"-fno-lto", ALONE, OPTION_LTO},
    {"-static", ALONE, OPTION_STATIC},
    {"--static", ALONE, OPTION_STATIC},
    {"-static-pie", ALONE, OPTION_STATIC},
    {"-m16", ALONE, OPTION_FOREIGN},
    {"-m32", ALONE, OPTION_FOREIGN},
    {"-mx32", ALONE, OPTION_FOREIGN},

    {"-x", EITHER, OPTION_LANGUAGE},
    {"--language=", JOINED, OPTION_LANGUAGE},
    {"--language", NEXT, OPTION_LANGUAGE},
    {"-o", EITHER, OPTION_OUTPUT},
    {"--output=", JOINED, OPTION_OUTPUT},
    {"--output", NEXT, OPTION_OUTPUT},
    {"-l", EITHER, OPTION_LIBRARY},
    {"-Wl,", JOINED, OPTION_LINKER},
    {"-Xlinker", NEXT, OPTION_LINKER},
    {"--for-linker=", JOINED, OPTION_LINKER},
    {"--for-linker", NEXT, OPTION_LINKER},
    {"-fsanitize=", JOINED, OPTION_SANITIZE},

    /* Options that begin like one above or below, and are none. */
    {"-export-dynamic", ALONE, OPTION_OTHER},
    {"-emit-llvm", ALONE, OPTION_OTHER},
    {"-MD", ALONE, OPTION_OTHER},
    {"-MMD", ALONE, OPTION_OTHER},

    {"-A", EITHER, OPTION_OTHER},
    {"-B", EITHER, OPTION_OTHER},
    {"-D", EITHER, OPTION_OTHER},
    {"--define-macro", NEXT, OPTION_OTHER},
    {"-F", EITHER, OPTION_OTHER},
    {"-I", EITHER, OPTION_OTHER},
    {"--include-directory", NEXT, OPTION_OTHER},
    {"-L", EITHER, OPTION_OTHER},
    {"--library-directory", NEXT, OPTION_OTHER},
    {"-MF", EITHER, OPTION_OTHER},
    {"-MJ", EITHER, OPTION_OTHER},
    {"-MQ", EITHER, OPTION_OTHER},
    {"-MT", EITHER, OPTION_OTHER},
    {"-T", EITHER, OPTION_OTHER},
    {"-Tbss", EITHER, OPTION_OTHER},
    {"-Tdata", EITHER, OPTION_OTHER},
    {"-Ttext", EITHER, OPTION_OTHER},
    {"-U", EITHER, OPTION_OTHER},
    {"--undefine-macro", NEXT, OPTION_OTHER},
    {"-Xassembler", NEXT, OPTION_OTHER},
    {"-Xclang", NEXT, OPTION_OTHER},
    {"-Xopenmp-target", NEXT, OPTION_OTHER},
    {"-Xpreprocessor", NEXT, OPTION_OTHER},
    {"-aux-info", NEXT, OPTION_OTHER},
    {"-cxx-isystem", EITHER, OPTION_OTHER},
    {"-dumpbase", NEXT, OPTION_OTHER},
    {"-dumpbase-ext", NEXT, OPTION_OTHER},
    {"-dumpdir", NEXT, OPTION_OTHER},
    {"-e", EITHER, OPTION_OTHER},
    {"--entry", NEXT, OPTION_OTHER},
    {"-framework", NEXT, OPTION_OTHER},
    {"-gcc-toolchain", NEXT, OPTION_OTHER},
    {"-h", EITHER, OPTION_OTHER},
    {"-idirafter", EITHER, OPTION_OTHER},
    {"-iframework", EITHER, OPTION_OTHER},
    {"-imacros", EITHER, OPTION_OTHER},
    {"-imultilib", NEXT, OPTION_OTHER},
    {"-include", EITHER, OPTION_OTHER},
    {"-include-pch", NEXT, OPTION_OTHER},
    {"--include", NEXT, OPTION_OTHER},
    {"-iprefix", EITHER, OPTION_OTHER},
    {"-iquote", EITHER, OPTION_OTHER},
    {"-isysroot", EITHER, OPTION_OTHER},
    {"-isystem", EITHER, OPTION_OTHER},
    {"-ivfsoverlay", EITHER, OPTION_OTHER},
    {"-iwithprefix", EITHER, OPTION_OTHER},
    {"-iwithprefixbefore", EITHER, OPTION_OTHER},
    {"-mllvm", NEXT, OPTION_OTHER},
    {"--param", NEXT, OPTION_OTHER},
    {"-resource-dir", NEXT, OPTION_OTHER},
    {"--specs", NEXT, OPTION_OTHER},
    {"--sysroot", NEXT, OPTION_OTHER},
    {"-target", NEXT, OPTION_OTHER},
    {"-u", EITHER, OPTION_OTHER},
    {"-working-directory", NEXT, OPTION_OTHER},
    {"-wrapper", NEXT, OPTION_OTHER},
    {"-z", EITHER, OPTION_OTHER},
};

static bool fits(const struct row *row, const char *word)
{
    size_t n = strlen(row->name);
    if (strncmp(word, row->name, n))
        return false;
    return !word[n] || row->form == JOINED || row->form == EITHER;
}

struct option option_read(const char *word)
{
    const struct row *best = NULL;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (fits(&rows[i], word) &&
            (!best || strlen(rows[i].name) > strlen(best->name)))
            best = &rows[i];
    if (!best)
        return (struct option){.effect = OPTION_OTHER};
    const char *rest = word + strlen(best->name);
    return (struct option){
        .effect = best->effect,
        .value = *rest ? rest : NULL,
        .takes_next = best->form == NEXT || (best->form == EITHER && !*rest),
    };
}
