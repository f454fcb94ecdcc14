#include "scene.h"

#include <signal.h>
#include <sys/mman.h>

#include <mpstress/mpstress.h>

#include "check/json.h"
#include "fuzz.h"
#include "scenario/expr.h"
#include "segment/write.h"

enum { SITE = 0x100 };

static uint64_t site(unsigned offset)
{
    return UINT64_C(1) << SITE_MODULE_SHIFT | offset;
}

static void happen(struct segment *s)
{
    static const char *const names[] = {"x", "y"};
    must(segment_module_add(s, "/srv/target", NULL, 0) == 1);
    for (uint32_t i = 0; i < 3; i++) {
        must(segment_task_new(s, i ? 1 : 0, site(SITE + i)) == (int)i);
        s->tasks[i].state = TASK_RUNNING;
        s->tasks[i].pid = s->tasks[i].tid = 100 + (int)i;
    }
    uint32_t lock =
        segment_object_intern(s, OBJECT_MUTEX, 7, 0x40, 1, site(SITE), "/ring");
    for (uint32_t task = 1; task < 3; task++) {
        const struct segment_op op = {
            .site = site(SITE), .object = lock, .kind = OP_KIND_MUTEX_LOCK};
        uint64_t at = segment_op_begin(s, task, &op);
        if (task == 1)
            segment_op_end(s, task, at, 0);
        for (unsigned kind = 0; kind < 12; kind++)
            segment_record_add(s, task, kind, names[kind % 2], &(uint64_t){1},
                               8, site(SITE));
    }
    segment_leftover_add(s, LEFTOVER_SHM, 1, site(SITE), 64, "/ring");
    memset(segment_name_intern(s, "cut") * sizeof(s->names[0]) +
               (char *)s->names,
           'z', sizeof(s->names[0]));
}

static void demand(struct scene *scene)
{
    static const struct invariant demands[SCENE_INVARIANTS] = {
        {.oracle = ORACLE_EQUALS, .subject_kind = SUBJECT_OBSERVATION},
        {.oracle = ORACLE_UNIQUE, .subject_kind = SUBJECT_STREAM},
        {.oracle = ORACLE_STREAMS, .subject_kind = SUBJECT_STREAM},
        {.oracle = ORACLE_EXACTLY_ONCE, .subject_kind = SUBJECT_QUEUE},
        {.oracle = ORACLE_FIFO, .subject_kind = SUBJECT_QUEUE},
        {.oracle = ORACLE_SAME_AS_SINGLE, .subject_kind = SUBJECT_OBSERVATION},
        {.oracle = ORACLE_SAME_AS_SINGLE, .subject_kind = SUBJECT_STREAM},
        {.oracle = ORACLE_NEVER_TOGETHER, .subject_kind = SUBJECT_SECTION},
        {.oracle = ORACLE_NO_LEAKS, .descriptors = true},
        {.oracle = ORACLE_WITHIN},
    };
    must(!expr_parse(&scene->workers, "workers", NULL));
    for (size_t i = 0; i < SCENE_INVARIANTS; i++) {
        struct invariant *invariant = &scene->invariants[i];
        *invariant = demands[i];
        invariant->name = oracle_name(invariant->oracle);
        invariant->subject = invariant->subject_kind ? "x" : NULL;
        invariant->overlap = 3;
        if (invariant->oracle == ORACLE_EQUALS)
            invariant->value = scene->workers;
        if (invariant->oracle == ORACLE_UNIQUE ||
            invariant->oracle == ORACLE_EXACTLY_ONCE)
            invariant->count = scene->workers;
        if (invariant->oracle == ORACLE_WITHIN)
            invariant->points = scene->workers;
    }
}

/* SIZE bytes of zeros, of which those that are touched take memory. */
static void *map(size_t size)
{
    void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(at != MAP_FAILED);
    return at;
}

