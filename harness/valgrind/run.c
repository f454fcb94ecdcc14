#include "run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/error.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "command.h"
#include "keeper.h"
#include "runner/launch.h"
#include "segment/segment.h"
#include "streams.h"

enum {
    SLOWER = 50,     /* than without Valgrind; its manual says 100 for Helgrind,
                        of code that does nothing but synchronise */
    GRACE_MS = 5000, /* for processes that the root left behind */
    SLICE_MS = 50,
    REPORTS = 8192,
    LOG_BYTES = 65536
};
#define LIMIT_MOST_NS UINT64_C(120000000000)

struct valgrind {
    const struct valgrind_options *options;
    char *path; /* of valgrind */
    char *work; /* the working directory, as the program names it */
    struct segment *segment;
    int output, errors, log; /* memory files */
    int directory_fd;        /* working directory of the last run, or -1 */
    struct valgrind_report *reports;
    size_t report_count;
    bool cut;
};

static const char *tool_name(const struct valgrind *valgrind)
{
    return valgrind_tool_name(valgrind->options->tool);
}

int valgrind_open(struct valgrind **out, const struct valgrind_options *options,
                  struct mps_diag *diag)
{
    *out = NULL;
    struct valgrind *valgrind = calloc(1, sizeof(*valgrind));
    if (!valgrind)
        return diag_set(diag, -ENOMEM, "out of memory");
    valgrind->options = options;
    valgrind->directory_fd = -1;
    valgrind->output = memfd_create("stdout", MFD_CLOEXEC);
    valgrind->errors = memfd_create("stderr", MFD_CLOEXEC);
    valgrind->log = memfd_create("log", MFD_CLOEXEC);
    /* Aligned to pages; only what is written takes memory. */
    void *map = mmap(NULL, sizeof(*valgrind->segment), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    valgrind->segment = map == MAP_FAILED ? NULL : map;
    valgrind->work = str_format("%s/work", options->directory);
    int err = 0;
    if (valgrind->output < 0 || valgrind->errors < 0 || valgrind->log < 0 ||
        !valgrind->segment || !valgrind->work)
        err = diag_set(diag, -ENOMEM, "out of memory or descriptors");
    if (!err)
        err = valgrind_find(&valgrind->path, diag);
    if (!err && launch_is_outside(options->program))
        err = diag_set(diag, -MPS_ESTART,
                       "%s is statically linked or set-user-id: %s would see "
                       "none of its locks; link it dynamically",
                       options->program, tool_name(valgrind));
    if (err) {
        valgrind_close(valgrind);
        return err;
    }
    *out = valgrind;
    return 0;
}

static void forget_run(struct valgrind *valgrind)
{
    for (size_t i = 0; i < valgrind->report_count; i++)
        valgrind_report_fini(&valgrind->reports[i]);
    free(valgrind->reports);
    valgrind->reports = NULL;
    valgrind->report_count = 0;
    valgrind->cut = false;
    if (valgrind->directory_fd >= 0)
        close(valgrind->directory_fd);
    valgrind->directory_fd = -1;
    if (valgrind->options->isolation == ISOLATION_NONE && valgrind->work)
        fs_remove_tree(valgrind->work);
}

void valgrind_close(struct valgrind *valgrind)
{
    if (!valgrind)
        return;
    forget_run(valgrind);
    const int fds[] = {valgrind->output, valgrind->errors, valgrind->log};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (valgrind->segment)
        munmap(valgrind->segment, sizeof(*valgrind->segment));
    free(valgrind->path);
    free(valgrind->work);
    free(valgrind);
}

uint64_t valgrind_limit_ns(const struct scenario *scenario)
{
    /* A long limit is not meant for the program's own time, but for a busy
     * machine: it need not grow as much. */
    uint64_t limit = scenario->time_limit_ns;
    uint64_t longer =
        limit > LIMIT_MOST_NS / SLOWER ? LIMIT_MOST_NS : limit * SLOWER;
    return longer > limit ? longer : limit;
}

/* -- One run ----------------------------------------------------------------*/

static void empty_file(int fd)
{
    if (!ftruncate(fd, 0))
        lseek(fd, 0, SEEK_SET);
}

struct run {
    struct valgrind *valgrind;
    struct streams streams;
    int xml, word; /* -1: at its end */
    pid_t keeper;
    bool told; /* the keeper said how the root ended */
    struct keeper_word said;
    bool timed_out;
};

/* Read what there is. */
static int take(struct run *run, bool *keeper_gone)
{
    int more = run->xml >= 0 ? streams_take(&run->streams, run->xml) : 0;
    if (more < 0)
        return more;
    if (!more && run->xml >= 0) {
        close(run->xml);
        run->xml = -1;
    }
    struct keeper_word word;
    ssize_t n = read(run->word, &word, sizeof(word));
    if (n == sizeof(word) && !run->told) {
        word.step[sizeof(word.step) - 1] = '\0';
        run->said = word;
        run->told = true;
    }
    *keeper_gone = !n;
    return 0;
}

/* Until nobody is left, the time is up or the user wants to stop. */
static int follow(struct run *run, uint64_t limit_ns)
{
    const struct valgrind_options *options = run->valgrind->options;
    uint64_t deadline = clock_now_ns() + limit_ns;
    bool gone = false, shortened = false;
    for (;;) {
        int err = take(run, &gone);
        if (err || gone || run->said.error)
            return err;
        if (*options->stop)
            return -EINTR;
        if (run->told && !shortened) {
            shortened = true;
            deadline = clock_now_ns() + GRACE_MS * UINT64_C(1000000);
        }
        if (clock_now_ns() >= deadline) {
            run->timed_out = !run->told;
            return 0;
        }
        struct pollfd fds[] = {{.fd = run->word, .events = POLLIN},
                               {.fd = run->xml, .events = POLLIN}};
        if (poll(fds, 2, SLICE_MS) < 0 && errno != EINTR)
            return -errno;
        if (options->tick)
            options->tick(options->context);
    }
}

/* The working directory as the program sees it, also inside its mount
 * namespace, which ends with the keeper. */
static void open_directory(struct valgrind *valgrind, pid_t keeper)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/cwd", (int)keeper);
    valgrind->directory_fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* The document of a forked process has no head: it began as its parent's. */
static int parse_part(const struct valgrind *valgrind,
                      const struct stream_part *part,
                      struct valgrind_report *report)
{
    if (!part->headless)
        return valgrind_parse(report, part->bytes, part->size);
    struct str whole;
    str_init(&whole);
    str_addf(&whole, "<valgrindoutput><pid>%d</pid><tool>%s</tool>",
             (int)part->pid, tool_name(valgrind));
    str_add_bytes(&whole, part->bytes, part->size);
    int err = str_ok(&whole) ? valgrind_parse(report, whole.data, whole.len)
                             : -ENOMEM;
    str_fini(&whole);
    return err;
}

static int add_report(void *context, const struct stream_part *part)
{
    struct valgrind *valgrind = context;
    struct valgrind_report report;
    int err = parse_part(valgrind, part, &report);
    /* What is no document of Valgrind the program has written there. */
    if (err)
        return err == -ENOMEM ? err : 0;
    if (valgrind->report_count >= REPORTS) {
        valgrind->cut = true;
        valgrind_report_fini(&report);
        return 0;
    }
    struct valgrind_report *reports = realloc(
        valgrind->reports, (valgrind->report_count + 1) * sizeof(*reports));
    if (!reports) {
        valgrind_report_fini(&report);
        return -ENOMEM;
    }
    valgrind->reports = reports;
    report.process = part->process;
    reports[valgrind->report_count++] = report;
    return 0;
}

/* What Valgrind has to say about itself, to DIAG: why it could not run the
 * program, or ended in the middle of it. */
static int explain_failure(const struct valgrind *valgrind,
                           struct mps_diag *diag)
{
    struct str log;
    str_init(&log);
    if (lseek(valgrind->log, 0, SEEK_SET) == 0)
        io_read_fd(valgrind->log, &log, LOG_BYTES);
    if (!log.len && lseek(valgrind->errors, 0, SEEK_SET) == 0)
        io_read_fd(valgrind->errors, &log, LOG_BYTES);
    const char *why = strstr(log.data, "valgrind: ");
    why = why ? why + strlen("valgrind: ") : log.data;
    why += strspn(why, "\n ");
    int err = diag_set(diag, -MPS_ESTART, "%s: valgrind gave up: %.*s",
                       valgrind->options->program, (int)strcspn(why, "\n"),
                       *why ? why : "it said nothing");
    str_fini(&log);
    return err;
}

/* Valgrind writes about itself in lines that begin so, and only when it cannot
 * go on. */
static bool gave_up(const struct valgrind *valgrind)
{
    struct str log;
    str_init(&log);
    if (lseek(valgrind->log, 0, SEEK_SET) == 0)
        io_read_fd(valgrind->log, &log, LOG_BYTES);
    bool found = !strncmp(log.data, "valgrind: ", 10) ||
                 strstr(log.data, "\nvalgrind: ");
    str_fini(&log);
    return found;
}

/* DRD 3.19 takes the attributes of C11 threads for a pointer. */
static bool is_in_c11(const struct valgrind_report *report)
{
    const struct valgrind_stack *stack = &report->signal_stack;
    for (size_t i = 0; i < stack->count; i++) {
        const char *function = stack->frames[i].function;
        if (function && !strncmp(function, "thrd_create", 11))
            return true;
    }
    return false;
}

static int make_sense(struct run *run, struct mps_diag *diag)
{
    struct valgrind *valgrind = run->valgrind;
    valgrind->cut = run->streams.cut;
    int err = streams_each(&run->streams, add_report, valgrind);
    if (err)
        return diag_set(diag, err, "out of memory");
    if (run->said.error)
        return diag_set(diag, -MPS_ESTART, "%s: cannot start: %s: %s",
                        valgrind->options->program, run->said.step,
                        strerror(run->said.error));
    if (!valgrind->report_count || gave_up(valgrind))
        return explain_failure(valgrind, diag);
    if (valgrind->options->tool == VALGRIND_DRD)
        for (size_t i = 0; i < valgrind->report_count; i++)
            if (is_in_c11(&valgrind->reports[i]))
                return diag_set(diag, -MPS_ESTART,
                                "%s: DRD crashes in thrd_create(): use "
                                "helgrind for programs with C11 threads",
                                valgrind->options->program);
    return 0;
}

static int start(struct run *run, const struct choice *choice, int xml_out,
                 struct mps_diag *diag)
{
    struct valgrind *valgrind = run->valgrind;
    const struct scenario *scenario = choice->scenario;
    char **argv = command_line(valgrind->path, valgrind->options->tool,
                               valgrind->options->suppressions,
                               valgrind->options->program, choice);
    char **environment = command_environment(choice);
    struct keeper keeper = {
        .isolation = valgrind->options->isolation,
        .directory = valgrind->options->directory,
        .work =
            scenario->private_directory ? valgrind->work : scenario->directory,
        .argv = argv,
        .environment = environment,
        .xml = xml_out,
        .log = valgrind->log,
        .output = valgrind->output,
        .errors = valgrind->errors,
    };
    int err = 0;
    if (!argv || !environment)
        err = diag_set(diag, -ENOMEM, "out of memory");
    if (!err && keeper.isolation == ISOLATION_NONE &&
        mkdir(valgrind->work, 0755))
        err = diag_set(diag, -errno, "%s: %s", valgrind->work, strerror(errno));
    if (!err) {
        run->keeper = keeper_start(&keeper, &run->word, diag);
        err = run->keeper < 0 ? run->keeper : 0;
    }
    command_free(argv);
    command_free(environment);
    return err;
}

static void describe(const struct run *run, const struct choice *choice,
                     struct outcome *outcome)
{
    const struct valgrind *valgrind = run->valgrind;
    struct segment *segment = valgrind->segment;
    segment->task_count = 1;
    segment->tasks[0].state = run->told ? TASK_EXITED : TASK_RUNNING;
    segment->tasks[0].exit_status = run->said.status;
    segment->tasks[0].status_known = run->told;
    *outcome = (struct outcome){
        .choice = choice,
        .tool = tool_name(valgrind),
        .segment = segment,
        .symbols = valgrind->options->symbols,
        .program = valgrind->options->program,
        .status = run->said.status,
        .timed_out = run->timed_out,
        .time_limit_ns = choice->scenario->time_limit_ns,
        .stdout_fd = valgrind->output,
        .stderr_fd = valgrind->errors,
        .directory_fd =
            choice->scenario->private_directory ? valgrind->directory_fd : -1,
    };
}

int valgrind_iterate(struct valgrind *valgrind, const struct choice *choice,
                     uint64_t iteration, uint64_t seed, struct outcome *outcome,
                     struct mps_diag *diag)
{
    forget_run(valgrind);
    empty_file(valgrind->output);
    empty_file(valgrind->errors);
    empty_file(valgrind->log);
    struct run run = {.valgrind = valgrind, .xml = -1, .word = -1};
    int xml_out;
    int err = streams_open(&run.xml, &xml_out);
    if (err)
        return diag_set(diag, err, "socketpair: %s", strerror(-err));
    uint64_t began = clock_now_ns();
    err = start(&run, choice, xml_out, diag);
    close(xml_out);
    if (!err) {
        err = follow(&run, valgrind_limit_ns(choice->scenario));
        if (err && err != -EINTR)
            diag_set(diag, err, "%s: %s", valgrind->options->program,
                     error_text(err));
        uint64_t ended = clock_now_ns();
        open_directory(valgrind, run.keeper);
        keeper_end(run.keeper);
        if (!err && run.xml >= 0)
            streams_take(&run.streams, run.xml);
        if (!err)
            err = make_sense(&run, diag);
        describe(&run, choice, outcome);
        outcome->iteration = iteration;
        outcome->seed = seed;
        outcome->elapsed_ns = ended - began;
    }
    if (run.xml >= 0)
        close(run.xml);
    if (run.word >= 0)
        close(run.word);
    streams_fini(&run.streams);
    return *valgrind->options->stop ? -EINTR : err;
}

const struct valgrind_report *valgrind_reports(const struct valgrind *valgrind,
                                               size_t *count)
{
    *count = valgrind->report_count;
    return valgrind->reports;
}

bool valgrind_was_cut(const struct valgrind *valgrind)
{
    return valgrind->cut;
}
