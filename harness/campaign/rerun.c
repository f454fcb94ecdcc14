#include "rerun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "check/check.h"
#include "check/locks/order.h"
#include "cores.h"
#include "origin.h"
#include "plan.h"
#include "references.h"
#include "valgrind/findings.h"
#include "valgrind/run.h"

struct rerun {
    const struct trace *trace;
    struct origin origin;
    struct choice choice; /* outcomes point to it */
    struct slot_options options;
    struct slot *slot; /* NULL: under a tool */
    struct valgrind_options tool_options;
    struct valgrind *valgrind;
    struct reference_set *references; /* NULL: none needed */
    struct symbols *symbols;
    bool own_symbols;
    char *program, *directory;
    struct cores cores;
};

static int tool_of(const struct trace *trace)
{
    return valgrind_tool_find(trace_meta(trace)->strategy);
}

const char *rerun_tool(const struct trace *trace)
{
    int tool = tool_of(trace);
    return tool < 0 ? NULL : valgrind_tool_name((enum valgrind_tool)tool);
}

int rerun_open(struct rerun **out, const struct trace *trace,
               const struct rerun_options *options, struct mps_diag *diag)
{
    *out = NULL;
    char root[4096];
    struct rerun *rerun = calloc(1, sizeof(*rerun));
    if (!rerun)
        return diag_set(diag, -ENOMEM, "out of memory");
    cores_look(&rerun->cores);
    rerun->trace = trace;
    rerun->directory = str_format("%s/rerun", options->workspace);
    int err = options->scenario
                  ? origin_use(&rerun->origin, trace, options->scenario, diag)
                  : origin_load(&rerun->origin, trace, options->program,
                                options->workspace, diag);
    rerun->symbols = options->symbols;
    rerun->own_symbols = !options->symbols;
    if (!err && !rerun->directory)
        err = -ENOMEM;
    if (!err && rerun->own_symbols)
        err = symbols_open(&rerun->symbols,
                           getcwd(root, sizeof(root)) ? root : NULL);
    if (!err && mkdir(rerun->directory, 0755) && errno != EEXIST)
        err =
            diag_set(diag, -errno, "%s: %s", rerun->directory, strerror(errno));
    if (!err)
        err = scenario_program(rerun->origin.scenario,
                               options->toolchain->targets, &rerun->program,
                               diag);
    rerun->choice =
        (struct choice){rerun->origin.scenario, rerun->origin.values};
    rerun->options = (struct slot_options){
        .scenario = rerun->origin.scenario,
        .program = rerun->program,
        .runtime = options->toolchain->runtime,
        .launcher = options->toolchain->launcher,
        .directory = rerun->directory,
        .isolation = options->isolation,
        .cpu = cores_of_slot(&rerun->cores, 0),
        .symbols = rerun->symbols,
        .stop = options->stop,
    };
    rerun->tool_options = (struct valgrind_options){
        .tool = (enum valgrind_tool)tool_of(trace),
        .program = rerun->program,
        .directory = rerun->directory,
        .isolation = options->isolation,
        .symbols = rerun->symbols,
        .stop = options->stop,
    };
    if (!err && rerun_tool(trace))
        err = valgrind_open(&rerun->valgrind, &rerun->tool_options, diag);
    else if (!err)
        err = slot_open(&rerun->slot, &rerun->options, diag);
    if (!err && rerun->slot && check_needs_reference(rerun->origin.scenario))
        err = references_new(&rerun->references, rerun->origin.scenario);
    if (err) {
        rerun_close(rerun);
        return err;
    }
    *out = rerun;
    return 0;
}

void rerun_close(struct rerun *rerun)
{
    if (!rerun)
        return;
    slot_close(rerun->slot);
    valgrind_close(rerun->valgrind);
    references_free(rerun->references);
    if (rerun->own_symbols)
        symbols_close(rerun->symbols);
    if (rerun->directory)
        rmdir(rerun->directory);
    free(rerun->program);
    free(rerun->directory);
    origin_fini(&rerun->origin);
    free(rerun);
}

