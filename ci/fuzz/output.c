/* What a target wrote to its output (the oracles `lines` and
 * `same_as_single`): the pattern of a scenario up to the first NUL, then the
 * bytes. */
#include "fuzz.h"

#include <unistd.h>

#include "scenario/pattern.h"
#include "scene.h"

enum { PATTERN_BYTES = 256 };

static struct scene *scene;
static int output;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    scene = scene_new();
    output = scene->outcome.stdout_fd;
    scene->invariants[0] = (struct invariant){
        .oracle = ORACLE_LINES, .name = "matching", .file = "stdout"};
    scene->invariants[1] = (struct invariant){.oracle = ORACLE_LINES,
                                              .name = "distinct",
                                              .file = "stdout",
                                              .distinct = true,
                                              .count = scene->workers};
    scene->invariants[2] = (struct invariant){
        .oracle = ORACLE_SAME_AS_SINGLE, .name = "same", .file = "stdout"};
    scene->scenario.invariant_count = 3;
    static const char single[] = "one\ntwo\n";
    must(write(output, single, strlen(single)) == (ssize_t)strlen(single));
    reference_free(scene->reference);
    must(!reference_take(&scene->reference, &scene->outcome, NULL));
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *nul = memchr(bytes, 0, size);
    size_t length = nul ? (size_t)(nul - bytes) : 0;
    char pattern[PATTERN_BYTES] = "";
    if (length >= sizeof(pattern))
        return 0;
    memcpy(pattern, bytes, length);
    if (length && pattern_check(pattern, NULL))
        return 0;
    size_t start = nul ? length + 1 : 0;
    scene_choose(scene, 0);
    scene->invariants[0].pattern = length ? pattern : NULL;
    must(!ftruncate(output, 0) && pwrite(output, bytes + start, size - start,
                                         0) == (ssize_t)(size - start));
    struct finding_list findings;
    scene_judge(scene, &findings);
    finding_list_clear(&findings);
    return 0;
}
