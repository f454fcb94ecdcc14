/* What <mpstress/mpstress.h> calls. */
#include <mpstress/mpstress.h>

#include "memory/access.h"
#include "modules.h"
#include "point.h"
#include "real.h"
#include "state.h"

static bool is_task(void)
{
    return runtime.active && local.attached;
}

static void record(enum mps_record_kind kind, const char *name,
                   const void *data, size_t size, const void *pc)
{
    if (!is_task())
        return;
    segment_record_add(runtime.segment, local.task, kind, name, data, size,
                       modules_site(pc));
}

static const char *text_at(uint32_t at)
{
    return at < SEGMENT_TEXT_BYTES ? runtime.segment->text + at : "";
}

static const char *param(const char *name)
{
    if (!is_task())
        return NULL;
    const struct segment_config *config = &runtime.segment->config;
    for (uint32_t i = 0; i < config->param_count && i < SEGMENT_PARAMS; i++)
        if (!strcmp(text_at(config->params[i].name), name))
            return text_at(config->params[i].value);
    return NULL;
}

static void task_name(const char *name)
{
    if (!is_task())
        return;
    char *to = runtime.segment->tasks[local.task].name;
    size_t n = strnlen(name, SEGMENT_NAME_BYTES - 1);
    memcpy(to, name, n);
    to[n] = '\0';
}

static void point(const char *label, const void *pc)
{
    if (!is_task())
        return;
    uint32_t name = segment_name_intern(runtime.segment, label);
    struct point here =
        point_begin(OP_KIND_POINT, 0, name, modules_site(pc), 0);
    point_end(here, 0);
}

/* Message INDEX of a serial replay from QUEUE, or NULL; of index -1, whether
 * there is such a replay. */
static const void *message(const char *queue, size_t index, size_t *size)
{
    struct segment *segment = runtime.segment;
    if (!is_task() || !segment->config.feeding)
        return NULL;
    if (index == (size_t)-1) {
        segment->control.fed = 1;
        return segment->feed;
    }
    size_t end = segment->config.feed_size;
    for (size_t at = 0; at + sizeof(struct segment_message) <= end;) {
        const struct segment_message *one = (const void *)(segment->feed + at);
        if (one->size < sizeof(*one) || one->size > end - at)
            break;
        if (!strncmp(one->queue, queue, SEGMENT_NAME_BYTES - 1) && !index--) {
            *size = one->data_size;
            return one + 1;
        }
        at += one->size;
    }
    return NULL;
}

static void memory(enum mps_memory_kind kind, const volatile void *address,
                   size_t size, const char *type, const char *name,
                   const void *pc)
{
    (void)pc;
    switch (kind) {
    case MPS_MEMORY_BEFORE:
        access_release(address);
        break;
    case MPS_MEMORY_AFTER:
        access_acquire(address);
        break;
    case MPS_MEMORY_BENIGN:
        access_benign(address, size);
        break;
    case MPS_MEMORY_NEW:
        access_new(address, size);
        break;
    case MPS_MEMORY_IGNORE_BEGIN:
    case MPS_MEMORY_IGNORE_END:
        access_ignore_reads(kind == MPS_MEMORY_IGNORE_BEGIN ? 1 : -1);
        access_ignore_writes(kind == MPS_MEMORY_IGNORE_BEGIN ? 1 : -1);
        break;
    case MPS_MEMORY_NAME:
        access_name(address, size, type, name);
        break;
    }
}

EXPORT extern const struct mps_api mps_runtime_api;
const struct mps_api mps_runtime_api = {
    .version = MPS_API_VERSION,
    .size = sizeof(struct mps_api),
    .record = record,
    .param = param,
    .task_name = task_name,
    .point = point,
    .message = message,
    .memory = memory,
};