const struct scenario *rerun_scenario(const struct rerun *rerun)
{
    return rerun->origin.scenario;
}

const char **rerun_values(struct rerun *rerun)
{
    return rerun->origin.values;
}

void rerun_set_params(struct rerun *rerun, const struct trace_param *params,
                      size_t count)
{
    const struct scenario *scenario = rerun->origin.scenario;
    for (size_t i = 0; i < scenario->parameter_count; i++)
        for (size_t p = 0; p < count; p++)
            if (!strcmp(params[p].name, scenario->parameters[i].name))
                rerun->origin.values[i] = params[p].value;
}

struct symbols *rerun_symbols(const struct rerun *rerun)
{
    return rerun->symbols;
}

bool rerun_can_guard(const struct rerun *rerun)
{
    return rerun->slot && slot_can_guard(rerun->slot);
}

void rerun_resume(struct rerun *rerun)
{
    slot_resume(rerun->slot);
}

void rerun_control(const struct trace *trace, struct control *out)
{
    const struct trace_meta *meta = trace_meta(trace);
    *out = (struct control){
        .strategy = STRATEGY_REPLAY,
        .depth = (unsigned)meta->depth,
        .expected_decisions = meta->expected_decisions,
        .expected_tasks = (uint32_t)meta->expected_tasks,
        .spurious_chance = (uint32_t)meta->spurious_chance,
        .step_limit = meta->step_limit,
        .orders = true,
        .races = meta->races,
        .guard = meta->guard,
    };
}

static int run_tool(struct rerun *rerun, uint64_t seed, struct outcome *outcome,
                    struct finding_list *findings, struct mps_diag *diag)
{
    int err = valgrind_iterate(rerun->valgrind, &rerun->choice,
                               trace_meta(rerun->trace)->iteration, seed,
                               outcome, diag);
    if (!err)
        err = check_iteration(outcome, NULL, findings, diag);
    size_t count;
    const struct valgrind_report *reports =
        valgrind_reports(rerun->valgrind, &count);
    struct valgrind_remarks remarks = {0};
    if (!err &&
        valgrind_judge(reports, count, rerun->symbols, findings, &remarks))
        err = diag_set(diag, -ENOMEM, "out of memory");
    return err;
}

/* Lock orders are no finding of one iteration alone: whether it has shown again
 * what TRACE has of them is asked for each. */
static int judge(const struct trace *trace, const struct outcome *outcome,
                 const struct reference *reference,
                 struct finding_list *findings, struct mps_diag *diag)
{
    const struct finding_list *wanted = trace_findings(trace);
    int err = check_iteration(outcome, reference, findings, diag);
    for (size_t i = 0; i < wanted->count && !err; i++)
        if (wanted->items[i].kind == FINDING_LOCK_ORDER)
            err =
                lock_order_replayed(outcome, &wanted->items[i], findings, diag);
    return err;
}

/* In the slot, disturbed by DISTURBANCE and under CONTROL, or freely. */
static int run_slot(struct rerun *rerun, uint64_t seed,
                    const struct disturbance *disturbance,
                    const struct control *control, struct outcome *outcome,
                    struct finding_list *findings, struct mps_diag *diag)
{
    const struct reference *reference = NULL;
    int err = rerun->references
                  ? references_get(rerun->references, rerun->slot,
                                   &rerun->choice, &reference, diag)
                  : 0;
    if (!err)
        err = slot_iterate(rerun->slot, &rerun->choice,
                           trace_meta(rerun->trace)->iteration, seed,
                           disturbance, control, outcome, diag);
    return err ? err : judge(rerun->trace, outcome, reference, findings, diag);
}

int rerun_once(struct rerun *rerun, uint64_t seed,
               const struct control *control, struct outcome *outcome,
               struct finding_list *findings, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(rerun->trace);
    if (rerun->valgrind)
        return run_tool(rerun, seed, outcome, findings, diag);
    struct disturbance disturbance;
    plan_disturbance(seed, meta->delay_low_ns, meta->delay_high_ns,
                     &rerun->cores, &disturbance);
    return run_slot(rerun, seed, &disturbance, control, outcome, findings,
                    diag);
}

