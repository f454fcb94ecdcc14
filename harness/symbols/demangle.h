/* The names of C++ functions as people write them: without parameters, as
 * debug information has them. */
#ifndef MPS_SYMBOLS_DEMANGLE_H
#define MPS_SYMBOLS_DEMANGLE_H

#include <stddef.h>

/* NAME of a symbol into OUT, as long as SIZE allows. It stays as it is when it
 * is not mangled, or this machine has no libstdc++ to ask: where C++ programs
 * are run, it has. */
void demangle(const char *name, char *out, size_t size);

/* Cut the return type and the parameters of the demangled NAME. */
void demangle_shorten(char *name);

#endif
