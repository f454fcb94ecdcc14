/* What a tool of Valgrind says about one process, as plain structs: its XML
 * (protocol 4) of Helgrind or DRD, read with a pull parser.
 *
 * A process that was killed leaves half a document, and the program under test
 * may have written into it: any bytes are taken, what is whole counts. Pure;
 * any thread. */
#ifndef MPS_VALGRIND_PARSE_H
#define MPS_VALGRIND_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All texts are UTF-8 and owned; NULL, or 0, where nothing was said. */
struct valgrind_frame {
    uint64_t address; /* of a caller: inside the call, not behind it */
    char *object;     /* path of the executable or library */
    char *function;
    char *directory, *file; /* as the compiler wrote them */
    uint32_t line;
};

struct valgrind_stack {
    struct valgrind_frame *frames; /* innermost first */
    size_t count;
};

/* A sentence and the stack that goes with it; either may be missing. Order
 * carries meaning: of a race, the second part with a stack is the other
 * access. */
struct valgrind_part {
    char *text;
    struct valgrind_stack stack;
};

struct valgrind_error {
    char *kind;   /* "Race", "LockOrder", "MutexErr", ... */
    uint32_t tid; /* Valgrind's number of the thread, not that in the texts */
    struct valgrind_part *parts; /* the first one says what is wrong */
    size_t part_count;
};

struct valgrind_thread {
    uint32_t number; /* as in the texts: "thread #3" */
    bool root;
    struct valgrind_stack created;
};

struct valgrind_report {
    char *tool;    /* "helgrind" */
    char *program; /* argv[0] */
    uint32_t pid, ppid;
    size_t process;  /* number in the run, from 1; 0 until it is set */
    bool finished;   /* the process came to its end, and the document to its */
    int signal;      /* that it died of, 0: of none */
    int signal_code; /* si_code */
    struct valgrind_stack signal_stack;
    struct valgrind_thread *threads;
    size_t thread_count;
    struct valgrind_error *errors;
    size_t error_count;
};

/* Read one document, SIZE bytes. Elements that are not known, not closed or
 * beyond a limit are left out. -MPS_EINPUT when it is no such document at all
 * or has neither pid nor tool; -ENOMEM; *OUT is then empty. Release with
 * valgrind_report_fini(). */
int valgrind_parse(struct valgrind_report *out, const void *bytes, size_t size);
void valgrind_report_fini(struct valgrind_report *report);
/* Of one that is in no report. */
void valgrind_error_fini(struct valgrind_error *error);

#endif
