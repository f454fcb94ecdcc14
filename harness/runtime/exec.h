/* A task becomes another program and stays the same task: the runtime follows
 * it through LD_PRELOAD and the segment's inherited descriptor, also when the
 * program is started with a cleaned environment. */
#ifndef MPS_RUNTIME_EXEC_H
#define MPS_RUNTIME_EXEC_H

#include <stdint.h>

enum { EXEC_ENVIRONMENT = 4096 }; /* variables that fit with ours added */

/* Once per program image, while the environment is as it was given. */
void exec_attached(void);

/* ENVIRONMENT with the runtime's variables, in ROOM (EXEC_ENVIRONMENT + 3
 * pointers) and TEXT; ENVIRONMENT itself when it has too many variables. */
char *const *exec_environment(char *const *environment, char **room,
                              char text[static 1024]);

/* execveat() with the runtime's environment, marked as an op. Returns only
 * when it failed: -errno. */
long exec_call(int directory, const char *path, char *const *arguments,
               char *const *environment, int flags, uint64_t site);

#endif
