/* What the entry points that compilers call have in common. Their names and
 * types are those of ThreadSanitizer's runtime: gcc 12 and clang 14 to 19 call
 * them in code built with -fsanitize=thread.
 *
 * Any of them may be called before anything is initialised, from ifunc
 * resolvers even: each tests access_mode first. */
#ifndef MPS_RUNTIME_MEMORY_ABI_H
#define MPS_RUNTIME_MEMORY_ABI_H

#include <stddef.h>
#include <stdint.h>

#include "access.h"
#include "real.h"

/* Where the instrumented function goes on. */
#define CALLER() __builtin_return_address(0)

/* Declares and begins to define one. */
#define ABI(type, name, params) \
    EXPORT type name params;    \
    EXPORT type name params

#endif
