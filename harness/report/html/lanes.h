/* What a timeline looks like: which steps have a row, which task has which
 * lane, and what reaches over several rows: waits, locks that are held,
 * messages on their way. Pure. Private to report/html/. */
#ifndef MPS_REPORT_HTML_LANES_H
#define MPS_REPORT_HTML_LANES_H

#include "trace/timeline.h"

enum { LANES_MAX = 24, ARROWS_MAX = 200 };

/* Something of one lane, from row FIRST to row LAST. */
struct lanes_bar {
    size_t lane, first, last;
    bool open;          /* it has not ended there */
    const char *object; /* the lock; NULL for a wait */
    size_t number;      /* of the object, from 0 */
};

/* Something that goes from one row and lane to another. */
struct lanes_arrow {
    size_t from_lane, from_row, to_lane, to_row;
    const struct timeline_message *message; /* NULL: of a pipe or the like */
    const char *object;                     /* then; NULL: a task is made */
    size_t more; /* like it, from the same row to the same row */
};

struct lanes {
    const struct timeline *timeline;
    struct timeline_row *rows;
    size_t row_count;
    size_t left_out; /* rows before the first one */
    uint32_t tasks[LANES_MAX];
    size_t lane_count; /* further tasks share the last one */
    size_t *lane_of;   /* by task */
    struct lanes_bar *waits, *locks;
    size_t wait_count, lock_count;
    struct lanes_arrow *arrows;
    size_t arrow_count;
    size_t arrows_left_out;
    const char **objects; /* those that were held, by number */
    size_t object_count;
};

/* Lay TIMELINE out, which is borrowed, in at most MAX_ROWS rows (more than 0):
 * those far from switches are folded first, then the oldest left out. -ENOMEM:
 * LANES is empty then. Release with lanes_fini(). */
int lanes_init(struct lanes *lanes, const struct timeline *timeline,
               size_t max_rows);
void lanes_fini(struct lanes *lanes);

/* The task that holds OBJECT at the end, as far as the steps tell, or -1. */
int lanes_holder(const struct timeline *timeline, const char *object);

#endif
