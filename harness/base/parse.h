/* Words of the command line and of scenarios into numbers. All return 0, or
 * -MPS_EUSAGE with the reason in DIAG (naming TEXT, not the option). */
#ifndef MPS_BASE_PARSE_H
#define MPS_BASE_PARSE_H

#include <stddef.h>
#include <stdint.h>

struct mps_diag;

/* Decimal or 0x hexadecimal; the whole TEXT must be the number. */
int parse_u64(const char *text, uint64_t *out, struct mps_diag *diag);
int parse_i64(const char *text, int64_t *out, struct mps_diag *diag);

/* "250us", "1.5s", "0", "2m": a number and a unit of ns, us, ms, s, m, h.
 * Only 0 may go without its unit. At most a year. */
int parse_duration(const char *text, uint64_t *out_ns, struct mps_diag *diag);

/* "LO..HI" or one value for both; LO <= HI. */
int parse_duration_range(const char *text, uint64_t *low_ns, uint64_t *high_ns,
                         struct mps_diag *diag);

/* "99%", "0.1 %" or "0.001": a share, more than 0 and less than 1. */
int parse_share(const char *text, double *out, struct mps_diag *diag);

/* "1,2,4..8": every number named, in that order, at most 1000 of them. *OUT
 * is the caller's to free. */
int parse_list(const char *text, int64_t **out, size_t *out_count,
               struct mps_diag *diag);

/* "2ms", "1.25 s": the shortest exact-enough text of NS, into BUF. */
const char *parse_show_duration(uint64_t ns, char *buf, size_t size);

#endif
