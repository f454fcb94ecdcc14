/* Simplify: the shortest schedule, the fewest workers and items, and the two
 * operations whose order decides. Found before the other steps, which build on
 * it. */
#include <inttypes.h>

#include "diagnose/steps.h"
#include "trace/place.h"

static void show_frames(struct diagnose_step *out, const struct fact_op *op)
{
    const struct location *own = facts_own_frame(op);
    for (size_t k = 0; k < op->frame_count; k++) {
        struct str s;
        str_init(&s);
        place_add(&s, &op->frames[k]);
        step_show(out, "         %s%s", k ? "called by " : "in ", s.data);
        str_fini(&s);
        if (&op->frames[k] == own)
            break;
    }
}

static void show_pair(struct diagnose_step *out, const struct facts *facts)
{
    static const char *const order[] = {"first", "then"};
    for (size_t i = 0; i < 2; i++) {
        const struct fact_op *op = &facts->ops[i];
        struct str what;
        str_init(&what);
        timeline_add_op(&what, op->kind, op->object);
        step_show(out, "%-5s  %s  %s%s", order[i], op->task, what.data,
                  op->role == ROLE_LOOK ? ": a look" : "");
        str_fini(&what);
        if (op->frame_count)
            show_frames(out, op);
        else
            step_show(out, "         at %s", op->place);
    }
}

static void show_params(struct diagnose_step *out,
                        const struct trace_explanation *why)
{
    struct str s;
    str_init(&s);
    for (size_t i = 0; i < why->param_count; i++)
        str_addf(&s, "%s%s=%s", i ? " " : "", why->params[i].name,
                 why->params[i].value);
    if (s.len)
        step_show(out, "with %s", s.data);
    str_fini(&s);
}

int step_simplify(struct lab *lab, struct diagnose_step *out)
{
    const struct trace_explanation *why = lab->why;
    if (!why) {
        step_say(out, "none",
                 "not under control in %" PRIu64
                 " schedules: its cause lies between the "
                 "operations that mpstress sees",
                 lab->explained.schedules);
        return 0;
    }
    step_show(out,
              "preemptions %" PRIu64 ", switches %" PRIu64 ", steps %" PRIu64
              " (recorded: %" PRIu64 ", %" PRIu64 ", %" PRIu64 ")",
              why->cost.preemptions, why->cost.switches, why->cost.steps,
              why->cost_before.preemptions, why->cost_before.switches,
              why->cost_before.steps);
    show_params(out, why);
    if (lab->facts.pair)
        show_pair(out, &lab->facts);
    if (lab->facts.pair && lab->facts.dependent)
        step_say(out, "pair",
                 "two operations decide: in this order it fails, "
                 "in the other it passes");
    else if (lab->facts.pair)
        step_say(out, "near",
                 "the order of two operations decides; they are about "
                 "different objects, so the cause is near them");
    else
        step_say(out, "shortest",
                 "the shortest schedule is known; no two "
                 "operations decide by their order");
    return 0;
}
