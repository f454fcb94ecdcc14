#include "configure.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/rng.h"

enum { OUTPUT_LIMIT = 16 << 20 }; /* bytes of stdout, and of stderr */

/* Appends texts to the segment's text area. */
struct writer {
    struct segment *segment;
    uint32_t at;
    bool full;
};

static uint32_t put_text(struct writer *writer, const char *text)
{
    uint32_t at = writer->at;
    size_t size = strlen(text) + 1;
    if (size > SEGMENT_TEXT_BYTES - at) {
        writer->full = true;
        return at;
    }
    memcpy(writer->segment->text + at, text, size);
    writer->at += (uint32_t)size;
    return at;
}

/* The texts of LIST with parameters filled in; returns how many. */
static uint32_t put_list(struct writer *writer, const struct choice *choice,
                         const char *const *list)
{
    uint32_t count = 0;
    for (; list && list[count] && !writer->full; count++) {
        char *text = choice_expand(choice, list[count]);
        if (text)
            put_text(writer, text);
        else
            writer->full = true;
        free(text);
    }
    return count;
}

/* -- Control
 * -----------------------------------------------------------------*/

enum { STEP_LIMIT = 1000000 };

/* Virtual time 0 in every controlled iteration: 2020-01-01, so that what a
 * program reads from the clock is the same in each replay. */
static const uint64_t wall_start_ns = UINT64_C(1577836800) * 1000000000;

static void configure_schedule(struct segment *segment, uint64_t seed,
                               const struct control *control)
{
    struct segment_schedule *schedule = &segment->schedule;
    if (!control)
        return;
    schedule->strategy = (uint32_t)control->strategy;
    schedule->depth = control->depth;
    schedule->expected_tasks = control->expected_tasks;
    schedule->expected_decisions = (uint32_t)control->expected_decisions;
    schedule->spurious_chance = control->spurious_chance;
    schedule->step_limit =
        control->step_limit ? control->step_limit : STEP_LIMIT;
    schedule->seed = rng_mix(seed, RNG_SCHEDULE, 1);
    schedule->environment_seed = rng_mix(seed, RNG_ENVIRONMENT, 1);
    schedule->program_seed = rng_mix(seed, RNG_PROGRAM, 1);
    schedule->wall_start_ns = wall_start_ns;
    schedule->stop_task = control->stop_task;
    schedule->stop_op = control->stop_op;
    schedule->whole_count = control->whole_count < SCHEDULE_WHOLE
                                ? control->whole_count
                                : SCHEDULE_WHOLE;
    for (uint32_t i = 0; i < schedule->whole_count; i++)
        schedule->whole[i] = control->whole[i];
    const struct schedule_plan *plan = control->plan;
    schedule->plan_task_count = schedule->plan_count = 0;
    if (!plan)
        return;
    schedule->plan_unit = plan->unit;
    schedule->plan_task_count =
        plan->task_count < SCHEDULE_TASKS ? plan->task_count : SCHEDULE_TASKS;
    schedule->plan_count = plan->segment_count < SCHEDULE_SEGMENTS
                               ? plan->segment_count
                               : SCHEDULE_SEGMENTS;
    /* A plan of one task's whole run has no segments, and NULL for them. */
    for (uint32_t i = 0; i < schedule->plan_task_count; i++)
        segment->plan.tasks[i] = plan->tasks[i];
    for (uint32_t i = 0; i < schedule->plan_count; i++)
        segment->plan.segments[i] = plan->segments[i];
}

int configure(struct segment *segment, const struct slot_options *options,
              bool outside, const struct choice *choice, uint64_t iteration,
              uint64_t seed, const struct disturbance *disturbance,
              const struct control *control, struct mps_diag *diag)
{
    const struct scenario *scenario = choice->scenario;
    struct segment_config *config = &segment->config;
    config->flags &= ~(uint32_t)(SEGMENT_CONTROL | SEGMENT_MEMORY |
                                 SEGMENT_RACES | SEGMENT_GUARD);
    /* Clocks cost every process some pages: only where they are asked for. */
    if (control &&
        (control->orders || control->guard || segment->control.instrumented))
        config->flags |= SEGMENT_MEMORY;
    if (control)
        config->flags |= SEGMENT_CONTROL |
                         (control->races ? SEGMENT_RACES : 0) |
                         (control->guard ? SEGMENT_GUARD : 0);
    struct writer writer = {.segment = segment};
    config->iteration = iteration;
    config->seed = seed;
    config->delay_low_ns = disturbance->delay_low_ns;
    config->delay_high_ns = disturbance->delay_high_ns;
    config->sleep_chance = disturbance->sleep_chance;
    config->yield_chance = disturbance->yield_chance;
    /* One task at a time: all on the slot's core, where a hand-over is
     * cheapest. */
    config->spread = !control && disturbance->cpus;
    _Static_assert(sizeof(config->cpus) == sizeof(*disturbance->cpus),
                   "the kernel takes both");
    if (config->spread)
        memcpy(config->cpus, disturbance->cpus, sizeof(config->cpus));
    if (control)
        config->sleep_chance = config->yield_chance = 0;
    configure_schedule(segment, seed, control);
    config->feeding = disturbance->feed != NULL;
    config->feed_size = 0;
    if (disturbance->feed && disturbance->feed_size <= sizeof(segment->feed)) {
        config->feed_size = (uint32_t)disturbance->feed_size;
        memcpy(segment->feed, disturbance->feed, disturbance->feed_size);
    }
    config->output_limit = OUTPUT_LIMIT;
    config->arguments = 0;
    config->argc = 1;
    if (outside) {
        put_text(&writer, options->launcher);
        config->argc++;
    }
    put_text(&writer, options->program);
    config->argc += put_list(&writer, choice, scenario->arguments);
    config->environment = writer.at;
    config->environment_count =
        put_list(&writer, choice, scenario->environment);
    config->param_count = 0;
    for (size_t i = 0; i < scenario->parameter_count && i < SEGMENT_PARAMS;
         i++) {
        config->params[i].name =
            put_text(&writer, scenario->parameters[i].name);
        config->params[i].value = put_text(&writer, choice->values[i]);
        config->param_count++;
    }
    if (writer.full)
        return diag_set(diag, -MPS_EFULL,
                        "%s: arguments and parameters are longer than %d "
                        "bytes",
                        scenario->name, SEGMENT_TEXT_BYTES);
    return 0;
}
