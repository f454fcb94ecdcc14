#include "fixture_test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "scenario/expr.h"

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void begin(struct fixture *f)
{
    segment_reset(f->segment);
    memset(&f->segment->schedule, 0, sizeof(f->segment->schedule));
    segment_task_new(f->segment, 0, 0);
    f->segment->tasks[0].state = TASK_RUNNING;
    f->segment->tasks[0].pid = f->segment->tasks[0].tid = 100;
    f->outcome = (struct outcome){
        .choice = &f->choice,
        .iteration = f->segment->config.iteration,
        .seed = 1,
        .segment = f->segment,
        .symbols = f->outcome.symbols,
        .program = "/srv/target",
        .elapsed_ns = 5000000,
        .time_limit_ns = 1000000000,
        .snapshots = f->snapshots,
        .stdout_fd = f->outcome.stdout_fd,
        .stderr_fd = f->outcome.stderr_fd,
        .directory_fd = f->outcome.directory_fd,
    };
}

struct fixture *fixture_new(void)
{
    struct fixture *f = calloc(1, sizeof(*f));
    must(f);
    f->segment = aligned_alloc(4096, sizeof(*f->segment));
    must(f->segment);
    memset(f->segment, 0, sizeof(*f->segment));
    f->segment->config.iteration = 7;
    f->segment->config.output_limit = 1 << 20;
    must(segment_module_add(f->segment, "/srv/target", NULL, 0) == 1);
    f->site = 0x100;
    f->parameters[0] = (struct parameter){"workers", &f->values[0], 1};
    f->parameters[1] = (struct parameter){"items", &f->values[1], 1};
    f->values[0] = "4";
    f->values[1] = "10";
    f->scenario = (struct scenario){
        .name = "fixture",
        .about = "",
        .directory = "/",
        .parameters = f->parameters,
        .parameter_count = 2,
        .invariants = f->invariants,
        .private_directory = true,
        .finding = -1,
    };
    f->choice = (struct choice){&f->scenario, f->values};
    must(!symbols_open(&f->outcome.symbols, NULL));
    f->outcome.stdout_fd = memfd_create("stdout", MFD_CLOEXEC);
    f->outcome.stderr_fd = memfd_create("stderr", MFD_CLOEXEC);
    f->outcome.directory_fd = -1;
    must(f->outcome.stdout_fd >= 0 && f->outcome.stderr_fd >= 0);
    begin(f);
    return f;
}

void fixture_free(struct fixture *f)
{
    finding_list_clear(&f->findings);
    reference_free(f->reference);
    for (size_t i = 0; i < f->expr_count; i++)
        expr_free(f->exprs[i]);
    symbols_close(f->outcome.symbols);
    close(f->outcome.stdout_fd);
    close(f->outcome.stderr_fd);
    if (f->directory) {
        close(f->outcome.directory_fd);
        fs_remove_tree(f->directory);
        free(f->directory);
    }
    free(f->segment);
    free(f);
}

void fixture_again(struct fixture *f)
{
    f->segment->config.iteration++;
    memset(f->snapshots, 0, sizeof(f->snapshots));
    const int outputs[] = {f->outcome.stdout_fd, f->outcome.stderr_fd};
    for (int i = 0; i < 2; i++)
        must(!ftruncate(outputs[i], 0) && !lseek(outputs[i], 0, SEEK_SET));
    if (f->directory)
        must(!fs_empty_dir(f->outcome.directory_fd));
    finding_list_clear(&f->findings);
    begin(f);
}

uint64_t fixture_site(struct fixture *f, uint64_t offset)
{
    (void)f;
    return UINT64_C(1) << SITE_MODULE_SHIFT | offset;
}

const struct expr *fixture_expr(struct fixture *f, const char *text)
{
    struct expr *expr = NULL;
    must(f->expr_count < FIXTURE_LIST && !expr_parse(&expr, text, NULL));
    return f->exprs[f->expr_count++] = expr;
}

