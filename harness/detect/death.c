#include "death.h"

#include "clocks.h"

void death_watch(struct segment *segment, struct memory *memory,
                 uint32_t object)
{
    if (!object || object > SEGMENT_OBJECTS ||
        segment->objects[object].edge & EDGE_DEATH)
        return;
    segment->objects[object].edge |= EDGE_DEATH;
    memory->death_objects++;
}

void death_note(struct segment *segment, struct memory *memory, uint32_t task)
{
    if (!memory || task >= memory->task_count)
        return;
    clocks_end(memory, task);
    uint32_t count = segment->object_count;
    uint32_t left = memory->death_objects;
    for (uint32_t i = 1; left && i <= count && i <= SEGMENT_OBJECTS; i++) {
        if (!(segment->objects[i].edge & EDGE_DEATH))
            continue;
        left--;
        /* Whether this task was one of those that held it, nobody knows. */
        clocks_release(memory, task, memory_sync_of(i, 0), CLOCKS_JOIN,
                       CLOCKS_LOCK);
    }
}
