/* Places in code as text: as traces show them. Shared with explain/. */
#ifndef MPS_TRACE_PLACE_H
#define MPS_TRACE_PLACE_H

struct location;
struct str;

/* Append "function() file:line", or as much of it as is known. */
void place_add(struct str *s, const struct location *location);

#endif
