/* What a target that went wild left of the segment and of what the detector
 * keeps behind it, apart from the header, which the runner checks: flags, and
 * then patches, each the number of a part, an offset in it, a size and so many
 * bytes.
 *
 * The iteration is judged, and saved when something was found: whatever was
 * written over what, the trace must open. */
#include "fuzz.h"
#include "print.h"

#include <stdio.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"
#include "scene.h"
#include "trace/trace.h"

/* Saving takes most of the time: one in four. */
enum { PATCHES = 64, SAVE = 0xc0 };

/* The parts, and how much of each is worth writing over. */
#define PART(member, size)                            \
    {                                                 \
        false, offsetof(struct segment, member), size \
    }
#define MEMORY(member, size)                        \
    {                                               \
        true, offsetof(struct memory, member), size \
    }
static const struct part {
    bool memory; /* of struct memory */
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
    PART(tasks[0].turn, sizeof(struct segment_turn)),
    PART(text, SEGMENT_TEXT_BYTES),
    PART(records, 4096),
    MEMORY(off, offsetof(struct memory, near)), /* the counters */
    MEMORY(races, 4 * sizeof(struct memory_race)),
    MEMORY(nodes, 8 * sizeof(struct memory_node)),
    MEMORY(chunks, 4 * sizeof(struct memory_chunk)),
    MEMORY(whereabouts, 4 * sizeof(struct memory_whereabouts)),
    MEMORY(named, 4 * sizeof(struct memory_named)),
    MEMORY(stacks, 4 * sizeof(struct memory_stack)),
    MEMORY(blocks, 4 * sizeof(struct memory_block)),
    MEMORY(names, 4096),
    MEMORY(orders, 4096),
};
enum { PARTS = sizeof(parts) / sizeof(*parts) };

struct patch {
    unsigned char *at;
    const unsigned char *before;
    size_t size;
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
    unsigned char *whole = part->memory ? (unsigned char *)scene->memory
                                        : (unsigned char *)scene->segment;
    const unsigned char *before =
        part->memory ? (const unsigned char *)scene->memory_before
                     : (const unsigned char *)scene->segment_before;
    size_t start = part->start + offset;
    *patch = (struct patch){whole + start, before + start, size};
    memcpy(patch->at, bytes, size);
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
    must_print(trace);
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
    if (findings.count && (flags & SAVE) == SAVE)
        save(&findings);
    finding_list_clear(&findings);
    for (size_t i = 0; i < count; i++)
        memcpy(patches[i].at, patches[i].before, patches[i].size);
    return 0;
}
