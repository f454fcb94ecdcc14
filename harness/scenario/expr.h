/* Integer expressions over parameters: `workers * increments + 1`.
 *
 *     sum     = product { ("+" | "-") product }
 *     product = factor { ("*" | "/" | "%") factor }
 *     factor  = number | name | "-" factor | "(" sum ")"
 *             | ("min" | "max") "(" sum "," sum ")"
 *
 * Names are [a-z_][a-z0-9_]*, numbers decimal. 64-bit signed; overflow and
 * division by zero are errors, not wraps; quotients are cut towards zero, as
 * in C. Nesting is limited to 64, the text to 4096 characters. A parsed
 * expression may be evaluated by any number of threads at once. */
#ifndef MPS_SCENARIO_EXPR_H
#define MPS_SCENARIO_EXPR_H

#include <stdint.h>

struct mps_diag;
struct expr;

/* Parse TEXT; *OUT is released with expr_free(). -MPS_EINPUT with the column
 * and the reason in DIAG. */
int expr_parse(struct expr **out, const char *text, struct mps_diag *diag);
void expr_free(struct expr *expr);

/* The text it was parsed from. */
const char *expr_text(const struct expr *expr);

/* Looks up NAME; returns 0 and *VALUE, or a negative code when unknown. */
typedef int expr_lookup(void *context, const char *name, int64_t *value);

/* -MPS_EINPUT with the reason in DIAG: unknown name, overflow, division by
 * zero. */
int expr_eval(const struct expr *expr, expr_lookup *lookup, void *context,
              int64_t *value, struct mps_diag *diag);

/* Call VISIT for each name used; stops at and returns the first non-zero. */
int expr_names(const struct expr *expr,
               int (*visit)(void *context, const char *name), void *context);

#endif
