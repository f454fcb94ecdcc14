/* Workers: the same function started several times, as processes or as
 * threads of this process.
 *
 * Threads exist so that tools that look into one process (Helgrind, DRD,
 * ThreadSanitizer) can look at a program made for processes. What workers
 * share must therefore be shared memory (memory.h, array.h) in both cases, and
 * what is private must be a local variable.
 *
 * A team belongs to the task that started it. Not for signal handlers. */
#ifndef MP_TEAM_H
#define MP_TEAM_H

enum mp_backend { MP_PROCESS, MP_THREAD };

/* "process", "thread". Static. */
const char *mp_backend_name(enum mp_backend backend);
/* Find the backend called NAME: 0 and *OUT, or -EINVAL. */
int mp_backend_find(const char *name, enum mp_backend *out);

enum { MP_TEAM_MAX = 1024 }; /* workers of a team */

/* What a worker runs. INDEX counts from 0. The result is the worker's status:
 * 0 for success, 1..255 for failure. As a process the worker ends with
 * _exit(), so the stdio buffers it inherited are not written again, nor what it
 * printed itself without fflush(); and is killed when the thread that started
 * it ends before. */
typedef int mp_worker(void *context, unsigned index);

struct mp_team;

/* Start SIZE workers (1 .. MP_TEAM_MAX) that run RUN(CONTEXT, 0 .. SIZE-1).
 * Under mpstress they are called "NAME 0", "NAME 1", ...; a team of one is
 * called NAME. NAME and CONTEXT are borrowed until the team is released.
 *
 * On success returns 0 and stores the team in *OUT; release it with
 * mp_team_wait(). On failure (-ENOMEM, -EAGAIN, -EINVAL) no worker has begun
 * to run RUN, or it has been killed and waited for. */
int mp_team_start(struct mp_team **out, enum mp_backend backend, unsigned size,
                  mp_worker *run, void *context, const char *name);

/* Wait for worker INDEX, unless that was done before. *STATUS is what it
 * returned or exited with, or 128 + the signal that killed it. 0 or -errno. */
int mp_team_join(struct mp_team *team, unsigned index, int *status);

/* Start worker INDEX, which has been joined, once more. 0 or -errno. */
int mp_team_restart(struct mp_team *team, unsigned index);

/* Wait for all workers and release TEAM (NULL is fine). Returns how many of
 * them had a status other than 0 in their last run, or -errno. */
int mp_team_wait(struct mp_team *team);

#endif
