/* A failed iteration made by hand, for the tests of this folder. A failed
 * allocation or call aborts. */
#ifndef MPS_TRACE_FIXTURE_TEST_H
#define MPS_TRACE_FIXTURE_TEST_H

#include "base/diag.h"
#include "trace/explanation.h"

/* A producer and a consumer that wait for each other: three tasks, ops on two
 * mutexes and a pipe, messages, observations of every kind, output, files,
 * two findings. */
struct fixture {
    char *directory; /* a fresh one; removed with the fixture */
    char *path;      /* for a trace, in it */
    struct segment *segment;
    struct scenario scenario;
    struct parameter parameters[2];
    const char *values[2];
    const char *arguments[3];
    struct choice choice;
    struct task_snapshot snapshot;
    struct outcome outcome;
    struct finding_list findings;
    struct trace_info info;
    struct mps_diag diag;
};

struct fixture *fixture_new(void);
void fixture_free(struct fixture *f);

/* Make it an iteration under control that ended in a deadlock, with a schedule
 * of five segments and two misuses. */
void fixture_control(struct fixture *f);

/* Add what shrinking could have found to the trace f->path. */
void fixture_explain(struct fixture *f);

/* The site of code that is surely known: a function of the test program,
 * "fixture_landmark" in "fixture_test.c". */
uint64_t fixture_site(struct fixture *f);

/* Save to f->path; aborts when that fails. */
void fixture_save(struct fixture *f);

/* The bytes of f->path, and the other way round. */
struct str;
void fixture_read(const struct fixture *f, struct str *bytes);
void fixture_write(const struct fixture *f, const void *bytes, size_t size);

/* Run SQL on f->path with everything SQLite allows. */
void fixture_sql(const struct fixture *f, const char *sql);

#endif
