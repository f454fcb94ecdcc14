#include "outcome.h"

uint64_t outcome_points(const struct outcome *outcome)
{
    const struct segment *segment = outcome->segment;
    size_t count = segment_task_count(segment);
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += segment->tasks[i].points;
    return sum;
}
