/* The observations that a target left in the segment (segment/read.h,
 * check/records.h): after a byte of flags, whatever the arena holds. */
#include "fuzz.h"
#include "scene.h"

static struct scene *scene;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    scene = scene_new();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (!size || size > sizeof(scene->segment->records))
        return 0;
    scene_choose(scene, *bytes);
    memcpy(scene->segment->records, bytes + 1, size - 1);
    scene->segment->records_head = size - 1;
    struct finding_list findings;
    scene_judge(scene, &findings);
    finding_list_clear(&findings);
    return 0;
}
