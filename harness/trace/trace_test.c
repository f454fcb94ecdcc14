#include "trace/trace.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mpstress/mpstress.h>

#include "base/error.h"
#include "base/str.h"
#include "fixture_test.h"
#include "segment/write.h"

static struct trace *reopen(struct fixture *f)
{
    struct trace *trace;
    fixture_save(f);
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    return trace;
}

Test(trace, keeps_how_the_iteration_was_run)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_meta *meta = trace_meta(trace);
    cr_expect_str_eq(meta->id, "ring-1a2b3c4d");
    cr_expect_str_eq(meta->scenario_name, "ring");
    cr_expect_str_eq(meta->command, "mpstress run --iterations 10000 ring");
    cr_expect_str_eq(meta->strategy, "stress");
    cr_expect_str_eq(meta->scenario_path, f->scenario.path);
    cr_expect_str_eq(meta->scenario_text,
                     "scenario: ring\nprogram: ./target\n");
    cr_expect_str_eq(meta->program, "/srv/target");
    cr_expect_str_eq(meta->directory, f->directory);
    cr_expect_eq(meta->base_seed, 42);
    cr_expect_eq(meta->seed, UINT64_C(0xfedcba9876543210));
    cr_expect_eq(meta->iteration, 17);
    cr_expect_eq(meta->wall_ns, UINT64_C(1700000000123456789));
    cr_expect_eq(meta->delay_high_ns, 50000);
    cr_expect_eq(meta->time_limit_ns, 2000000000);
    cr_expect(meta->timed_out);
    cr_expect_not(meta->server_lost);

    const struct trace_param *params;
    cr_assert_eq(trace_params(trace, &params), 2);
    cr_expect_str_eq(params[0].name, "workers");
    cr_expect_str_eq(params[1].value, "fast");
    const char *const *arguments;
    cr_assert_eq(trace_arguments(trace, &arguments), 3);
    cr_expect_str_eq(arguments[0], "/srv/target");
    cr_expect_str_eq(arguments[1], "--workers=2");
    cr_expect_str_eq(arguments[2], "two words");
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_how_a_controlled_iteration_was_scheduled)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    struct trace *trace = reopen(f);
    const struct trace_meta *meta = trace_meta(trace);
    cr_expect_str_eq(meta->mode, "control");
    cr_expect(meta->controlled);
    cr_expect_str_eq(meta->unit, "grants");
    cr_expect_str_eq(meta->strategy, "pct");
    cr_expect_eq(meta->depth, 3);
    cr_expect_eq(meta->expected_decisions, 70);
    cr_expect_eq(meta->expected_tasks, 4);
    cr_expect_eq(meta->spurious_chance, 5);
    cr_expect_eq(meta->step_limit, 500000);
    cr_expect_str_eq(meta->verdict, "deadlock");
    cr_expect_eq(meta->grants, 200009);
    cr_expect_eq(meta->decisions, 17);
    cr_expect_eq(meta->switches, 4);
    cr_expect_eq(meta->preemptions, 2);
    cr_expect_eq(meta->op_hash, UINT64_C(0xfeedfacecafebeef));
    cr_expect_not(meta->schedule_cut);
    cr_expect_eq(meta->externals, 2);
    cr_expect_str_eq(meta->external_call, "io_uring_enter");
    cr_expect(strstr(meta->external_place, "fixture_landmark() "));

    const struct trace_segment *segments;
    cr_assert_eq(trace_segments(trace, &segments), 5);
    cr_expect_str_eq(segments[2].task, "0.1");
    cr_expect_eq(segments[2].points, 200000);

    const struct trace_mishap *mishaps;
    cr_assert_eq(trace_mishaps(trace, &mishaps), 2);
    cr_expect_str_eq(mishaps[0].what, "unlocks a lock that another task holds");
    cr_expect_str_eq(mishaps[0].task, "0.1");
    cr_expect_str_eq(mishaps[0].other, "0.0");
    cr_expect_str_eq(mishaps[0].object, "mutex /ring+0x40");
    cr_expect(strstr(mishaps[0].place, "fixture_landmark() "));
    cr_expect_eq(mishaps[0].ticket, 9);
    cr_expect_str_eq(mishaps[1].other, "");
    cr_expect_str_eq(mishaps[1].object, "");
    cr_expect_str_eq(mishaps[1].place, "");
    trace_close(trace);
    fixture_free(f);
}

