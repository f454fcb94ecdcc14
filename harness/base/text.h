/* Putting short texts together without stdio: safe in signal handlers and
 * inside a target. All stop at END - 1 and terminate; they return where the
 * next piece goes. */
#ifndef MPS_BASE_TEXT_H
#define MPS_BASE_TEXT_H

#include <stdint.h>

char *text_put(char *at, char *end, const char *text);
char *text_put_u64(char *at, char *end, uint64_t number);

#endif
