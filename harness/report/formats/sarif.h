/* The parts of a SARIF report. Each returns a value that is the caller's, or
 * NULL when memory is too short. Private to report/. */
#ifndef MPS_REPORT_SARIF_H
#define MPS_REPORT_SARIF_H

#include "formats/checkout.h"
#include "formats/json_values.h"
#include "report.h"

struct timeline;

/* A message object with TEXT (which may come from a target) as it is: nothing
 * in it is a placeholder or a link. */
json_t *sarif_message(const char *text);
/* Of what S holds; S is released. */
json_t *sarif_message_take(struct str *s);

/* Put what is known of FILE into OBJECT as the artifact location KEY. */
void sarif_put_artifact(json_t *object, const char *key,
                        const struct checkout *checkout, const char *file,
                        bool *failed);

/* Whether there is anything to show of LOCATION. */
bool sarif_is_known(const struct location *location);
/* A location object with WORDS as its message (NULL: none). */
json_t *sarif_location(const struct checkout *checkout,
                       const struct location *location, const char *words);

/* The code flows of FINDING, an array: how the tasks went through the SCHEDULE
 * (NULL: not known), and which of its places are whose. Empty without either.
 */
json_t *sarif_flows(const struct checkout *checkout,
                    const struct finding *finding,
                    const struct timeline *schedule);

/* The results of RUN: findings that nobody expected. */
json_t *sarif_results(const struct checkout *checkout,
                      const struct report_run *run);

#endif