static void race(struct memory *m)
{
    for (uint32_t node = 1; node <= 4; node++)
        m->nodes[node] = (struct memory_node){
            .key = site(SITE + node), .parent = node > 2 ? node - 2 : 0};
    m->node_count = 4;
    m->chunk_count = 1;
    m->task_count = 3;
    m->race_count = 1;
    m->races[0] = (struct memory_race){
        .now = {.task = 1, .size = 4, .context = 3},
        .before = {.task = 2, .size = 4, .context = 4},
        .chunk = 1,
        .offset = 0x40,
        .ticket = 1,
    };
}

struct scene *scene_new(void)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    must(scene);
    scene->segment = map(sizeof(*scene->segment));
    scene->segment->config.iteration = SCENE_ITERATION;
    scene->segment->config.output_limit = 1 << 20;
    segment_reset(scene->segment);
    happen(scene->segment);
    scene->segment_before = map(sizeof(*scene->segment));
    memcpy(scene->segment_before, scene->segment, sizeof(*scene->segment));
    scene->memory = map(sizeof(*scene->memory));
    scene->memory_before = map(sizeof(*scene->memory));
    race(scene->memory);
    race(scene->memory_before);
    scene->value = "2";
    scene->parameter = (struct parameter){"workers", &scene->value, 1};
    scene->scenario = (struct scenario){
        .name = "fuzz",
        .about = "",
        .directory = "/",
        .program = "target",
        .parameters = &scene->parameter,
        .parameter_count = 1,
        .private_directory = true,
        .invariants = scene->invariants,
        .invariant_count = SCENE_INVARIANTS,
        .finding = -1,
    };
    demand(scene);
    scene->choice = (struct choice){&scene->scenario, &scene->value};
    scene->outcome = (struct outcome){
        .choice = &scene->choice,
        .iteration = SCENE_ITERATION,
        .seed = 1,
        .segment = scene->segment,
        .memory = scene->memory,
        .program = "/srv/target",
        .elapsed_ns = 5000000,
        .time_limit_ns = 1000000000,
        .snapshots = scene->snapshots,
        .stdout_fd = memfd_create("stdout", MFD_CLOEXEC),
        .stderr_fd = memfd_create("stderr", MFD_CLOEXEC),
        .directory_fd = -1,
    };
    must(!symbols_open(&scene->outcome.symbols, NULL));
    must(!reference_take(&scene->reference, &scene->outcome, NULL));
    return scene;
}

void scene_choose(struct scene *scene, unsigned bits)
{
    struct outcome *outcome = &scene->outcome;
    /* Keeps every text it was ever given. */
    symbols_close(outcome->symbols);
    must(!symbols_open(&outcome->symbols, NULL));
    outcome->timed_out = bits & 1;
    outcome->controlled = bits & 2;
    outcome->status = bits & 4 ? SIGSEGV : 0;
    outcome->snapshot_count = bits & 8 ? 2 : 0;
    for (int i = 0; i < 2; i++)
        scene->snapshots[i] = (struct task_snapshot){
            .task = i, .pid = 100 + i, .tid = 100 + i, .state = 'S'};
}

static void take(const struct outcome *outcome)
{
    struct str lines;
    str_init(&lines);
    must(!json_observations(&lines, outcome->segment));
    must(!lines.len || lines.data[lines.len - 1] == '\n');
    str_fini(&lines);

    struct sometimes_set *set = sometimes_new();
    must(set && !sometimes_collect(set, outcome));
    sometimes_free(set);

    struct reference *reference;
    if (!reference_take(&reference, outcome, NULL))
        reference_free(reference);
}

void scene_judge(struct scene *scene, struct finding_list *findings)
{
    struct mps_diag diag = {.text = ""};
    *findings = (struct finding_list){NULL, 0};
    must(!check_iteration(&scene->outcome, scene->reference, findings, &diag));
    for (size_t i = 0; i < findings->count; i++)
        must(findings->items[i].what && findings->items[i].fingerprint);
    take(&scene->outcome);
}