Test(trace, a_free_iteration_inherits_nothing_from_a_controlled_one)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    f->outcome.controlled = false;
    struct trace *trace = reopen(f);
    const struct trace_meta *meta = trace_meta(trace);
    cr_expect_str_eq(meta->mode, "stress");
    cr_expect_str_eq(meta->strategy, "stress");
    cr_expect_str_eq(meta->unit, "ops");
    cr_expect_str_eq(meta->verdict, "");
    cr_expect_str_eq(meta->external_call, "");
    cr_expect_eq(meta->grants, 0);
    const struct trace_segment *segments;
    const struct trace_mishap *mishaps;
    cr_expect_eq(trace_segments(trace, &segments), 7);
    cr_expect_eq(trace_mishaps(trace, &mishaps), 0);
    trace_close(trace);
    fixture_free(f);
}

/* What a trace of format 1 was: the same without what format 2 added. */
static const char to_format_1[] =
    "DROP TABLE mishaps; DROP TABLE explanation; DROP TABLE minimal_params;"
    "DROP TABLE minimal_ops; DROP TABLE minimal; DROP TABLE pair;"
    "DROP TABLE minimal_tasks; DROP TABLE minimal_values;"
    "DROP TABLE minimal_messages; DROP TABLE pair_calls;"
    "DELETE FROM meta WHERE key IN ('mode', 'unit', 'depth',"
    " 'expected_decisions', 'expected_tasks', 'spurious_chance', 'step_limit',"
    " 'races', 'guard',"
    " 'verdict', 'grants', 'decisions', 'switches', 'preemptions', 'op_hash',"
    " 'schedule_cut', 'externals', 'external_call', 'external_place');"
    "PRAGMA user_version = 1";

Test(trace, of_format_1_opens_as_a_free_iteration)
{
    struct fixture *f = fixture_new();
    fixture_save(f);
    fixture_sql(f, to_format_1);
    struct trace *trace;
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    const struct trace_meta *meta = trace_meta(trace);
    cr_expect_str_eq(meta->mode, "stress");
    cr_expect_str_eq(meta->unit, "ops");
    cr_expect_str_eq(meta->verdict, "");
    cr_expect_eq(meta->seed, UINT64_C(0xfedcba9876543210));
    const struct trace_segment *segments;
    cr_expect_eq(trace_segments(trace, &segments), 7);
    trace_close(trace);
    fixture_sql(f, "CREATE TABLE mishaps(x)");
    cr_expect_eq(trace_open(&trace, f->path, &f->diag), -MPS_ECORRUPT);
    fixture_free(f);
}

