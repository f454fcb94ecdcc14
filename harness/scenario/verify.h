/* Does a document fit a libcyaml schema? */
#ifndef MPS_SCENARIO_VERIFY_H
#define MPS_SCENARIO_VERIFY_H

#include <cyaml/cyaml.h>

struct document;

/* 0 when the root of DOC fits SCHEMA, which must be a mapping; else
 * -MPS_EINPUT with the first thing that does not, its place and what to do
 * about it in DOC->diag. Afterwards libcyaml accepts the same bytes. */
int verify_schema(const struct document *doc,
                  const cyaml_schema_value_t *schema);

#endif
