#include "queues.h"

#include <string.h>

#include "trace/timeline.h"

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

/* The first message that the task of step number AT told of while it had what
 * the step takes, or NULL; *WHOLE: that was given back. */
static const struct timeline_message *
message_inside(const struct timeline *timeline, size_t at, bool *whole)
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

enum fact_role queues_role(const struct timeline *timeline, size_t step)
{
    bool whole;
    const struct timeline_message *message =
        message_inside(timeline, step, &whole);
    if (message)
        return message->got ? ROLE_GET : ROLE_PUT;
    return whole ? ROLE_LOOK : ROLE_NONE;
}

bool queues_left(const struct timeline *timeline, const char *queue)
{
    size_t put = 0, got = 0;
    for (size_t i = 0; i < timeline->message_count; i++)
        if (!strcmp(timeline->messages[i].queue, queue))
            timeline->messages[i].got ? got++ : put++;
    return put > got;
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

const char *queues_of(const struct timeline *timeline, const char *object)
{
    const char *near = NULL;
    bool several = false; /* in that memory */
    for (size_t i = 0; i < timeline->step_count; i++) {
        bool whole;
        const struct timeline_message *message =
            message_inside(timeline, i, &whole);
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

/* -- Words ------------------------------------------------------------------*/

/* What programs call it, one word of a name in snake case or alone. The first
 * row that has one decides. */
static const struct {
    enum fact_role role;
    const char *const words[10];
} vocabulary[] = {
    {ROLE_NONE, {"lock", "unlock", "mutex", "acquire", "release"}},
    {ROLE_LOOK,
     {"empty", "full", "size", "count", "length", "peek", "available", "ready",
      "isempty"}},
    {ROLE_PUT,
     {"put", "push", "send", "enqueue", "add", "write", "post", "append",
      "submit"}},
    {ROLE_GET,
     {"get", "pop", "take", "recv", "receive", "dequeue", "fetch", "read"}},
};

static bool has_word(const char *name, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = name; (at = strstr(at, word)); at += length)
        if ((at == name || at[-1] == '_') && (!at[length] || at[length] == '_'))
            return true;
    return false;
}

enum fact_role queues_role_of(const char *function)
{
    for (size_t i = 0; function && i < sizeof(vocabulary) / sizeof(*vocabulary);
         i++)
        for (size_t k = 0; k < 10 && vocabulary[i].words[k]; k++)
            if (has_word(function, vocabulary[i].words[k]))
                return vocabulary[i].role;
    return ROLE_NONE;
}

bool queues_is_name(const char *function)
{
    static const char *const words[] = {"queue", "fifo", "channel", "mailbox",
                                        "pipe"};
    for (size_t i = 0; function && i < sizeof(words) / sizeof(*words); i++)
        if (has_word(function, words[i]))
            return true;
    return false;
}