Test(trace, of_format_2_opens_as_one_whose_accesses_were_no_points)
{
    struct fixture *f = fixture_new();
    fixture_control(f);
    f->segment->config.flags |= SEGMENT_RACES | SEGMENT_GUARD;
    struct trace *trace = reopen(f);
    cr_expect(trace_meta(trace)->races);
    cr_expect(trace_meta(trace)->guard);
    trace_close(trace);
    fixture_sql(f, "DELETE FROM meta WHERE key IN ('races', 'guard');"
                   "DROP TABLE minimal_values; DROP TABLE minimal_messages; "
                   "DROP TABLE pair_calls;"
                   "PRAGMA user_version = 2");
    int err = trace_open(&trace, f->path, &f->diag);
    cr_assert_eq(err, 0, "%s", f->diag.text);
    cr_expect_not(trace_meta(trace)->races);
    cr_expect_not(trace_meta(trace)->guard);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_tasks_with_the_line_that_made_them)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_task *tasks;
    cr_assert_eq(trace_tasks(trace, &tasks), 3);
    cr_expect_str_eq(tasks[0].path, "0");
    cr_expect_str_eq(tasks[1].path, "0.0");
    cr_expect_str_eq(tasks[1].name, "producer");
    cr_expect_eq(tasks[1].pid, 3);
    cr_expect(strstr(tasks[1].created, "fixture_landmark() "), "%s",
              tasks[1].created);
    cr_expect(strstr(tasks[1].created, "fixture_test.c:"), "%s",
              tasks[1].created);
    cr_expect_not(tasks[1].status_known);
    cr_expect(tasks[2].status_known);
    cr_expect_eq(tasks[2].status, SIGKILL);
    cr_expect_eq(tasks[2].points, 4);
    cr_expect(tasks[1].alive);
    cr_expect_not(tasks[2].alive);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_ops_in_the_order_of_their_tickets)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_op *ops;
    size_t count = trace_ops(trace, &ops);
    cr_assert_eq(count, 10);
    for (size_t i = 1; i < count; i++)
        cr_expect_lt(ops[i - 1].begin, ops[i].begin);
    cr_expect_str_eq(ops[3].kind, "mutex lock");
    cr_expect_str_eq(ops[3].task, "0.0");
    cr_expect_str_eq(ops[3].object, "mutex /ring+0x40");
    cr_expect(strstr(ops[3].place, "fixture_landmark() "));
    cr_expect_eq(ops[3].delay_ns, 1500);
    cr_expect_eq(ops[5].result, 5);
    cr_expect_eq(ops[7].result, -EAGAIN);
    cr_expect_str_eq(ops[1].object, "");
    cr_expect_neq(ops[7].end, 0);
    cr_expect(ops[7].completed);
    cr_expect_eq(ops[9].end, 0);
    cr_expect_not(ops[9].completed);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_the_schedule_as_runs_of_points)
{
    static const struct trace_segment expected[] = {
        {"0", 3, 0},   {"0.0", 1, 1}, {"0.1", 1, 2}, {"0.0", 1, 1},
        {"0.1", 2, 2}, {"0.0", 1, 1}, {"0.1", 1, 2},
    };
    enum { COUNT = sizeof(expected) / sizeof(*expected) };
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_segment *segments;
    cr_assert_eq(trace_segments(trace, &segments), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_expect_str_eq(segments[i].task, expected[i].task);
        cr_expect_eq(segments[i].points, expected[i].points);
        cr_expect_eq(segments[i].number, expected[i].number);
    }
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_messages_and_observations_apart)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_message *messages;
    cr_assert_eq(trace_messages(trace, &messages), 2);
    cr_expect_str_eq(messages[0].queue, "tasks");
    cr_expect_not(messages[0].got);
    cr_expect(messages[1].got);
    cr_expect_str_eq(messages[1].task, "0.1");
    cr_assert_eq(messages[1].size, 5);
    cr_expect_arr_eq(messages[1].data, "first", 5);
    cr_expect_lt(messages[0].ticket, messages[1].ticket);

    static const char *const expected[][3] = {
        {"int", "total", "-3987"},
        {"real", "mean", "0.25"},
        {"text", "note", "caf\xc3\xa9 \\xff\x01"},
        {"emit", "draws", "42"},
        {"emit", "bytes", "01ab"},
        {"enter", "critical", ""},
        {"leave", "critical", ""},
        {"check", "sane", "false"},
        {"sometimes", "full", "true"},
    };
    enum { COUNT = sizeof(expected) / sizeof(*expected) };
    const struct trace_observation *observations;
    cr_assert_eq(trace_observations(trace, &observations), COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        cr_expect_str_eq(observations[i].kind, expected[i][0]);
        cr_expect_str_eq(observations[i].name, expected[i][1]);
        cr_expect_str_eq(observations[i].value, expected[i][2]);
        cr_expect_str_eq(observations[i].task, "0.1");
    }
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_findings_with_their_places)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct finding_list *findings = trace_findings(trace);
    cr_assert_eq(findings->count, 2);
    const struct finding *deadlock = &findings->items[0];
    cr_expect_eq(deadlock->kind, FINDING_DEADLOCK);
    cr_expect_null(deadlock->invariant);
    cr_expect_str_eq(deadlock->detail, f->findings.items[0].detail);
    cr_expect_eq(deadlock->fingerprint, f->findings.items[0].fingerprint);
    cr_assert_eq(deadlock->place_count, 2);
    cr_expect_str_eq(deadlock->places[0].location.function, "produce");
    cr_expect_str_eq(deadlock->places[0].location.file, "src/producer.c");
    cr_expect_eq(deadlock->places[0].location.line, 12);
    cr_expect_str_eq(deadlock->places[0].task, "0.0 (producer)");
    cr_expect_null(deadlock->places[1].location.function);
    cr_expect_str_eq(deadlock->places[1].location.module, "/srv/target");
    cr_expect_eq(deadlock->places[1].location.offset, 0x4321);
    const struct finding *total = &findings->items[1];
    cr_expect_str_eq(total->invariant, "equals total");
    cr_expect_str_eq(total->expected, "4000 (workers * increments)");
    cr_expect_str_eq(total->actual, "-3987");
    cr_expect_eq(total->place_count, 0);
    trace_close(trace);
    fixture_free(f);
}

