/* Queues that a program made itself, out of locks and memory: known by what it
 * said it put in and took out. */
#include <string.h>

#include "segment/ops.h"
#include "timeline.h"

static bool takes_lock(const struct timeline_step *step)
{
    return op_kind_class(op_kind_find(step->kind)) == OP_ACQUIRE &&
           *step->object && step->completed;
}

/* The ticket at which the task of step number AT gives back what that step
 * takes; 0 when it is not seen to. */
static uint64_t given_back(const struct timeline *timeline, size_t at)
{
    const struct timeline_step *step = &timeline->steps[at];
    for (size_t i = at + 1; i < timeline->step_count; i++) {
        const struct timeline_step *next = &timeline->steps[i];
        if (next->task == step->task && !strcmp(next->object, step->object))
            return op_kind_class(op_kind_find(next->kind)) == OP_RELEASE
                       ? next->begin
                       : 0;
    }
    return 0;
}

const struct timeline_message *
timeline_message_under(const struct timeline *timeline, size_t at, bool *whole)
{
    const struct timeline_step *step = &timeline->steps[at];
    uint64_t until = takes_lock(step) ? given_back(timeline, at) : 0;
    *whole = until != 0;
    for (size_t i = 0; i < timeline->message_count && until; i++) {
        const struct timeline_message *message = &timeline->messages[i];
        if (message->task == step->task && message->ticket > step->begin &&
            message->ticket <= until)
            return message;
    }
    return NULL;
}

/* The memory that OBJECT, "mutex mapping 0:0+0x68", is in: where that is told
 * and how long the text is. */
static const char *memory_of(const char *object, size_t *length)
{
    const char *space = strchr(object, ' ');
    const char *start = space ? space + 1 : object;
    const char *plus = strrchr(start, '+');
    *length = plus ? (size_t)(plus - start) : strlen(start);
    return start;
}

static bool same_memory(const char *a, const char *b)
{
    size_t left, right;
    const char *in_a = memory_of(a, &left), *in_b = memory_of(b, &right);
    return left == right && !strncmp(in_a, in_b, left);
}

const char *timeline_queue(const struct timeline *timeline, const char *object)
{
    const char *near = NULL;
    bool several = false; /* in that memory */
    for (size_t i = 0; i < timeline->step_count; i++) {
        bool whole;
        const struct timeline_message *message =
            timeline_message_under(timeline, i, &whole);
        if (!message)
            continue;
        if (!strcmp(timeline->steps[i].object, object))
            return message->queue;
        if (!same_memory(timeline->steps[i].object, object))
            continue;
        several |= near && strcmp(near, message->queue) != 0;
        near = message->queue;
    }
    return several ? NULL : near;
}
