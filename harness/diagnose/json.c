/* A diagnosis for programs: see SCHEMA.md. */
#include "diagnose.h"
#include "report/formats/json_values.h"

enum { SCHEMA = 1 };

static json_t *step_value(const struct diagnose_step *step, bool *failed)
{
    json_t *value = json_object();
    value_put(value, "step", value_text(step->key), failed);
    value_put(value, "verdict", value_text(step->verdict), failed);
    value_put(value, "says", value_text(step->says.data), failed);
    value_put(value, "evidence", value_text(step->evidence.data), failed);
    value_put(value, "elapsed_ms", value_milliseconds(step->elapsed_ns),
              failed);
    return value;
}

static json_t *operation_value(const struct diagnose_op *op, bool *failed)
{
    json_t *value = json_object();
    value_put(value, "task", value_text(op->task), failed);
    value_put(value, "does", value_text(op->does), failed);
    value_put(value, "place", value_text(op->place), failed);
    value_put(value, "calls", value_text(op->calls), failed);
    return value;
}

int diagnose_json(FILE *out, const struct diagnose *diagnose)
{
    bool failed = false;
    json_t *document = json_object();
    json_t *steps = json_array(), *operations = json_array();
    for (unsigned i = 0; i < DIAGNOSE_STEPS; i++)
        value_append(steps, step_value(&diagnose->steps[i], &failed), &failed);
    for (unsigned i = 0; i < 2 && diagnose->ops[i].task; i++)
        value_append(operations, operation_value(&diagnose->ops[i], &failed),
                     &failed);
    value_put(document, "schema", value_number(SCHEMA), &failed);
    value_put(document, "version", value_text(MPS_VERSION), &failed);
    value_put(document, "id", value_text(diagnose->id), &failed);
    value_put(document, "what", value_text(diagnose->what), &failed);
    value_put(document, "log", value_text_or_null(diagnose->log), &failed);
    value_put(document, "steps", steps, &failed);
    value_put(document, "operations", operations, &failed);
    value_put(document, "object", value_text_or_null(diagnose->object),
              &failed);
    value_put(document, "rule", value_text_or_null(diagnose->rule_key),
              &failed);
    value_put(document, "rule_text", value_text_or_null(diagnose->rule),
              &failed);
    value_put(document, "conclusion", value_text(diagnose->conclusion),
              &failed);
    value_put(document, "elapsed_ms", value_milliseconds(diagnose->elapsed_ns),
              &failed);
    return value_write(out, value_finish(document, failed));
}
