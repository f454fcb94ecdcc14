#include "queues.h"

#include <string.h>

#include "trace/timeline.h"

enum fact_role queues_role(const struct timeline *timeline, size_t step)
{
    bool whole;
    const struct timeline_message *message =
        timeline_message_under(timeline, step, &whole);
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
