/* The runs before and what became of each failure, for programs. */
#include <string.h>

#include "formats/json_values.h"
#include "rate.h"
#include "report.h"

enum { SCHEMA = 1 };

static json_t *run_object(const struct report_past *run)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "scenario", value_text(run->scenario), &failed);
    value_put(o, "started", value_date(run->started_wall_ns), &failed);
    value_put(o, "started_ms", value_milliseconds(run->started_wall_ns),
              &failed);
    value_put(o, "commit",
              value_text_or_null(*run->commit ? run->commit : NULL), &failed);
    value_put(o, "verdict", value_text(run->verdict), &failed);
    value_put(o, "iterations", value_number(run->iterations), &failed);
    value_put(o, "failures", value_number(run->failures), &failed);
    return value_finish(o, failed);
}

/* One of the runs that a failure was seen in, or that it is gone with. */
static json_t *sight_object(uint64_t started_ns, const char *commit)
{
    bool failed = false;
    json_t *o = json_object();
    value_put(o, "started", value_date(started_ns), &failed);
    value_put(o, "started_ms", value_milliseconds(started_ns), &failed);
    value_put(o, "commit", value_text_or_null(*commit ? commit : NULL),
              &failed);
    return value_finish(o, failed);
}

static json_t *point_array(const struct report_trail *trail)
{
    bool failed = false;
    json_t *array = json_array();
    for (size_t i = 0; i < trail->point_count; i++) {
        json_t *o = json_object();
        value_put(o, "iterations", value_number(trail->points[i].iterations),
                  &failed);
        value_put(o, "times", value_number(trail->points[i].times), &failed);
        value_append(array, o, &failed);
    }
    return value_finish(array, failed);
}

static json_t *trail_object(const struct report_trail *trail)
{
    bool failed = false, gone = trail->state == TRAIL_GONE;
    json_t *o = json_object();
    value_put(o, "id", value_text(trail->id), &failed);
    value_put(o, "scenario", value_text(trail->scenario), &failed);
    value_put(o, "kind", value_text(trail->kind), &failed);
    value_put(o, "what", value_text(trail->what), &failed);
    value_put(o, "state", json_string(report_trail_state_name(trail->state)),
              &failed);
    value_put(o, "first_seen",
              sight_object(trail->first_ns, trail->first_commit), &failed);
    value_put(o, "last_seen", sight_object(trail->last_ns, trail->last_commit),
              &failed);
    value_put(o, "gone",
              gone ? sight_object(trail->gone_ns, trail->gone_commit)
                   : json_null(),
              &failed);
    value_put(o, "is_gone_by_replay", json_boolean(trail->replayed), &failed);
    value_put(o, "runs", value_number(trail->runs), &failed);
    value_put(o, "times", value_number(trail->times), &failed);
    value_put(o, "iterations", value_number(trail->iterations), &failed);
    value_put(o, "iterations_since", value_number(trail->clean), &failed);
    value_put(o, "iterations_needed",
              value_number_or_null(trail->needed, trail->needed), &failed);
    value_put(o, "rates", point_array(trail), &failed);
    return value_finish(o, failed);
}

int report_history_json(FILE *out, const struct report_history *history)
{
    bool failed = false;
    json_t *o = json_object();
    json_t *runs = json_array(), *trails = json_array();
    for (size_t i = 0; i < history->run_count; i++)
        value_append(runs, run_object(&history->runs[i]), &failed);
    for (size_t i = 0; i < history->trail_count; i++)
        value_append(trails, trail_object(&history->trails[i]), &failed);
    value_put(o, "schema", json_integer(SCHEMA), &failed);
    value_put(o, "failures", trails, &failed);
    value_put(o, "runs", runs, &failed);
    return value_write(out, value_finish(o, failed));
}
