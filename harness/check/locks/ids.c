#include "ids.h"

#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static uint64_t hash_text(const char *text, uint64_t seed)
{
    return XXH3_64bits_withSeed(text, strlen(text), seed);
}

/* A site by the file of its module: numbers of modules differ between
 * segments. 0 when it is not in one. */
static uint64_t site_id(const struct segment *segment, uint64_t site)
{
    const struct segment_module *module = segment_module_of(segment, site);
    if (!module)
        return 0;
    char path[sizeof(module->path)];
    memcpy(path, module->path, sizeof(path));
    path[sizeof(path) - 1] = '\0';
    return hash_text(path, segment_site_offset(site));
}

uint64_t task_id(const struct segment *segment, uint32_t task)
{
    char path[TASK_PATH_BYTES];
    return hash_text(segment_task_path(segment, task, path), 0);
}

uint64_t lock_id(const struct segment *segment, const struct lock_hold *hold)
{
    const struct segment_object *object =
        segment_object_get(segment, hold->object);
    if (!object || hold->generation)
        return 0;
    uint64_t parts[] = {object->kind, 0, object->offset, 0};
    char name[sizeof(object->name)];
    memcpy(name, object->name, sizeof(name));
    name[sizeof(name) - 1] = '\0';
    if (*name) {
        parts[1] = hash_text(name, 0);
    } else {
        /* Private: the process's own copy of a global variable, or else an
         * address. */
        parts[2] = site_id(segment, object->offset);
        if (!parts[2] || !object->task)
            return 0;
        parts[3] = task_id(segment, object->task - 1);
    }
    uint64_t id = XXH3_64bits(parts, sizeof(parts));
    return id ? id : 1;
}

uint64_t place_id(const struct segment *segment, const struct lock_hold *hold)
{
    return site_id(segment, hold->site);
}
