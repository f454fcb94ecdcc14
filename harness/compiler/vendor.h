/* Whose compiler it is. */
#ifndef MPS_COMPILER_VENDOR_H
#define MPS_COMPILER_VENDOR_H

/* Bits, for the tables of flags. */
enum vendor {
    VENDOR_UNKNOWN = 0,
    VENDOR_GCC = 1,
    VENDOR_CLANG = 2,
};

struct mps_diag;

/* Tell it from what the compiler prints for -v. */
enum vendor vendor_read(const char *text);

/* Tell it from PATH, symbolic links resolved. VENDOR_UNKNOWN unless the name
 * is enough: that of clang is, whose answer to -v takes half as long as a
 * small file; gcc answers in a millisecond. */
enum vendor vendor_of_path(const char *path);

/* Ask COMPILER, an argument vector, with -v, and tell *VENDOR by the answer.
 * Fails with -MPS_ESTART when it does not run or is none of the two. */
int vendor_ask(enum vendor *vendor, char *const *compiler,
               struct mps_diag *diag);

#endif
