/* Places in code as text: as traces show them. Shared with explain/ and
 * report/. */
#ifndef MPS_TRACE_PLACE_H
#define MPS_TRACE_PLACE_H

struct location;
struct str;

/* Append "function() file:line", or as much of it as is known. */
void place_add(struct str *s, const struct location *location);

/* The other way round: append function and file of the text PLACE, as far as it
 * has them, to FUNCTION and FILE. Returns the line, or 0. */
int place_split(const char *place, struct str *function, struct str *file);

#endif
