/* Why something failed, said once, where it happened, in words for the user:
 * the thing, what was wrong with it, what to do. The caller owns the struct;
 * callers further up add nothing. */
#ifndef MPS_BASE_DIAG_H
#define MPS_BASE_DIAG_H

struct mps_diag {
    char text[1024]; /* always terminated; cut with "..." when longer */
};

/* Write the message into DIAG (may be NULL) and return CODE (negative), so
 * that a failing function ends in `return diag_set(diag, -EIO, ...)`. */
int diag_set(struct mps_diag *diag, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
