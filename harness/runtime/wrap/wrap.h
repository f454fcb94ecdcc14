/* What the interposed functions have in common. */
#ifndef MPS_RUNTIME_WRAP_H
#define MPS_RUNTIME_WRAP_H

#include <errno.h>

#include "modules.h"
#include "objects.h"
#include "point.h"
#include "real.h"
#include "state.h"

/* Where the program called the interposed function. */
#define CALLER_SITE() modules_site(__builtin_return_address(0))

#define ENTER() runtime_enter(__builtin_frame_address(0))

/* Leave the runtime without touching errno, which the caller looks at. */
static inline void leave(struct entry entry)
{
    runtime_leave(entry);
}

/* What functions that return -1 and set errno report to point_end(). */
static inline long errno_result(long result)
{
    return result == -1 ? -errno : result;
}

#endif
