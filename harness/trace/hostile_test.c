/* Traces from strangers: whatever is in the file, trace_open() either gives a
 * sound trace or says in one line what is wrong. The sanitizers watch. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/rng.h"
#include "base/str.h"
#include "fixture_test.h"
#include "plan.h"
#include "trace/trace_print.h"

/* Open f->path and expect CODE with "PATH" MESSAGE. */
static void expect_refused(struct fixture *f, int code, const char *message)
{
    struct trace *trace;
    f->diag.text[0] = '\0';
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), code);
    cr_expect_null(trace);
    size_t n = strlen(f->path);
    cr_expect_arr_eq(f->diag.text, f->path, n);
    cr_expect_str_eq(f->diag.text + n, message);
}

/* A changed file may still be a sound trace; it must then be printable. */
static void expect_sound_or_refused(struct fixture *f, size_t round)
{
    struct trace *trace;
    int err = trace_open(&trace, f->path, &f->diag);
    if (err) {
        cr_expect(err == -MPS_ECORRUPT || err == -MPS_EINPUT ||
                      err == -MPS_EVERSION,
                  "round %zu: %s", round, f->diag.text);
        return;
    }
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct trace_print_options options = {.width = 100};
    cr_expect_eq(trace_print(out, trace, &options), 0);
    fclose(out);
    free(text);
    struct schedule_plan plan;
    err = trace_plan(trace, &plan);
    cr_expect(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    plan_fini(&plan);
    const struct trace_explanation *why = trace_explanation(trace);
    err = why ? trace_minimal_plan(why, &plan) : 0;
    cr_expect(!err || err == -MPS_EFULL || err == -MPS_ECORRUPT);
    if (why && !err)
        plan_fini(&plan);
    trace_close(trace);
}

Test(hostile, other_files_are_no_traces)
{
    struct fixture *f = fixture_new();
    f->diag.text[0] = '\0';
    fixture_write(f, "", 0);
    expect_refused(f, -MPS_EINPUT, ": not an mpstress trace (it is empty)");
    fixture_write(f, "hello", 5);
    expect_refused(f, -MPS_EINPUT,
                   ": not an mpstress trace (it is no SQLite database)");
    unlink(f->path);
    fixture_sql(f, "CREATE TABLE notes(text)");
    expect_refused(f, -MPS_EINPUT,
                   ": not an mpstress trace (it is an SQLite database of "
                   "something else)");
    unlink(f->path);
    cr_assert_eq(mkdir(f->path, 0700), 0);
    expect_refused(f, -MPS_EINPUT,
                   ": not an mpstress trace (it is a directory)");
    rmdir(f->path);
    cr_assert_eq(mkfifo(f->path, 0600), 0);
    expect_refused(f, -MPS_EINPUT,
                   ": not an mpstress trace (it is no regular file)");
    unlink(f->path);
    expect_refused(f, -ENOENT, ": No such file or directory");
    fixture_free(f);
}

Test(hostile, newer_formats_are_told_from_damage)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "PRAGMA user_version = 7");
    expect_refused(f, -MPS_EVERSION,
                   ": written by a newer mpstress (format 7); this one reads "
                   "format 5");
    fixture_sql(f, "PRAGMA user_version = 0");
    expect_refused(f, -MPS_ECORRUPT, ": damaged: there is no format 0");
    fixture_free(f);
}

/* One way to spoil a trace, and what is said about it. */
struct harm {
    const char *sql, *message;
};

