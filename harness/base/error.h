/* Error codes of the harness.
 *
 * Every function that can fail returns 0 or a negative code: -errno for what
 * the kernel refused, -MPS_E... for what mpstress refused. Safe in any
 * process, thread or signal handler. */
#ifndef MPS_BASE_ERROR_H
#define MPS_BASE_ERROR_H

#define MPS_ERRORS(X)                                                          \
    X(EUSAGE, "bad usage")                                                     \
    X(EINPUT, "bad input file")                                                \
    X(ESTART, "target could not be started")                                   \
    X(ENOMATCH, "nothing matched")                                             \
    X(EFULL, "size limit reached")                                             \
    X(ETIMEOUT, "time budget exceeded")                                        \
    X(ECORRUPT, "data is damaged")                                             \
    X(EVERSION, "written by another version of mpstress")                      \
    X(ESTORE, "the store refused")                                             \
    X(ELOST, "the fork server is gone")                                        \
    X(EINTERNAL, "internal error")

/* Numbered above every errno value, so that one int carries both. */
enum mps_error {
    MPS_ERROR_BASE = 4096,
#define MPS_ERROR_ENUM(name, text) MPS_##name,
    MPS_ERRORS(MPS_ERROR_ENUM)
#undef MPS_ERROR_ENUM
};

/* The text of CODE (negative, or 0 for "success"). Never NULL; static. */
const char *error_text(int code);

#endif
