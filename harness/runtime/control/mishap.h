/* Misuse of objects, noted where it happens. */
#ifndef MPS_RUNTIME_CONTROL_MISHAP_H
#define MPS_RUNTIME_CONTROL_MISHAP_H

#include <stdint.h>

#include "segment/schedule.h"

/* The calling task did KIND at SITE to OBJECT; OTHER (task + 1, 0: nobody) did
 * what made it wrong at OTHER_SITE. The same thing is noted once. */
void mishap_note(enum mishap_kind kind, uint32_t object, uint64_t site,
                 uint32_t other, uint64_t other_site);

/* The same, done by TASK. */
void mishap_note_of(uint32_t task, enum mishap_kind kind, uint32_t object,
                    uint64_t site, uint32_t other, uint64_t other_site);

#endif
