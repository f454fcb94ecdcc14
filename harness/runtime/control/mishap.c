#include "mishap.h"

#include "state.h"

void mishap_note(enum mishap_kind kind, uint32_t object, uint64_t site,
                 uint32_t other, uint64_t other_site)
{
    mishap_note_of(local.task, kind, object, site, other, other_site);
}

void mishap_note_of(uint32_t task, enum mishap_kind kind, uint32_t object,
                    uint64_t site, uint32_t other, uint64_t other_site)
{
    struct segment *segment = runtime.segment;
    struct segment_schedule *schedule = &segment->schedule;
    uint32_t count = schedule->mishap_count;
    for (uint32_t i = 0; i < count && i < SCHEDULE_MISHAPS; i++) {
        const struct segment_mishap *known = &schedule->mishaps[i];
        if (known->kind == (uint32_t)kind && known->object == object &&
            known->site == site && known->other_site == other_site)
            return;
    }
    if (count >= SCHEDULE_MISHAPS)
        return;
    schedule->mishaps[count] = (struct segment_mishap){
        .kind = kind,
        .task = task,
        .other = other,
        .object = object,
        .site = site,
        .other_site = other_site,
        .ticket = segment_ticket(segment),
    };
    __atomic_store_n(&schedule->mishap_count, count + 1, __ATOMIC_RELEASE);
}
