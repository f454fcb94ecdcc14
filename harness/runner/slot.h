/* A job slot: one segment, one fork server, one iteration at a time.
 *
 * A slot belongs to the thread that opened it: the fork server dies with that
 * thread. When the target kills the server or damages the segment, the next
 * iteration starts both anew; the caller need not care. */
#ifndef MPS_RUNNER_SLOT_H
#define MPS_RUNNER_SLOT_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "control.h"
#include "isolation.h"
#include "outcome.h"

struct mps_diag;
struct slot;

struct slot_options {
    const struct scenario *scenario;
    const char *program;   /* absolute path of the target */
    const char *runtime;   /* absolute path of libmpstress.so */
    const char *launcher;  /* absolute path of mpstress-launch, which starts
                              programs that cannot be preloaded into */
    const char *directory; /* the slot's own, existing and empty */
    enum isolation isolation;
    int cpu; /* core to pin the server to, -1: none */
    struct symbols *symbols;
    const bool *stop; /* set by a signal handler: abort the iteration */
    bool no_dispatch; /* as on a kernel without it; tests look at that */
};

/* OPTIONS and what it points to must outlive the slot. Starts the target and
 * waits until it stands before main(). Fails with -MPS_ESTART and the reason
 * in DIAG (not executable, ended before main(), never came there). */
int slot_open(struct slot **out, const struct slot_options *options,
              struct mps_diag *diag);
void slot_close(struct slot *slot);

/* How an iteration is to be disturbed. */
struct disturbance {
    uint64_t delay_low_ns, delay_high_ns;
    uint32_t sleep_chance, yield_chance; /* of 65536, per point */
    /* Serial replay: messages to feed (struct segment_message, one after the
     * other), and how many bytes of them. NULL: none. */
    const void *feed;
    size_t feed_size;
    const cpu_set_t *cpus; /* for the tasks; NULL: the server's */
};

/* Run one iteration with the parameters CHOICE and the seed SEED: under
 * CONTROL, or freely when that is NULL. OUTCOME is
 * valid until the next call. Returns 0 also when the target failed in any
 * way; -EINTR when *stop was set (no outcome then); -MPS_ESTART when the
 * target could not be started again. */
int slot_iterate(struct slot *slot, const struct choice *choice,
                 uint64_t iteration, uint64_t seed,
                 const struct disturbance *disturbance,
                 const struct control *control, struct outcome *outcome,
                 struct mps_diag *diag);

/* For control.at_stop: let the task that stands go on now, before the callback
 * returns (a debugger holds it by then). */
void slot_resume(struct slot *slot);

/* What the server reported about itself: for doctor and the run's notes. */
bool slot_has_fixed_pids(const struct slot *slot);
bool slot_has_dispatch(const struct slot *slot);
/* The accesses of plain programs can be seen by page faults. */
bool slot_can_guard(const struct slot *slot);
/* Room for memory.h's part was found, here and in the target: races can be
 * looked for. */
bool slot_has_memory(const struct slot *slot);
/* The target cannot be preloaded into (static, set-user-id): seen only from
 * outside. */
bool slot_is_outside(const struct slot *slot);

#endif
