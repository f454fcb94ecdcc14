#include "configure.h"

#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"

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

int configure(struct segment *segment, const struct slot_options *options,
              bool outside, const struct choice *choice, uint64_t iteration,
              uint64_t seed, const struct disturbance *disturbance,
              struct mps_diag *diag)
{
    const struct scenario *scenario = choice->scenario;
    struct segment_config *config = &segment->config;
    struct writer writer = {.segment = segment};
    config->iteration = iteration;
    config->seed = seed;
    config->delay_low_ns = disturbance->delay_low_ns;
    config->delay_high_ns = disturbance->delay_high_ns;
    config->sleep_chance = disturbance->sleep_chance;
    config->yield_chance = disturbance->yield_chance;
    config->cpus = disturbance->cpus;
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
