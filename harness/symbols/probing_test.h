/* Running the programs of probe/. For tests alone. */
#ifndef MPS_SYMBOLS_PROBING_TEST_H
#define MPS_SYMBOLS_PROBING_TEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A place that a probe noted. */
struct noted {
    char module[512], function[128];
    uint64_t offset; /* a return address */
    int line;
};

enum { NOTES = 32 };

/* fork(); the child is killed when the test ends before it. */
pid_t probe_fork(void);

/* The path of probe NAME ("pie"). Static. */
const char *probe_path(const char *name);

/* Call TEST for the program probe/SOURCE.c as each compiler that was there
 * built it, in each way. */
void probe_each(const char *source, void (*test)(const char *program));

/* Run probe NAME to its end; returns how many places it noted. */
size_t probe_notes(const char *name, struct noted notes[NOTES]);

/* Start the program PATH with WHERE as its argument and wait until it has
 * stopped there (or spins). */
pid_t probe_start(const char *path, const char *where);

/* Wait until a byte comes from FD, and return it. */
char probe_await_byte(int fd);

void probe_kill(pid_t pid);

#endif
