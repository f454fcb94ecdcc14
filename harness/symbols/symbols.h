/* From code addresses to source lines, with elfutils. Always outside the
 * target. A struct symbols may be used by several threads; it locks inside.
 *
 * libdwfl asks a debuginfod server when DEBUGINFOD_URLS is set; the command
 * line takes that variable out of its environment, so nothing here waits for
 * a network. */
#ifndef MPS_SYMBOLS_SYMBOLS_H
#define MPS_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct segment_module;
struct symbols;

/* A place in code. The texts belong to the struct symbols it came from and
 * live as long as that; NULL or 0 where unknown. */
struct location {
    const char *function;
    const char *file; /* as the compiler wrote it, made shorter: see
                         symbols_open() */
    int line;
    const char *module; /* path of the executable or library */
    uint64_t offset;    /* in the module: link-time address */
};

/* *OUT is released with symbols_close(). Source files below ROOT (the
 * working directory; may be NULL) are shown relative to it. */
int symbols_open(struct symbols **out, const char *root);
void symbols_close(struct symbols *symbols);

/* The source line of OFFSET in the module file PATH; RETURN_ADDRESS: look one
 * byte earlier, at the call. Always fills module and offset; the rest stays
 * NULL without debug information (the function may still be known). Reads
 * each module file once. */
void symbols_find(struct symbols *symbols, const char *path, uint64_t offset,
                  bool return_address, struct location *out);

/* The stack of thread TID of process PID (ids as the caller sees them),
 * innermost frame first, at most MAX frames into FRAMES. Stops the thread
 * for the moment (ptrace). Returns the number of frames, or -errno when the
 * kernel refused or the thread is gone. */
int symbols_unwind(struct symbols *symbols, pid_t pid, pid_t tid,
                   struct location *frames, size_t max);

/* Whether FILE or MODULE looks like the user's own code: not libc, not the
 * mpstress runtime, not the dynamic linker. */
bool symbols_is_user_code(const struct location *location);

#endif
