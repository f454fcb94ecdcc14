#include "fixture_test.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mpstress/mpstress.h>
#include <sqlite3.h>

#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "sched/strategy.h"
#include "segment/write.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Exported, so that dladdr() knows where the program starts. */
__attribute__((noinline, visibility("default"))) int fixture_landmark(int n);

int fixture_landmark(int n)
{
    return n + 1;
}

uint64_t fixture_site(struct fixture *f)
{
    int (*function)(int) = fixture_landmark;
    void *address;
    memcpy(&address, &function, sizeof(address));
    Dl_info info;
    must(dladdr(address, &info));
    char program[sizeof(((struct segment_module *)0)->path)];
    ssize_t n = readlink("/proc/self/exe", program, sizeof(program) - 1);
    must(n > 0);
    program[n] = '\0';
    static const uint8_t build_id[] = {0xca, 0xfe};
    uint32_t module =
        segment_module_add(f->segment, program, build_id, sizeof(build_id));
    uint64_t offset = (uint64_t)((char *)address - (char *)info.dli_fbase);
    /* A return address: the call is one byte earlier. */
    return (uint64_t)module << SITE_MODULE_SHIFT | (offset + 1);
}

static uint32_t new_task(struct fixture *f, uint32_t parent, const char *name)
{
    int number = segment_task_new(f->segment, parent, fixture_site(f));
    must(number >= 0);
    struct segment_task *task = &f->segment->tasks[number];
    task->state = TASK_RUNNING;
    task->pid = task->tid = 2 + number;
    snprintf(task->name, sizeof(task->name), "%s", name);
    return (uint32_t)number;
}

static void op(struct fixture *f, uint32_t task, enum op_kind kind,
               uint32_t object, uint64_t argument, int64_t result, bool ends)
{
    struct segment_op what = {
        .site = fixture_site(f),
        .object = object,
        .kind = (uint16_t)kind,
        .argument = argument,
        .delay_ns = 1500,
    };
    uint64_t at = segment_op_begin(f->segment, task, &what);
    if (ends)
        segment_op_end(f->segment, task, at, result);
}

static void record(struct fixture *f, uint32_t task, unsigned kind,
                   const char *name, const void *data, size_t size)
{
    segment_record_add(f->segment, task, kind, name, data, size,
                       fixture_site(f));
}

static void happen(struct fixture *f)
{
    struct segment *s = f->segment;
    uint64_t site = fixture_site(f);
    new_task(f, 0, "");
    uint32_t producer = new_task(f, 1, "producer");
    uint32_t consumer = new_task(f, 1, "consumer");
    uint32_t ring = segment_object_intern(s, OBJECT_MUTEX, 7, 0x40, producer,
                                          site, "/ring");
    uint32_t log = segment_object_intern(s, OBJECT_MUTEX, 7, 0x80, consumer,
                                         site, "/ring");
    uint32_t pipe = segment_object_intern(s, OBJECT_PIPE, 8, 0, 0, site, NULL);
    op(f, 0, OP_KIND_PIPE, pipe, 0, 0, true);
    op(f, 0, OP_KIND_FORK, 0, 0, 3, true);
    op(f, 0, OP_KIND_FORK, 0, 0, 4, true);
    op(f, producer, OP_KIND_MUTEX_LOCK, ring, 0, 0, true);
    op(f, consumer, OP_KIND_MUTEX_LOCK, log, 0, 0, true);
    record(f, producer, MPS_RECORD_PUT, "tasks", "first", 5);
    op(f, producer, OP_KIND_WRITE, pipe, 5, 5, true);
    op(f, consumer, OP_KIND_READ, pipe, 5, 5, true);
    record(f, consumer, MPS_RECORD_GOT, "tasks", "first", 5);
    record(f, consumer, MPS_RECORD_INT, "total", &(int64_t){-3987}, 8);
    record(f, consumer, MPS_RECORD_REAL, "mean", &(double){0.25}, 8);
    record(f, consumer, MPS_RECORD_TEXT, "note", "caf\xc3\xa9 \xff\x01", 8);
    record(f, consumer, MPS_RECORD_EMIT, "draws", &(uint64_t){42}, 8);
    record(f, consumer, MPS_RECORD_EMIT, "bytes", "\x01\xab", 2);
    record(f, consumer, MPS_RECORD_ENTER, "critical", NULL, 0);
    record(f, consumer, MPS_RECORD_LEAVE, "critical", NULL, 0);
    record(f, consumer, MPS_RECORD_CHECK, "sane", &(uint8_t){0}, 1);
    record(f, consumer, MPS_RECORD_SOMETIMES, "full", &(uint8_t){1}, 1);
    op(f, consumer, OP_KIND_READ, pipe, 5, -EAGAIN, true);
    op(f, producer, OP_KIND_MUTEX_LOCK, log, 0, 0, false);
    op(f, consumer, OP_KIND_MUTEX_LOCK, ring, 0, 0, false);
    f->snapshot = (struct task_snapshot){.task = (int)producer, .state = 'S'};
    f->outcome.snapshots = &f->snapshot;
    f->outcome.snapshot_count = 1;
    s->tasks[consumer].status_known = 1;
    s->tasks[consumer].exit_status = SIGKILL;
}

