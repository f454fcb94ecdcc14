/* The calls that lead to an operation: the program is run up to it again and
 * looked at while it stands there. */
#ifndef MPS_CAMPAIGN_STACK_H
#define MPS_CAMPAIGN_STACK_H

#include "rerun.h"

struct str;

/* Those of op number NTH, from 0, of the task with PATH when TRACE's program
 * follows PLAN with SEED: innermost first, code of the user alone, at most MAX
 * into FRAMES, whose texts live as long as RERUN. How many; 0 when the run does
 * not come there. Its parameters are those that RERUN has. */
size_t stack_find(struct rerun *rerun, const struct trace *trace,
                  const struct schedule_plan *plan, uint64_t seed,
                  const char *path, uint64_t nth, struct location *frames,
                  size_t max);

/* The number of the frame that is the program's own line: the innermost one in
 * the folder that main() is in, which libraries are not; 0 when that cannot be
 * told. */
size_t stack_own(const struct location *frames, size_t count);

/* Append frames FIRST to LAST: "put() queue.c:129 < work() primes.c:91". */
void stack_add(struct str *s, const struct location *frames, size_t first,
               size_t last);

#endif
