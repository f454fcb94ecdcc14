/* Scenario files (scenario/scenario.h): any bytes; what is accepted can be
 * drawn from, expanded and evaluated. */
#include "fuzz.h"

#include "base/diag.h"
#include "base/error.h"
#include "scenario/scenario.h"

static void expand_all(const struct choice *choice, const char *const *texts)
{
    for (; texts && *texts; texts++) {
        char *text = choice_expand(choice, *texts);
        must(text);
        free(text);
    }
}

static void evaluate(const struct choice *choice, const struct expr *expr)
{
    int64_t value;
    struct mps_diag diag;
    if (expr)
        choice_evaluate(choice, expr, &value, &diag);
}

static void use(const struct scenario *scenario, uint64_t seed)
{
    const char **values =
        calloc(scenario->parameter_count + 1, sizeof(*values));
    must(values);
    struct choice choice = {.values = values};
    scenario_choose(scenario, seed, &choice);
    for (size_t i = 0; i < scenario->parameter_count; i++)
        must(choice_get(&choice, scenario->parameters[i].name));
    expand_all(&choice, scenario->arguments);
    expand_all(&choice, scenario->environment);
    for (size_t i = 0; i < scenario->invariant_count; i++) {
        const struct invariant *invariant = &scenario->invariants[i];
        must(invariant->name && invariant->oracle < ORACLE_COUNT);
        expand_all(&choice, invariant->command);
        evaluate(&choice, invariant->value);
        evaluate(&choice, invariant->count);
        evaluate(&choice, invariant->points);
    }
    int64_t lowest;
    for (const char *const *name = scenario->shrink; name && *name; name++)
        must(!scenario_lowest(scenario, *name, &lowest));
    free(values);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    /* A copy of its own: reading past the end is seen. */
    char *text = malloc(size ? size : 1);
    must(text);
    memcpy(text, bytes, size);
    struct scenario *scenario;
    struct mps_diag diag = {.text = ""};
    int err = scenario_load_text(&scenario, "fuzz.yml", text, size, &diag);
    free(text);
    if (err) {
        must(!scenario);
        must_be_a_reason(diag.text);
        return 0;
    }
    for (uint64_t seed = 0; seed < 3; seed++)
        use(scenario, seed);
    scenario_free(scenario);
    return 0;
}