static const struct trace_file *find_file(const struct trace *trace,
                                          const char *name)
{
    const struct trace_file *files;
    size_t count = trace_files(trace, &files);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(files[i].name, name))
            return &files[i];
    return NULL;
}

Test(trace, keeps_output_and_regular_files_only)
{
    struct fixture *f = fixture_new();
    struct trace *trace = reopen(f);
    const struct trace_file *files;
    cr_expect_eq(trace_files(trace, &files), 4);
    const struct trace_file *out = find_file(trace, "stdout");
    cr_assert_not_null(out);
    cr_assert_eq(out->size, 12);
    cr_expect_arr_eq(out->data, "hello\nworld\n", 12);
    const struct trace_file *log = find_file(trace, "files/logs/a.log");
    cr_assert_not_null(log);
    cr_assert_eq(log->size, 14);
    cr_expect_arr_eq(log->data, "line 1\nline 2\n", 14);
    const struct trace_file *empty = find_file(trace, "files/result");
    cr_assert_not_null(empty);
    cr_expect_eq(empty->size, 0);
    cr_expect_eq(empty->full_size, 0);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_the_end_of_long_output_and_only_names_long_files)
{
    enum { LONG = (1 << 20) + 10 };
    struct fixture *f = fixture_new();
    cr_assert_eq(ftruncate(f->outcome.stdout_fd, LONG - 3), 0);
    cr_assert_eq(pwrite(f->outcome.stdout_fd, "end", 3, LONG - 3), 3);
    char *path = str_format("%s/work/result", f->directory);
    cr_assert_eq(truncate(path, LONG), 0);
    free(path);
    struct trace *trace = reopen(f);
    const struct trace_file *out = find_file(trace, "stdout");
    cr_assert_eq(out->size, 1 << 20);
    cr_expect_eq(out->full_size, LONG);
    cr_expect_arr_eq((const char *)out->data + out->size - 3, "end", 3);
    const struct trace_file *result = find_file(trace, "files/result");
    cr_expect_eq(result->size, 0);
    cr_expect_eq(result->full_size, LONG);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, keeps_at_most_16_mib_of_files)
{
    struct fixture *f = fixture_new();
    for (int i = 0; i < 20; i++) {
        char *path = str_format("%s/work/big%d", f->directory, i);
        FILE *file = fopen(path, "w");
        cr_assert_not_null(file);
        fclose(file);
        cr_assert_eq(truncate(path, 1 << 20), 0);
        free(path);
    }
    struct trace *trace = reopen(f);
    const struct trace_file *files;
    size_t count = trace_files(trace, &files), kept = 0, named = 0;
    for (size_t i = 0; i < count; i++) {
        kept += files[i].size;
        named += files[i].full_size == 1 << 20;
    }
    cr_expect_eq(named, 20);
    cr_expect_leq(kept, 16 << 20);
    cr_expect_gt(kept, 14 << 20);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, survives_a_segment_that_the_target_wrote_over)
{
    struct fixture *f = fixture_new();
    for (uint64_t round = 0; round < 20; round++) {
        uint64_t state = round;
        unsigned char *bytes = (unsigned char *)f->segment;
        for (size_t i = 0; i < sizeof(*f->segment); i += 97) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            bytes[i] = (unsigned char)(state >> 56);
        }
        f->segment->task_count = 3 + (uint32_t)round;
        f->segment->config.ops_start = 0;
        struct trace *trace = reopen(f);
        const struct trace_task *tasks;
        cr_expect_eq(trace_tasks(trace, &tasks), 3 + round);
        trace_close(trace);
    }
    fixture_free(f);
}

