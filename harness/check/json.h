/* Observations as JSON lines, for checkers outside. Private to check/.
 *
 * One object a line, in the order in which the records were made:
 *     {"kind":"int","name":"total","task":"0.1","ticket":7,"value":3}
 * "kind" is int, real, text, emit, put, got, enter, leave, check or sometimes.
 * "value" is a number for int and real, true or false for check and sometimes,
 * text for text, the bytes in hexadecimal for emit, put and got; enter and
 * leave have none. Values that JSON has no number for are texts ("nan"), and
 * bytes of a text that are not UTF-8 are written as \xNN. */
#ifndef MPS_CHECK_JSON_H
#define MPS_CHECK_JSON_H

#include "base/str.h"
#include "segment/read.h"

/* Append all observations of SEGMENT to OUT; -ENOMEM. */
int json_observations(struct str *out, const struct segment *segment);

#endif