static void put_file(int directory, const char *name, const char *text)
{
    int fd = openat(directory, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    must(fd >= 0 && !io_write_all(fd, text, strlen(text)) && !close(fd));
}

static void leave_files(struct fixture *f)
{
    struct outcome *o = &f->outcome;
    o->stdout_fd = memfd_create("stdout", MFD_CLOEXEC);
    o->stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
    must(!io_write_all(o->stdout_fd, "hello\nworld\n", 12));
    must(!io_write_all(o->stderr_fd, "\x1b[31mred\n", 9));
    must(!mkdirat(AT_FDCWD, f->directory, 0700) || errno == EEXIST);
    char *work = str_format("%s/work", f->directory);
    must(work && !mkdir(work, 0700));
    o->directory_fd = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(work);
    must(o->directory_fd >= 0);
    must(!mkdirat(o->directory_fd, "logs", 0700));
    put_file(o->directory_fd, "logs/a.log", "line 1\nline 2\n");
    put_file(o->directory_fd, "result", "");
    must(!symlinkat("/etc/passwd", o->directory_fd, "link"));
    must(!mkfifoat(o->directory_fd, "fifo", 0600));
}

static void find(struct fixture *f)
{
    struct finding *deadlock = finding_list_add(&f->findings, FINDING_DEADLOCK);
    must(deadlock);
    deadlock->what = strdup("2 tasks wait for each other");
    deadlock->detail = strdup("0.0 holds mutex /ring+0x40\n"
                              "0.1 holds mutex /ring+0x80\n");
    struct location here = {
        .function = "produce",
        .file = "src/producer.c",
        .line = 12,
        .module = "/srv/target",
        .offset = 0x1234,
    };
    struct location there = {.module = "/srv/target", .offset = 0x4321};
    must(!finding_add_place(deadlock, &here, "waits for mutex /ring+0x80",
                            "0.0 (producer)"));
    must(!finding_add_place(deadlock, &there, "waits for mutex /ring+0x40",
                            "0.1 (consumer)"));
    finding_seal(deadlock);
    struct finding *total = finding_list_add(&f->findings, FINDING_INVARIANT);
    must(total);
    total->invariant = strdup("equals total");
    total->what = strdup("total is -3987, expected 4000");
    total->expected = strdup("4000 (workers * increments)");
    total->actual = strdup("-3987");
    finding_seal(total);
}

static void describe(struct fixture *f)
{
    f->parameters[0] = (struct parameter){"workers", &f->values[0], 1};
    f->parameters[1] = (struct parameter){"mode", &f->values[1], 1};
    f->values[0] = "2";
    f->values[1] = "fast";
    f->arguments[0] = "--workers={workers}";
    f->arguments[1] = "two words";
    char *scenario = str_format("%s/ring.yml", f->directory);
    must(scenario);
    static const char text[] = "scenario: ring\nprogram: ./target\n";
    must(!io_replace_file(scenario, text, strlen(text)));
    f->scenario = (struct scenario){
        .name = "ring",
        .about = "two tasks, two locks",
        .path = scenario,
        .directory = f->directory,
        .program = "./target",
        .arguments = f->arguments,
        .parameters = f->parameters,
        .parameter_count = 2,
        .finding = -1,
    };
    f->choice = (struct choice){&f->scenario, f->values};
    f->info = (struct trace_info){
        .id = "ring-1a2b3c4d",
        .command = "mpstress run --iterations 10000 ring",
        .strategy = "stress",
        .base_seed = 42,
        .wall_ns = UINT64_C(1700000000123456789),
    };
    f->outcome = (struct outcome){
        .choice = &f->choice,
        .iteration = 17,
        .seed = UINT64_C(0xfedcba9876543210),
        .segment = f->segment,
        .program = "/srv/target",
        .timed_out = true,
        .elapsed_ns = 2000000000,
        .time_limit_ns = 2000000000,
        .stdout_fd = -1,
        .stderr_fd = -1,
        .directory_fd = -1,
    };
}

struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof(*f));
    must(f);
    f->directory = strdup("/tmp/mpstress-trace-XXXXXX");
    must(f->directory && mkdtemp(f->directory));
    f->path = str_format("%s/ring-1a2b3c4d.mpt", f->directory);
    f->segment = aligned_alloc(4096, sizeof(*f->segment));
    must(f->path && f->segment);
    memset(f->segment, 0, sizeof(*f->segment));
    f->segment->config.iteration = 17;
    f->segment->config.delay_high_ns = 50000;
    segment_reset(f->segment);
    describe(f);
    must(!symbols_open(&f->outcome.symbols, NULL));
    happen(f);
    leave_files(f);
    find(f);
    return f;
}

