/* What is left of the time limit of an iteration.
 *
 * Real time counts, less that in which the machine did not let the iteration
 * run: on an overloaded one a program that is quick would else be called a
 * hang, in whatever it was about to do. Such a stretch is one in which some
 * task was ready to run and all together had hardly any processor; or one in
 * which not even the runner came to look. */
#ifndef MPS_RUNNER_BUDGET_H
#define MPS_RUNNER_BUDGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct budget {
    uint64_t limit_ns;
    uint64_t start_ns, looked_ns;
    uint64_t denied_ns; /* while they were ready */
    uint64_t absent_ns; /* while nobody looked */
    uint64_t used_ns;   /* of processors, up to the last look */
    bool has_used;
};

/* All times are of one monotonic clock. */
void budget_begin(struct budget *budget, uint64_t limit_ns, uint64_t now_ns);
/* What is left at NOW_NS; 0: the limit has passed. */
uint64_t budget_left_ns(const struct budget *budget, uint64_t now_ns);
/* SPAN_NS up to now do not count. */
void budget_skip(struct budget *budget, uint64_t span_ns);

/* Whether it is time for another look. */
bool budget_is_due(const struct budget *budget, uint64_t now_ns);
/* What a look at NOW_NS shows: USED_NS of processors so far, since whenever,
 * and whether some task is READY to run, or running. What is denied counts
 * after all when it comes to many times the limit. */
void budget_note(struct budget *budget, uint64_t now_ns, uint64_t used_ns,
                 bool ready);
/* Take a look at SERVER and its descendants, if it is time. */
void budget_look(struct budget *budget, pid_t server, uint64_t now_ns);

#endif