struct invariant *fixture_invariant(struct fixture *f, enum oracle oracle,
                                    const char *name)
{
    must(f->scenario.invariant_count < FIXTURE_LIST);
    struct invariant *invariant = &f->invariants[f->scenario.invariant_count++];
    *invariant = (struct invariant){.oracle = oracle, .name = name};
    return invariant;
}

uint32_t fixture_task(struct fixture *f, uint32_t parent, const char *name)
{
    int number =
        segment_task_new(f->segment, parent + 1, fixture_site(f, f->site));
    must(number > 0);
    struct segment_task *task = &f->segment->tasks[number];
    task->state = TASK_RUNNING;
    task->pid = task->tid = 100 + number;
    strncpy(task->name, name, sizeof(task->name) - 1);
    return (uint32_t)number;
}

void fixture_end(struct fixture *f, uint32_t task, int status)
{
    segment_task_end(f->segment, task);
    f->segment->tasks[task].exit_status = status;
    f->segment->tasks[task].status_known = 1;
}

static void record(struct fixture *f, uint32_t task, unsigned kind,
                   const char *name, const void *data, size_t size)
{
    segment_record_add(f->segment, task, kind, name, data, size,
                       fixture_site(f, f->site));
}

void fixture_int(struct fixture *f, uint32_t task, const char *name,
                 int64_t value)
{
    record(f, task, MPS_RECORD_INT, name, &value, sizeof(value));
}

void fixture_real(struct fixture *f, uint32_t task, const char *name,
                  double value)
{
    record(f, task, MPS_RECORD_REAL, name, &value, sizeof(value));
}

void fixture_u64(struct fixture *f, uint32_t task, unsigned kind,
                 const char *name, uint64_t value)
{
    record(f, task, kind, name, &value, sizeof(value));
}

void fixture_text(struct fixture *f, uint32_t task, unsigned kind,
                  const char *name, const char *text)
{
    record(f, task, kind, name, text, strlen(text));
}

void fixture_bare(struct fixture *f, uint32_t task, unsigned kind,
                  const char *name)
{
    record(f, task, kind, name, NULL, 0);
}

uint64_t fixture_block(struct fixture *f, uint32_t task, enum op_kind kind,
                       uint32_t object, uint64_t argument)
{
    const struct segment_op op = {
        .site = fixture_site(f, f->site),
        .argument = argument,
        .object = object,
        .kind = (uint16_t)kind,
    };
    return segment_op_begin(f->segment, task, &op);
}

void fixture_op(struct fixture *f, uint32_t task, enum op_kind kind,
                uint32_t object, uint64_t argument)
{
    segment_op_end(f->segment, task,
                   fixture_block(f, task, kind, object, argument), 0);
}

void fixture_snapshot(struct fixture *f, int task, char state,
                      const char *syscall)
{
    must(f->outcome.snapshot_count < FIXTURE_LIST);
    struct task_snapshot *snapshot = &f->snapshots[f->outcome.snapshot_count++];
    *snapshot = (struct task_snapshot){
        .task = task,
        .pid = 100 + task,
        .tid = 100 + task,
        .state = state,
        .command = "target",
    };
    strncpy(snapshot->syscall, syscall, sizeof(snapshot->syscall) - 1);
    f->outcome.timed_out = true;
}

void fixture_control(struct fixture *f, enum schedule_verdict verdict)
{
    struct segment *segment = f->segment;
    f->outcome.controlled = true;
    segment->config.flags |= SEGMENT_CONTROL;
    segment->schedule.verdict = verdict;
    /* Those not parked yet have ended, or are at a point. */
    for (size_t i = 0; i < segment_task_count(segment); i++)
        if (segment->tasks[i].turn.state == TURN_NONE)
            segment->tasks[i].turn.state =
                segment->tasks[i].ended_at ? TURN_DEAD : TURN_READY;
}

