/* What the files behind symbols.h share. Private to symbols/. */
#ifndef MPS_SYMBOLS_INTERNAL_H
#define MPS_SYMBOLS_INTERNAL_H

#include <pthread.h>

#include "base/str.h"
#include "intern.h"
#include "module.h"
#include "sites.h"
#include "symbols.h"

enum { INLINE_DEPTH = 16 };

/* A file that was asked for; without MODULE, it could not be read. */
struct known_module {
    struct known_module *next;
    const char *path; /* interned */
    struct module *module;
    bool tried_process; /* also through a process that had it mapped */
};

struct symbols {
    pthread_mutex_t lock; /* guards everything below */
    struct intern texts;
    struct sites sites;
    struct known_module *modules;
    struct str scratch;
    const char *roots[3]; /* as given, without symbolic links, NULL */
};

/* The module PATH (interned), read at the first call; NULL if it cannot be
 * read. PID: a process that has it mapped, or 0. The lock is held. */
struct module *symbols_module(struct symbols *symbols, const char *path,
                              pid_t pid);

#endif