void fixture_control(struct fixture *f)
{
    static const struct schedule_segment segments[] = {
        {0, 4}, {1, 3}, {2, 200000}, {1, 1}, {2, 1},
    };
    struct segment_schedule *s = &f->segment->schedule;
    f->segment->config.flags |= SEGMENT_CONTROL;
    f->outcome.controlled = true;
    f->outcome.timed_out = false;
    f->info.strategy = NULL;
    s->strategy = STRATEGY_PCT;
    s->depth = 3;
    s->expected_decisions = 70;
    s->expected_tasks = 4;
    s->spurious_chance = 5;
    s->step_limit = 500000;
    s->verdict = SCHEDULE_DEADLOCK;
    s->grants = 200009;
    s->decisions = 17;
    s->switches = 4;
    s->preemptions = 2;
    s->hash = UINT64_C(0xfeedfacecafebeef);
    s->segment_count = sizeof(segments) / sizeof(*segments);
    memcpy(s->segments, segments, sizeof(segments));
    s->externals_ever = 2;
    s->external_site = fixture_site(f);
    memcpy(s->external_call, "io_uring_enter", sizeof("io_uring_enter"));
    s->mishap_count = 2;
    s->mishaps[0] = (struct segment_mishap){
        .kind = MISHAP_UNLOCK_OTHERS,
        .task = 2,
        .other = 2,
        .object = 1,
        .site = fixture_site(f),
        .other_site = fixture_site(f),
        .ticket = 9,
    };
    s->mishaps[1] = (struct segment_mishap){.kind = MISHAP_UNLOCK_FREE};
}

void fixture_explain(struct fixture *f)
{
    static const struct trace_param params[] = {{"workers", "1"}};
    static const struct trace_explained_task tasks[] = {
        {"0", ""}, {"0.0", "producer"}, {"0.1", ""}};
    static const struct schedule_segment segments[] = {
        {0, 3}, {1, 4}, {2, 2}, {1, 1}};
    static const char lock[] = "mutex lock", a[] = "mutex /ring+0x40",
                      b[] = "mutex /ring+0x80", at[] = "produce() ring.c:7";
    static const struct trace_explained_op ops[] = {
        {0, "fork", "", at, true, 0, 0, 0, 0},
        {0, "fork", "", at, true, 0, 0, 0, 0},
        {1, "read", "file log", at, true, 30, 31, -11, 0},
        {1, "read", "file log", at, true, 32, 33, 17, UINT64_MAX},
        {1, "read", "file log", at, true, 0, 0, 0, 0},
        {1, "read", "file log", at, true, 0, 0, 0, 0},
        {1, "read", "file log", at, true, 0, 0, 0, 0},
        {1, lock, a, at, true, 0, 0, 0, 0},
        {2, lock, b, "consume() ring.c:21", true, 0, 0, 0, 0},
        {2, lock, a, "consume() ring.c:22", false, 0, 0, 0, 0},
        {1, lock, b, "produce() ring.c:8", false, 0, 0, 0, 0},
    };
    static const struct trace_explained_message messages[] = {
        {34, 1, false, "jobs", "a\0b", 3}, {35, 2, true, "jobs", "a\0b", 3}};
    const struct trace_explanation why = {
        .seed = UINT64_MAX,
        .params = params,
        .param_count = 1,
        .tasks = tasks,
        .task_count = 3,
        .segments = segments,
        .segment_count = 4,
        .ops = ops,
        .op_count = sizeof(ops) / sizeof(*ops),
        .messages = messages,
        .message_count = 2,
        .cost = {1, 3, 10},
        .cost_before = {7, 20, 101},
        .has_pair = true,
        .dependent = true,
        .pair = {{2, 0, lock, b, "consume() ring.c:21", ""},
                 {1, 6, lock, b, "produce() ring.c:8",
                  "work() ring.c:33 < main() main.c:9"}},
        .runs = 31,
        .elapsed_ns = 99,
        .complete = true,
    };
    must(!trace_add_explanation(f->path, &why, &f->diag));
}

void fixture_free(struct fixture *f)
{
    finding_list_clear(&f->findings);
    symbols_close(f->outcome.symbols);
    close(f->outcome.stdout_fd);
    close(f->outcome.stderr_fd);
    close(f->outcome.directory_fd);
    fs_remove_tree(f->directory);
    char *path;
    memcpy(&path, &f->scenario.path, sizeof(path));
    free(path);
    free(f->directory);
    free(f->path);
    free(f->segment);
    free(f);
}

void fixture_save(struct fixture *f)
{
    must(!trace_save(f->path, &f->info, &f->outcome, &f->findings, &f->diag));
}

void fixture_read(const struct fixture *f, struct str *bytes)
{
    str_init(bytes);
    must(!io_read_file(AT_FDCWD, f->path, bytes, 64 << 20));
}

void fixture_write(const struct fixture *f, const void *bytes, size_t size)
{
    must(!io_replace_file(f->path, bytes, size));
}

void fixture_sql(const struct fixture *f, const char *sql)
{
    sqlite3 *db;
    must(!sqlite3_open(f->path, &db));
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 0, NULL);
    char *why = NULL;
    if (sqlite3_exec(db, sql, NULL, NULL, &why)) {
        fprintf(stderr, "%s: %s\n", sql, why);
        abort();
    }
    must(!sqlite3_close(db));
}