static const struct harm harms[] = {
    {"DROP TABLE ops", "table ops is missing"},
    {"DROP TABLE ops; CREATE TABLE ops(begin)",
     "table ops is not as it was made"},
    {"DROP VIEW timeline; DROP TABLE files;"
     "CREATE VIEW files AS SELECT name, 1, data FROM files",
     "table files is missing"},
    {"CREATE TABLE more(x CHECK (abs(x) > 0)); INSERT INTO more VALUES(1)",
     "it holds a table or an index that mpstress did not make"},
    {"CREATE INDEX more ON ops(abs(result))",
     "it holds a table or an index that mpstress did not make"},
    {"UPDATE meta SET value = 'x; rm -rf ~' WHERE key = 'id'",
     "table meta, row 45: the id 'x; rm -rf ~' is no id"},
    {"DELETE FROM meta WHERE key = 'seed'",
     "table meta, row 44: 'seed' is missing"},
    {"INSERT INTO meta VALUES('seed', '1')",
     "table meta, row 45: 'seed' twice"},
    {"UPDATE meta SET value = '-1' WHERE key = 'seed'",
     "table meta, row 11: 'seed' cannot be '-1'"},
    {"UPDATE meta SET value = 'chaos' WHERE key = 'mode'",
     "table meta, row 45: there is no mode 'chaos'"},
    {"UPDATE meta SET value = 'ops' WHERE key = 'unit'",
     "table meta, row 45: a control schedule is not made of 'ops'"},
    {"UPDATE meta SET value = '2' WHERE key = 'schedule_cut'",
     "table meta, row 41: 'schedule_cut' cannot be '2'"},
    {"UPDATE segments SET task = 3 WHERE position = 2",
     "table segments, row 1: column task has 3, which is not 0 to 2"},
    {"UPDATE segments SET points = -1 WHERE position = 2",
     "table segments, row 1: column points has -1, which is not 0 to "
     "4294967295"},
    {"WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n"
     " WHERE i < 65545) INSERT INTO segments SELECT i, 1, 1 FROM n",
     "table segments, row 65536: more rows than there can be"},
    {"UPDATE mishaps SET other = 3", "table mishaps, row 0: column other has "
                                     "3, which is not 0 to 2"},
    {"WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n"
     " WHERE i < 50) INSERT INTO mishaps SELECT i, 1, '', 0, NULL, NULL,"
     " NULL, NULL FROM n",
     "table mishaps, row 32: more rows than there can be"},
    {"UPDATE minimal SET task = 3 WHERE position = 2",
     "table minimal, row 1: column task has 3, which is not 0 to 2"},
    {"UPDATE minimal SET points = 4294967296 WHERE position = 2",
     "table minimal, row 1: column points has 4294967296, which is not 0 to "
     "4294967295"},
    {"UPDATE minimal_ops SET task = -1",
     "table minimal_ops, row 0: column task has -1, which is not 0 to 2"},
    {"DELETE FROM minimal_tasks", "table minimal, row 0: there are no tasks"},
    {"UPDATE pair SET nth = -1",
     "table pair, row 0: column nth has -1, which is not 0 to "
     "9223372036854775807"},
    {"DELETE FROM pair WHERE position = 1",
     "table pair, row 1: one op is no pair"},
    {"INSERT INTO pair SELECT 3, task, nth, kind, object, place FROM pair"
     " WHERE position = 1",
     "table pair, row 2: more rows than there can be"},
    {"DELETE FROM explanation WHERE key = 'runs'",
     "table explanation, row 10: 'runs' is missing"},
    {"UPDATE ops SET task = 3 WHERE position = 4",
     "table ops, row 3: column task has 3, which is not 0 to 2"},
    {"UPDATE ops SET task = -1", "table ops, row 0: column task has -1, which "
                                 "is not 0 to 2"},
    {"UPDATE ops SET object = 77 WHERE position = 4",
     "table ops, row 3: there is no object 77"},
    {"UPDATE ops SET place = 0 WHERE position = 1",
     "table ops, row 0: there is no place 0"},
    {"UPDATE tasks SET number = 9 WHERE number = 2",
     "table tasks, row 2: tasks are numbered from 0"},
    {"UPDATE findings SET kind = char(27) || '[31m'",
     "table findings, row 0: there is no kind of finding '\\x1b[31m'"},
    {"UPDATE findings SET what = CAST(x'ff' AS TEXT)",
     "table findings, row 0: column what is not valid UTF-8"},
    {"UPDATE findings SET what = 'a' || char(0) || 'b'",
     "table findings, row 0: column what is not valid UTF-8"},
    {"UPDATE finding_places SET finding = 5",
     "table finding_places, row 0: column finding has 5, which is not 0 to 2"},
    {"UPDATE files SET full_size = 1",
     "table files, row 0: more was kept of the file than it has"},
    {"DELETE FROM arguments", "no command line"},
    {"DELETE FROM tasks", "table ops, row 0: there are no tasks"},
    {"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
     " WHERE i < 10001) INSERT INTO params SELECT i, i FROM n",
     "table params, row 10000: more rows than there can be"},
    {"INSERT INTO files VALUES('stdout', 10000000, zeroblob(10000000))",
     "string or blob too big"},
};

Test(hostile, what_is_wrong_with_a_spoiled_trace_is_named)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    for (size_t i = 0; i < sizeof(harms) / sizeof(*harms); i++) {
        fixture_save(f);
        fixture_explain(f);
        fixture_sql(f, harms[i].sql);
        char *message = str_format(": damaged: %s", harms[i].message);
        expect_refused(f, -MPS_ECORRUPT, message);
        free(message);
    }
    fixture_free(f);
}

Test(hostile, triggers_and_views_of_a_stranger_do_nothing)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "CREATE VIEW endless AS WITH RECURSIVE n(i) AS"
                   " (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n;"
                   "CREATE TRIGGER evil AFTER INSERT ON ops BEGIN"
                   " SELECT load_extension('x'); END");
    struct trace *trace;
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), 0, "%s", f->diag.text);
    trace_close(trace);
    fixture_free(f);
}

Test(hostile, a_trace_in_wal_mode_still_opens)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, "PRAGMA journal_mode = WAL");
    struct trace *trace;
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), 0, "%s", f->diag.text);
    trace_close(trace);
    fixture_free(f);
}

Test(hostile, a_trace_cut_anywhere_is_refused, .timeout = 60)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    struct str whole;
    fixture_read(f, &whole);
    for (size_t size = 0; size < whole.len; size += size < 4096 ? 512 : 4096) {
        struct trace *trace;
        fixture_write(f, whole.data, size);
        int err = trace_open(&trace, f->path, &f->diag);
        cr_expect(err == -MPS_ECORRUPT || err == -MPS_EINPUT, "%zu bytes: %d",
                  size, err);
        trace_close(trace);
    }
    str_fini(&whole);
    fixture_free(f);
}

Test(hostile, flipped_bits_never_break_the_reader, .timeout = 120)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    fixture_save(f);
    fixture_explain(f);
    struct str whole;
    fixture_read(f, &whole);
    char *bytes = malloc(whole.len);
    cr_assert_not_null(bytes);
    struct rng rng;
    rng_seed(&rng, 1);
    for (size_t round = 0; round < 1500; round++) {
        memcpy(bytes, whole.data, whole.len);
        uint64_t flips = 1 + rng_below(&rng, 1 << rng_below(&rng, 8));
        /* Half of them near the start of a page, where the structure is. */
        for (uint64_t i = 0; i < flips; i++) {
            uint64_t at = rng_below(&rng, whole.len);
            if (rng_below(&rng, 2))
                at = at / 4096 * 4096 + at % 128;
            bytes[at] ^= (char)(1 << rng_below(&rng, 8));
        }
        fixture_write(f, bytes, whole.len);
        expect_sound_or_refused(f, round);
    }
    free(bytes);
    str_fini(&whole);
    fixture_free(f);
}
