/* What an iteration under control leaves beside its ops. The segment is the
 * target's to write over: every count and index is checked. */
#include <errno.h>
#include <string.h>

#include "save.h"

static const char *verdict_name(uint32_t verdict)
{
    static const char *const names[] = {
        [SCHEDULE_OPEN] = "",
        [SCHEDULE_DEADLOCK] = "deadlock",
        [SCHEDULE_IDLE] = "idle",
        [SCHEDULE_LIVELOCK] = "livelock",
        [SCHEDULE_STEP_BOUND] = "step bound",
    };
    return verdict < sizeof(names) / sizeof(*names) ? names[verdict] : "";
}

static int put_meta(struct save *save, const struct segment_schedule *s,
                    const char *call, const char *place)
{
    const uint32_t looks = save->outcome->segment->config.flags;
    const struct save_key rows[] = {
        {"mode", save->outcome->controlled ? "control" : "stress", 0},
        {"unit", save->outcome->controlled ? "grants" : "ops", 0},
        {"depth", NULL, s->depth},
        {"expected_decisions", NULL, s->expected_decisions},
        {"expected_tasks", NULL, s->expected_tasks},
        {"spurious_chance", NULL, s->spurious_chance},
        {"step_limit", NULL, s->step_limit},
        {"races", NULL, (looks & SEGMENT_RACES) != 0},
        {"guard", NULL, (looks & SEGMENT_GUARD) != 0},
        {"verdict", verdict_name(s->verdict), 0},
        {"grants", NULL, s->grants},
        {"decisions", NULL, s->decisions},
        {"switches", NULL, s->switches},
        {"preemptions", NULL, s->preemptions},
        {"op_hash", NULL, s->hash},
        {"schedule_cut", NULL, s->segment_count > SCHEDULE_SEGMENTS},
        {"externals", NULL, s->externals_ever},
        {"external_call", call, 0},
        {"external_place", place, 0},
    };
    return save_keys(save, "meta", rows, sizeof(rows) / sizeof(*rows));
}

int save_control_meta(struct save *save)
{
    /* In stress mode what stands there is of an earlier iteration. */
    static const struct segment_schedule none;
    const struct segment_schedule *schedule =
        save->outcome->controlled ? &save->outcome->segment->schedule : &none;
    char call[SCHEDULE_CALL_BYTES + 1] = "";
    struct str place;
    str_init(&place);
    if (schedule->externals_ever) {
        memcpy(call, schedule->external_call, SCHEDULE_CALL_BYTES);
        save_site_text(save, schedule->external_site, &place);
    }
    int err =
        str_ok(&place) ? put_meta(save, schedule, call, place.data) : -ENOMEM;
    str_fini(&place);
    return err;
}

int save_schedule(struct save *save)
{
    const struct segment *segment = save->outcome->segment;
    const struct segment_schedule *schedule = &segment->schedule;
    size_t tasks = segment_task_count(segment);
    struct insert row;
    int err = insert_open(&row, save, "segments", 3);
    for (uint32_t i = 0;
         i < schedule->segment_count && i < SCHEDULE_SEGMENTS && !err; i++) {
        if (schedule->segments[i].task >= tasks)
            continue;
        insert_null(&row);
        insert_number(&row, schedule->segments[i].task);
        insert_number(&row, schedule->segments[i].count);
        err = insert_end(&row);
    }
    insert_close(&row);
    return err;
}

static int save_mishap(struct save *save, struct insert *row,
                       const struct segment_mishap *mishap)
{
    static const char *const about[] = {
#define MISHAP_ABOUT(id, text) [MISHAP_##id] = text,
        MISHAP_KINDS(MISHAP_ABOUT)
#undef MISHAP_ABOUT
    };
    const struct segment *segment = save->outcome->segment;
    size_t tasks = segment_task_count(segment);
    if (mishap->kind >= MISHAP_KIND_COUNT || mishap->task >= tasks)
        return 0;
    int64_t place, other_place;
    int err = save_site(save, mishap->site, &place);
    if (!err)
        err = save_site(save, mishap->other_site, &other_place);
    if (err)
        return err;
    insert_null(row);
    insert_bits(row, mishap->ticket);
    insert_text(row, about[mishap->kind]);
    insert_number(row, mishap->task);
    if (mishap->other && mishap->other <= tasks)
        insert_number(row, mishap->other - 1);
    else
        insert_null(row);
    if (segment_object_get(segment, mishap->object))
        insert_number(row, mishap->object);
    else
        insert_null(row);
    insert_place(row, place);
    insert_place(row, other_place);
    return insert_end(row);
}

int save_mishaps(struct save *save)
{
    const struct segment_schedule *schedule = &save->outcome->segment->schedule;
    struct insert row;
    int err = insert_open(&row, save, "mishaps", 8);
    if (save->outcome->controlled)
        for (uint32_t i = 0;
             i < schedule->mishap_count && i < SCHEDULE_MISHAPS && !err; i++)
            err = save_mishap(save, &row, &schedule->mishaps[i]);
    insert_close(&row);
    return err;
}
