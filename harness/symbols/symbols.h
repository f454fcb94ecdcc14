/* From code addresses to source lines, with elfutils. Always outside the
 * target. A struct symbols may be used by several threads; it locks inside.
 * Debug information is read from files on this machine, never from a server.
 */
#ifndef MPS_SYMBOLS_SYMBOLS_H
#define MPS_SYMBOLS_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct segment_module;
struct str;
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
 * byte earlier, at the call. In code that was inlined, the innermost function
 * and its line, but not one from a system header or <mpstress/mpstress.h>:
 * there its caller. Always fills module and offset; the rest stays NULL
 * without debug information (the function may still be known). Reads each
 * module file once. */
void symbols_find(struct symbols *symbols, const char *path, uint64_t offset,
                  bool return_address, struct location *out);

/* The same with every function that the code was inlined into, those of system
 * headers, too: innermost first, at most MAX of them into FRAMES. Returns how
 * many, at least 1. */
size_t symbols_frames(struct symbols *symbols, const char *path,
                      uint64_t offset, bool return_address,
                      struct location *frames, size_t max);

/* A place that somebody else found, with texts of any owner: they become those
 * of SYMBOLS, and its file, below DIRECTORY (may be NULL), is shown like those
 * of symbols_find(). */
void symbols_adopt(struct symbols *symbols, const char *directory,
                   struct location *place);

/* The stack of thread TID of process PID (ids as the caller sees them; the
 * process may live in other PID and mount namespaces), innermost frame first,
 * at most MAX frames into FRAMES. A function that was inlined has a frame of
 * its own, with the offset of the one it is in.
 *
 * Stops the thread for the moment (ptrace; no signal, no wait status is taken)
 * and lets it run on in any case. Returns the number of frames, or -ESRCH
 * (gone, or a zombie), -EBUSY (has another tracer, or sleeps where the kernel
 * cannot stop it), -ETIMEDOUT (did not stop within a second), -EPERM or
 * -EACCES. */
int symbols_unwind(struct symbols *symbols, pid_t pid, pid_t tid,
                   struct location *frames, size_t max);

/* Whether LOCATION looks like the user's own code: its module is not libc, the
 * mpstress runtime, the dynamic linker, Valgrind's or a compiler's run-time
 * library, its file no system header, its function not the C start code. */
bool symbols_is_user_code(const struct location *location);

/* -- Data -------------------------------------------------------------------
 * From debug information: what memory in and behind global variables is
 * called. Offsets are link-time addresses in the module file PATH; NAME and
 * TYPE are appended to. */

/* How well an access of SIZE bytes fits what its memory was found to be. */
enum symbols_fit {
    SYMBOLS_NO_FIT,  /* nothing is known; nothing is appended */
    SYMBOLS_ELEMENT, /* just, if the pointer points to an array */
    SYMBOLS_INSIDE,  /* a part of it, or more than it */
    SYMBOLS_EXACT
};

/* Where global variables (and members of them) are pointers to something with
 * a name, at most MAX of them into OFFSETS, pointers to structs first. Returns
 * how many. */
size_t symbols_pointers(struct symbols *symbols, const char *path,
                        uint64_t *offsets, size_t max);

/* The memory BEHIND bytes behind what the pointer at POINTER points to:
 * "ring->slots[1].seq", "unsigned int". */
enum symbols_fit symbols_name_pointee(struct symbols *symbols, const char *path,
                                      uint64_t pointer, uint64_t behind,
                                      uint64_t size, struct str *name,
                                      struct str *type);

/* The global variable at OFFSET: "table.used[2]", "int". Without debug
 * information the symbol, and no type. */
enum symbols_fit symbols_name_global(struct symbols *symbols, const char *path,
                                     uint64_t offset, uint64_t size,
                                     struct str *name, struct str *type);

/* An expression that names memory behind a pointer. */
struct symbols_expression {
    char text[128];     /* as it is written: "ring->slots[i % N].seq" */
    char type[96];      /* "unsigned int" */
    char record[96];    /* "struct ring", what it is a member of; "": none */
    uint64_t offset;    /* in that */
    uint64_t stride;    /* more by a multiple of it: of an index; 0: none */
    bool written, read; /* what the line does with it, as far as it shows */
};

/* Those in the source line of the code at OFFSET (RETURN_ADDRESS: as for
 * symbols_find()) that are SIZE bytes large, at most MAX of them, from left to
 * right. How many; 0 also when the source file is not there. */
size_t symbols_expressions(struct symbols *symbols, const char *path,
                           uint64_t offset, bool return_address, uint64_t size,
                           struct symbols_expression *out, size_t max);

/* What is at OFFSET in an object of the type called OF ("struct ring",
 * "ring_t"), or an array of such: ".slots[1].seq". */
enum symbols_fit symbols_name_typed(struct symbols *symbols, const char *path,
                                    const char *of, uint64_t offset,
                                    uint64_t size, struct str *name,
                                    struct str *type);

#endif