int rerun_freely(struct rerun *rerun, uint64_t seed, uint64_t low_ns,
                 uint64_t high_ns, uint64_t limit_ns, struct outcome *outcome,
                 struct finding_list *findings, struct mps_diag *diag)
{
    struct scenario *scenario = rerun->origin.scenario;
    uint64_t own_ns = scenario->time_limit_ns;
    struct disturbance disturbance;
    if (rerun->valgrind)
        return run_tool(rerun, seed, outcome, findings, diag);
    plan_disturbance(seed, low_ns, high_ns, &rerun->cores, &disturbance);
    if (!high_ns)
        disturbance.sleep_chance = disturbance.yield_chance = 0;
    scenario->time_limit_ns = limit_ns;
    int err =
        run_slot(rerun, seed, &disturbance, NULL, outcome, findings, diag);
    scenario->time_limit_ns = own_ns;
    return err;
}

/* The messages that TRACE saw put, as the segment takes them. */
static int make_feed(const struct trace *trace, unsigned char **out,
                     size_t *size)
{
    const struct trace_message *messages;
    size_t count = trace_messages(trace, &messages), n = 0;
    unsigned char *feed = calloc(1, SEGMENT_FEED_BYTES);
    int err = feed ? 0 : -ENOMEM;
    for (size_t i = 0; i < count && !err; i++) {
        const struct trace_message *one = &messages[i];
        struct segment_message header = {.data_size = (uint32_t)one->size};
        size_t whole = (sizeof(header) + one->size + 7) & ~(size_t)7;
        if (one->got)
            continue;
        if (whole > SEGMENT_FEED_BYTES - n) {
            err = -MPS_EFULL;
            break;
        }
        header.size = (uint32_t)whole;
        memcpy(header.queue, one->queue,
               strnlen(one->queue, sizeof(header.queue) - 1));
        memcpy(feed + n, &header, sizeof(header));
        memcpy(feed + n + sizeof(header), one->data, one->size);
        n += whole;
    }
    if (!err && !n)
        err = -MPS_ENOMATCH;
    if (err)
        free(feed);
    else
        *out = feed;
    *size = n;
    return err;
}

int rerun_serially(struct rerun *rerun, struct outcome *outcome,
                   struct finding_list *findings, struct mps_diag *diag)
{
    const struct trace_meta *meta = trace_meta(rerun->trace);
    struct disturbance undisturbed = {0};
    unsigned char *feed = NULL;
    int err = make_feed(rerun->trace, &feed, &undisturbed.feed_size);
    if (err)
        return diag_set(diag, err, "%s: %s", meta->id,
                        err == -MPS_ENOMATCH
                            ? "no messages were put into queues (mps_put())"
                            : "more messages than a serial replay takes");
    undisturbed.feed = feed;
    const struct reference *reference = NULL;
    if (rerun->references)
        err = references_get(rerun->references, rerun->slot, &rerun->choice,
                             &reference, diag);
    if (!err)
        err = slot_iterate(rerun->slot, &rerun->choice, meta->iteration,
                           meta->seed, &undisturbed, NULL, outcome, diag);
    free(feed);
    return err ? err : check_iteration(outcome, reference, findings, diag);
}

/* What hangs when it runs freely is a deadlock, or goes round for ever, under
 * control, which knows. */
static bool is_same(const struct finding *finding, const struct finding *wanted)
{
    if (wanted->kind == FINDING_HANG && (finding->kind == FINDING_DEADLOCK ||
                                         finding->kind == FINDING_LIVELOCK))
        return true;
    return finding->fingerprint == wanted->fingerprint;
}

bool rerun_same(const struct trace *trace, const struct finding_list *findings,
                bool any)
{
    const struct finding_list *wanted = trace_findings(trace);
    size_t count = any || !wanted->count ? wanted->count : 1;
    for (size_t i = 0; i < findings->count; i++)
        for (size_t k = 0; k < count; k++)
            if (is_same(&findings->items[i], &wanted->items[k]))
                return true;
    return false;
}
