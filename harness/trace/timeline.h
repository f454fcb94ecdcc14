/* How a failure went, a step after the other: the shortest run when there is
 * one, else the recorded one. What the timelines of the terminal and of the
 * HTML report are drawn from. Plain data, pure. */
#ifndef MPS_TRACE_TIMELINE_H
#define MPS_TRACE_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;
struct trace;

struct timeline_task {
    const char *path, *name; /* "0.1", "consumer" or "" */
};

/* Of the two ops whose order decides. */
enum timeline_pair { TIMELINE_NEITHER, TIMELINE_FIRST, TIMELINE_THEN };

struct timeline_step {
    uint32_t task; /* number in `tasks` */
    const char *kind, *object, *place;
    uint64_t begin, end; /* tickets; 0: not known, or it never came back */
    int64_t result;      /* both 0 when they are not known */
    uint64_t argument;
    enum timeline_pair pair;
    bool completed; /* it came back */
    bool stuck;     /* it did not, and should have */
    bool switched;  /* the step before is another task's */
};

/* Said by the target: mps_put(), mps_got(). */
struct timeline_message {
    uint64_t ticket;
    uint32_t task;
    bool got;
    const char *queue;
    const void *data;
    size_t size;
};

struct timeline {
    bool minimal;        /* the shortest run, not the recorded one */
    uint64_t ops_before; /* earlier ops that nobody has kept */
    struct timeline_task *tasks;
    size_t task_count;
    struct timeline_step *steps; /* as they came back, the stuck ones last */
    size_t step_count;
    struct timeline_message *messages; /* by ticket */
    size_t message_count;
};

/* Fill TIMELINE from TRACE, whose texts it borrows. -ENOMEM: it is empty
 * then. Release with timeline_fini(). */
int timeline_init(struct timeline *timeline, const struct trace *trace);
/* The same of the recorded run, even if there is a shorter one. */
int timeline_init_recorded(struct timeline *timeline,
                           const struct trace *trace);
void timeline_fini(struct timeline *timeline);

/* A line of a timeline. */
struct timeline_row {
    size_t step;  /* the first that it stands for */
    size_t count; /* how many: 1, or all of a stretch without switches */
    bool wanted;  /* near a switch, one of the pair, or stuck */
};

/* One row for each step, those far from any switch together unless ALL, into
 * ROWS, which has room for all steps. Returns how many. */
size_t timeline_rows(const struct timeline *timeline, bool all,
                     struct timeline_row *rows);

/* Append "mutex lock /ring+0x40", "sem wait /jobs": the kind of an object that
 * the name of the op tells already is left out. */
void timeline_add_op(struct str *s, const char *kind, const char *object);

/* Append what STEP read ("read 5"), how much it moved ("17 bytes"), or why it
 * failed ("EAGAIN"), as far as that is known and says anything. */
void timeline_add_value(struct str *s, const struct timeline_step *step);

/* The first message that the task of step number AT told of while it had the
 * lock that this step takes; *WHOLE: that was given back. NULL: none, or it
 * takes no lock. */
const struct timeline_message *
timeline_message_under(const struct timeline *timeline, size_t at, bool *whole);

/* The queue that OBJECT belongs to, going by what was put in and taken out
 * under its lock, or under the one lock in the same memory; or NULL. */
const char *timeline_queue(const struct timeline *timeline, const char *object);

/* Whether an op of this kind comes back: not an exit. */
bool timeline_returns(const char *kind);

#endif
