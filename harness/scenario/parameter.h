/* Names and values of parameters. Private to this folder. */
#ifndef MPS_SCENARIO_PARAMETER_H
#define MPS_SCENARIO_PARAMETER_H

#include <stdbool.h>
#include <stddef.h>

struct parameter;
struct scenario;

/* Limits of the parameter "workers", and of any list of values. */
enum { WORKERS_MIN = 1, WORKERS_MAX = 1000, VALUES_MAX = 1000 };

/* The length of the parameter name [a-z_][a-z0-9_]* that TEXT begins with. */
size_t parameter_name_length(const char *text);

/* BRACE points at a "{": the length of the name when "{name}" stands there,
 * else 0. */
size_t parameter_braced_length(const char *brace);

/* The parameter whose name is the first LEN bytes of NAME, or NULL. */
const struct parameter *parameter_find(const struct scenario *scenario,
                                       const char *name, size_t len);

/* The first value that is not a whole number, or NULL. */
const char *parameter_text_value(const struct parameter *parameter);

#endif
