/* The documents in recorded/, for tests. */
#ifndef MPS_VALGRIND_RECORDED_TEST_H
#define MPS_VALGRIND_RECORDED_TEST_H

#include "base/str.h"
#include "parse.h"

/* The bytes of recorded/NAME.xml; str_fini(). */
struct str recorded_bytes(const char *name);

/* Read it, as process PROCESS of a run. One that a forked process wrote gets
 * the head that run.c gives it. */
struct valgrind_report recorded_report(const char *name, size_t process);

#endif
