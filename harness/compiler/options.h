/* The options of gcc and clang, as far as they decide what a command does or
 * take the next word for their value. */
#ifndef MPS_COMPILER_OPTIONS_H
#define MPS_COMPILER_OPTIONS_H

#include <stdbool.h>

enum option_effect {
    OPTION_OTHER,       /* nothing of interest */
    OPTION_QUERY,       /* prints something about the compiler and ends */
    OPTION_PREPROCESS,  /* -E: ends after the preprocessor */
    OPTION_COMPILE,     /* -S: ends before the assembler, or writes no object */
    OPTION_ASSEMBLE,    /* -c: ends before the linker */
    OPTION_LANGUAGE,    /* -x: of the inputs that follow */
    OPTION_OUTPUT,      /* -o */
    OPTION_LIBRARY,     /* -l: an input of the linker */
    OPTION_LINKER,      /* words for the linker, separated by commas */
    OPTION_RELOCATABLE, /* -r: objects into one object */
    OPTION_LTO,         /* -flto and -fno-lto */
    OPTION_STATIC,      /* no shared library in the program */
    OPTION_FOREIGN,     /* code for another kind of machine */
    OPTION_SANITIZE     /* -fsanitize=LIST */
};

/* One word of a command line, read. */
struct option {
    enum option_effect effect;
    const char *value; /* behind the name in the same word; NULL if none */
    bool takes_next;   /* the value is the next word */
};

/* Read WORD, which starts with '-' and is not "-" alone. */
struct option option_read(const char *word);

#endif