void fixture_park(struct fixture *f, uint32_t task, enum op_kind kind,
                  uint32_t object, uint64_t argument)
{
    struct segment_turn *turn = &f->segment->tasks[task].turn;
    fixture_block(f, task, kind, object, argument);
    turn->state = TURN_PARKED;
    turn->kind = kind;
    turn->object = turn->park_object = object;
    turn->site = fixture_site(f, f->site);
}

void fixture_take(struct fixture *f, uint32_t task, enum op_kind kind,
                  uint32_t object)
{
    fixture_op(f, task, kind, object, 0);
    f->segment->objects[object].holder = task + 1;
    f->segment->objects[object].holder_site = fixture_site(f, f->site);
}

void fixture_signal_in_vain(struct fixture *f, uint32_t task, enum op_kind kind,
                            uint32_t object)
{
    struct segment_object *o = &f->segment->objects[object];
    o->vain_task = task + 1;
    o->vain_site = fixture_site(f, f->site);
    o->vain_ticket = f->segment->ticket;
    fixture_op(f, task, kind, object, 0);
}

uint32_t fixture_object(struct fixture *f, enum object_kind kind,
                        const char *name)
{
    uint32_t number = segment_object_intern(
        f->segment, kind, f->segment->object_count + 1, 0, 0, 0, name);
    must(number);
    return number;
}

static void open_directory(struct fixture *f)
{
    char path[] = "/tmp/mpstress-check-XXXXXX";
    must(mkdtemp(path));
    f->directory = strdup(path);
    must(f->directory);
    f->outcome.directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(f->outcome.directory_fd >= 0);
}

void fixture_file(struct fixture *f, const char *name, const char *text)
{
    int fd = !strcmp(name, "stdout")   ? f->outcome.stdout_fd
             : !strcmp(name, "stderr") ? f->outcome.stderr_fd
                                       : -1;
    if (fd < 0 && !f->directory)
        open_directory(f);
    if (fd < 0)
        fd = openat(f->outcome.directory_fd, name,
                    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && !io_write_all(fd, text, strlen(text)));
    if (fd != f->outcome.stdout_fd && fd != f->outcome.stderr_fd)
        close(fd);
}

int fixture_check(struct fixture *f)
{
    finding_list_clear(&f->findings);
    f->diag.text[0] = '\0';
    return check_iteration(&f->outcome, f->reference, &f->findings, &f->diag);
}

void fixture_expect_clean(struct fixture *f)
{
    int err = fixture_check(f);
    cr_expect_eq(err, 0, "%d: %s", err, f->diag.text);
    cr_expect_eq(f->findings.count, 0, "found: %s",
                 f->findings.count ? f->findings.items[0].what : "");
}

const struct finding *fixture_expect(struct fixture *f, enum finding_kind kind,
                                     const char *what)
{
    int err = fixture_check(f);
    cr_expect_eq(err, 0, "%d: %s", err, f->diag.text);
    for (size_t i = 1; i < f->findings.count; i++)
        cr_expect_fail("also found: %s", f->findings.items[i].what);
    cr_assert(f->findings.count, "found nothing, not: %s", what);
    const struct finding *finding = &f->findings.items[0];
    cr_expect_str_eq(finding->what, what, "\n    found: %s\n not: %s",
                     finding->what, what);
    cr_expect_eq(finding->kind, kind, "it is a %s",
                 finding_kind_name(finding->kind));
    return finding;
}

void fixture_expect_place(const struct finding *finding, size_t index,
                          uint64_t offset, const char *role, const char *task)
{
    cr_assert(index < finding->place_count, "only %zu places",
              finding->place_count);
    const struct finding_place *place = &finding->places[index];
    cr_expect_str_eq(place->location.module, "/srv/target");
    cr_expect_eq(place->location.offset, offset, "at 0x%lx",
                 (unsigned long)place->location.offset);
    cr_expect_str_eq(place->role, role, "role: %s", place->role);
    if (task)
        cr_expect_str_eq(place->task, task, "task: %s", place->task);
    else
        cr_expect_null(place->task);
}
