/* Iterations made by hand, for the tests of this folder. A failed allocation
 * aborts. */
#ifndef MPS_CHECK_FIXTURE_TEST_H
#define MPS_CHECK_FIXTURE_TEST_H

#include <criterion/criterion.h>
#include <mpstress/mpstress.h>

#include "base/diag.h"
#include "check/check.h"
#include "segment/write.h"

enum { FIXTURE_LIST = 8 };

struct fixture {
    struct segment *segment;
    struct scenario scenario;
    struct invariant invariants[FIXTURE_LIST];
    struct parameter parameters[FIXTURE_LIST];
    const char *values[FIXTURE_LIST];
    struct expr *exprs[FIXTURE_LIST];
    size_t expr_count;
    struct choice choice;
    struct outcome outcome;
    struct task_snapshot snapshots[FIXTURE_LIST];
    struct reference *reference;
    struct finding_list findings;
    struct mps_diag diag;
    char *directory; /* made by fixture_file(), or NULL */
    uint64_t site;   /* where the next records and ops come from: an offset
                        in the module /srv/target */
};

/* An iteration that ended well: the root task alone, exit status 0, no
 * invariant, two parameters: workers = 4, items = 10. */
struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);
/* Make it another iteration of the same scenario, empty again. */
void fixture_again(struct fixture *f);

/* The site with offset OFFSET. */
uint64_t fixture_site(struct fixture *f, uint64_t offset);

const struct expr *fixture_expr(struct fixture *f, const char *text);
/* A new invariant; the caller sets its arguments. */
struct invariant *fixture_invariant(struct fixture *f, enum oracle oracle,
                                    const char *name);

/* A child of PARENT called NAME (may be ""), its process id 100 + number. */
uint32_t fixture_task(struct fixture *f, uint32_t parent, const char *name);
/* TASK has ended with wait(2) status STATUS. */
void fixture_end(struct fixture *f, uint32_t task, int status);

/* Records. */
void fixture_int(struct fixture *f, uint32_t task, const char *name,
                 int64_t value);
void fixture_real(struct fixture *f, uint32_t task, const char *name,
                  double value);
void fixture_u64(struct fixture *f, uint32_t task, unsigned kind,
                 const char *name, uint64_t value);
void fixture_text(struct fixture *f, uint32_t task, unsigned kind,
                  const char *name, const char *text);
void fixture_bare(struct fixture *f, uint32_t task, unsigned kind,
                  const char *name);

/* Ops. fixture_block() begins one that never comes back. */
uint64_t fixture_block(struct fixture *f, uint32_t task, enum op_kind kind,
                       uint32_t object, uint64_t argument);
void fixture_op(struct fixture *f, uint32_t task, enum op_kind kind,
                uint32_t object, uint64_t argument);
/* TASK is alive, in state STATE and system call SYSCALL, when the time limit
 * passes. */
void fixture_snapshot(struct fixture *f, int task, char state,
                      const char *syscall);

/* The iteration ran under control and ended by VERDICT, or by itself. */
void fixture_control(struct fixture *f, enum schedule_verdict verdict);
/* TASK was refused an op and stands parked. */
void fixture_park(struct fixture *f, uint32_t task, enum op_kind kind,
                  uint32_t object, uint64_t argument);
/* TASK took OBJECT, a lock, and holds it. */
void fixture_take(struct fixture *f, uint32_t task, enum op_kind kind,
                  uint32_t object);
/* TASK signalled or woke OBJECT, and nobody waited. */
void fixture_signal_in_vain(struct fixture *f, uint32_t task, enum op_kind kind,
                            uint32_t object);
/* The object NAME. */
uint32_t fixture_object(struct fixture *f, enum object_kind kind,
                        const char *name);

/* What the target wrote: a file of the working directory, "stdout" or
 * "stderr". */
void fixture_file(struct fixture *f, const char *name, const char *text);

/* Judge. The diagnostic stays empty unless the code is negative. */
int fixture_check(struct fixture *f);

/* Judge, and expect no finding; or exactly one, with that kind and text. */
void fixture_expect_clean(struct fixture *f);
const struct finding *fixture_expect(struct fixture *f, enum finding_kind kind,
                                     const char *what);

/* Expect place INDEX of FINDING at offset OFFSET, with that role and task
 * (may be NULL). */
void fixture_expect_place(const struct finding *finding, size_t index,
                          uint64_t offset, const char *role, const char *task);

#endif
