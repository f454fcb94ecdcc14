/* The process between mpstress and Valgrind: it puts a run into namespaces of
 * its own, starts the program, and takes up orphans, so that nothing of a run
 * outlives it. */
#ifndef MPS_VALGRIND_KEEPER_H
#define MPS_VALGRIND_KEEPER_H

#include <sys/types.h>

#include "runner/isolation.h"

struct mps_diag;

/* Everything it needs, made before the fork. Descriptors are close-on-exec
 * here; the program finds them under the numbers of enum keeper_fd. */
struct keeper {
    enum isolation isolation;
    const char *directory; /* an existing and empty one, to mount on */
    const char *work;      /* where the program starts */
    char *const *argv;     /* argv[0]: an absolute path */
    char *const *environment;
    int xml, log, output, errors;
};

/* High, where programs seldom look. */
enum keeper_fd { KEEPER_XML = 57, KEEPER_LOG = 56 };

/* What the keeper says, once, through its pipe. */
struct keeper_word {
    int error;      /* errno of what failed; 0: the program was started */
    int status;     /* and ended so, as wait(2) gives it */
    char step[100]; /* what failed */
};

/* Start one. Returns its pid and stores in *WORD where a struct keeper_word
 * will come from, and the end of the file when no process of the run is left;
 * not blocking. It stays, in its namespaces and the program's first working
 * directory, until keeper_end(). -errno with DIAG. The calling thread must not
 * end before that. */
pid_t keeper_start(const struct keeper *keeper, int *word,
                   struct mps_diag *diag);

/* Kill PID, a keeper, and all that is below it, and wait for that. */
void keeper_end(pid_t pid);

#endif