/* As much as one iteration can leave: every table of the segment full. */
Test(trace, keeps_a_full_segment, .timeout = 60)
{
    struct fixture *f = fixture_new();
    uint64_t site = fixture_site(f);
    for (int task; (task = segment_task_new(f->segment, 1, site)) >= 0;)
        segment_task_end(f->segment, (uint32_t)task); /* few may live at once */
    for (uint32_t i = 0; i < SEGMENT_OPS + 100; i++) {
        struct segment_op op = {
            .site = site + i % 500,
            .object = segment_object_intern(f->segment, OBJECT_FILE, i + 100, 0,
                                            0, site, "some/file"),
            .kind = OP_KIND_WRITE,
        };
        segment_op_begin(f->segment, i % SEGMENT_TASKS, &op);
    }
    while (!f->segment->control.records_refused)
        segment_record_add(f->segment, 1, MPS_RECORD_PUT, "queue", "0123456789",
                           10, site);
    struct trace *trace = reopen(f);
    const struct trace_task *tasks;
    const struct trace_op *ops;
    const struct trace_message *messages;
    cr_expect_eq(trace_tasks(trace, &tasks), SEGMENT_TASKS);
    cr_expect_eq(trace_ops(trace, &ops), SEGMENT_OPS);
    cr_expect_gt(trace_messages(trace, &messages), 100000);
    cr_expect_eq(trace_meta(trace)->ops_lost, 110);
    cr_expect_eq(trace_meta(trace)->records_lost, 1);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, replaces_an_older_trace)
{
    struct fixture *f = fixture_new();
    fixture_write(f, "old", 3);
    struct trace *trace = reopen(f);
    trace_close(trace);
    fixture_free(f);
}

Test(trace, says_where_it_cannot_be_written)
{
    struct fixture *f = fixture_new();
    int err = trace_save("/proc/nowhere/x.mpt", &f->info, &f->outcome,
                         &f->findings, &f->diag);
    cr_expect_eq(err, -ENOENT);
    cr_expect_str_eq(f->diag.text, "/proc/nowhere/x.mpt: cannot write the "
                                   "trace: No such file or directory");
    fixture_free(f);
}

/* What happens to a write into a full disk, seen in a child of its own. */
static int save_without_space(struct fixture *f)
{
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (!child) {
        struct rlimit limit = {20000, 20000};
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit))
            _exit(90);
        int err =
            trace_save(f->path, &f->info, &f->outcome, &f->findings, &f->diag);
        _exit(err == -EFBIG && strstr(f->diag.text, "File too large") ? 0 : 1);
    }
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return status;
}

Test(trace, full_disk_leaves_the_old_trace_and_nothing_else, .timeout = 30)
{
    struct fixture *f = fixture_new();
    fixture_write(f, "old", 3);
    char *command = str_format("ls %s | tr '\\n' ' '", f->directory);
    cr_expect_eq(save_without_space(f), 0);
    struct str bytes;
    fixture_read(f, &bytes);
    cr_expect_str_eq(bytes.data, "old");
    str_fini(&bytes);
    FILE *listing = popen(command, "r");
    char names[256] = "";
    cr_assert_not_null(listing);
    cr_expect_not_null(fgets(names, sizeof(names), listing));
    pclose(listing);
    free(command);
    cr_expect_str_eq(names, "ring-1a2b3c4d.mpt ring.yml work ");
    fixture_free(f);
}
