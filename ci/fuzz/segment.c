/* What a target that went wild left of the segment, apart from its header,
 * which the runner checks: flags, and then patches, each the number of a part,
 * an offset in it, a size and so many bytes.
 *
 * The iteration is judged, and saved when something was found: whatever was
 * written over what, the trace must open. */
#include "fuzz.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "scene.h"
#include "trace/trace.h"
#include "trace/trace_print.h"

enum { PATCHES = 64, SAVE = 16 };

/* The parts, and how much of each is worth writing over. */
#define PART(member, size)                     \
    {                                          \
        offsetof(struct segment, member), size \
    }
static const struct part {
    size_t start, size;
} parts[] = {
    PART(control, sizeof(struct segment_control)),
    PART(ticket, 5 * 64), /* the counters */
    PART(config, sizeof(struct segment_config)),
    PART(tasks, 8 * sizeof(struct segment_task)),
    PART(ops, 8 * sizeof(struct segment_op)),
    PART(objects, 8 * sizeof(struct segment_object)),
    PART(names, 8 * SEGMENT_NAME_BYTES),
    PART(modules, 4 * sizeof(struct segment_module)),
    PART(leftovers, 4 * sizeof(struct segment_leftover)),
    PART(lock_places, sizeof(struct lock_places)),
    PART(schedule, sizeof(struct segment_schedule)),
    PART(turns, 8 * sizeof(struct segment_turn)),
    PART(text, SEGMENT_TEXT_BYTES),
    PART(records, 4096),
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

struct patch {
    size_t start, size; /* in the segment */
};

static struct scene *scene;
/* Not on a disk: it would wait for that. */
static char directory[] = "/dev/shm/mpstress-fuzz-XXXXXX";
static char *path;

static void clean_up(void)
{
    fs_remove_tree(directory);
    free(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    scene = scene_new();
    must(mkdtemp(directory));
    path = str_format("%s/fuzz-00000000.mpt", directory);
    must(path && !atexit(clean_up));
    return 0;
}

static void write_over(struct input *in, struct patch *patch)
{
    const struct part *part = &parts[input_number(in, 1) % PARTS];
    size_t offset = input_number(in, 3) % part->size;
    size_t size = input_number(in, 1);
    if (size > part->size - offset)
        size = part->size - offset;
    const uint8_t *bytes = input_bytes(in, &size);
    *patch = (struct patch){part->start + offset, size};
    memcpy((char *)scene->segment + patch->start, bytes, size);
}

static void save(const struct finding_list *findings)
{
    static const struct trace_info info = {
        .id = "fuzz-00000000",
        .command = "mpstress run",
    };
    struct mps_diag diag = {.text = ""};
    must(!trace_save(path, &info, &scene->outcome, findings, &diag));
    struct trace *trace;
    int err = trace_open(&trace, path, &diag);
    if (err)
        fprintf(stderr, "%s\n", diag.text);
    must(!err);
    FILE *out = fopen("/dev/null", "w");
    const struct trace_print_options options = {.width = 100};
    must(out && !trace_print(out, trace, &options));
    fclose(out);
    trace_close(trace);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input in = {bytes, size};
    struct patch patches[PATCHES];
    size_t count = 0;
    unsigned flags = (unsigned)input_number(&in, 1);
    scene_choose(scene, flags);
    while (in.left && count < PATCHES)
        write_over(&in, &patches[count++]);
    struct finding_list findings;
    scene_judge(scene, &findings);
    if (findings.count && flags & SAVE)
        save(&findings);
    finding_list_clear(&findings);
    for (size_t i = 0; i < count; i++)
        memcpy((char *)scene->segment + patches[i].start,
               (char *)scene->pristine + patches[i].start, patches[i].size);
    return 0;
}
