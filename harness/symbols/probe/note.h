/* How a probe says where it is: one line on standard output for each place,
 *     MODULE <tab> OFFSET <tab> FUNCTION <tab> LINE
 * OFFSET is the link-time return address, in hexadecimal. */
#ifndef MPS_SYMBOLS_PROBE_NOTE_H
#define MPS_SYMBOLS_PROBE_NOTE_H

#ifdef __cplusplus
extern "C" {
#endif

__attribute__((visibility("default"))) void note(const char *function,
                                                 int line);

/* Calls noted places of the library itself, then BACK. */
__attribute__((visibility("default"))) void library_call(void (*back)(void));

/* After a call that must not become a jump. */
#define KEEP() __asm__ volatile("" ::: "memory")

#define NOTE()                    \
    do {                          \
        note(__func__, __LINE__); \
        KEEP();                   \
    } while (0)

#ifdef __cplusplus
}
#endif
#endif
