#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check/fixture_test.h"
#include "check/memory/stack.h"

/* -- A fabricated memory part ----------------------------------------------*/

/* An iteration under control with two workers and a memory part: GiB of it,
 * of which only pages that are touched exist. */
static struct fixture *begin(struct memory **out)
{
    struct fixture *f = fixture_new();
    fixture_task(f, 0, "producer");
    fixture_task(f, 0, "consumer");
    fixture_end(f, 1, 0);
    fixture_end(f, 2, 0);
    fixture_end(f, 0, 0);
    fixture_control(f, SCHEDULE_OPEN);
    void *map = mmap(NULL, sizeof(struct memory), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    cr_assert_neq(map, MAP_FAILED);
    struct memory *memory = map;
    f->outcome.memory = memory;
    strcpy(memory->names + 1, "/ring");
    memory->chunks[1] =
        (struct memory_chunk){.backing = 77, .index = 2, .task = 1, .name = 1};
    memory->chunk_count = 1;
    return *out = memory, f;
}

static void end(struct fixture *f)
{
    struct memory *memory;
    memcpy(&memory, &f->outcome.memory, sizeof(memory));
    munmap(memory, sizeof(*memory));
    fixture_free(f);
}

static uint32_t node(struct memory *memory, uint32_t parent, uint64_t key)
{
    uint32_t number = ++memory->node_count;
    memory->nodes[number] = (struct memory_node){key, parent, 0};
    return number;
}

/* A stack of two frames of /srv/target: at OFFSET, called from 0x1000. */
static uint32_t stack(struct fixture *f, struct memory *memory, uint64_t offset)
{
    return node(memory, node(memory, 0, fixture_site(f, 0x1000)),
                fixture_site(f, offset));
}

static struct memory_access access_by(uint32_t task, uint32_t flags,
                                      uint32_t context)
{
    return (struct memory_access){.task = task,
                                  .size = 4,
                                  .flags = flags,
                                  .context = context,
                                  .address = 0x7f0000020040 + task * 0x10000};
}

static uint32_t race(struct memory *memory, struct memory_access now,
                     struct memory_access before)
{
    uint32_t number = memory->race_count++;
    memory->races[number] = (struct memory_race){
        .now = now, .before = before, .chunk = 1, .offset = 0x40};
    return number;
}

/* Task 2 writes at 0x10, task 1 read at 0x20. */
static uint32_t usual_race(struct fixture *f, struct memory *memory)
{
    return race(memory, access_by(2, MEMORY_WRITE, stack(f, memory, 0x10)),
                access_by(1, 0, stack(f, memory, 0x20)));
}

static void expect_line(const struct finding *finding, const char *line)
{
    cr_assert(finding->detail);
    cr_expect(strstr(finding->detail, line), "there is no '%s' in\n%s", line,
              finding->detail);
}

#define WHAT                                                           \
    "0.1 (consumer) writes shm \"/ring\"+0x20040 in target+0x10, and " \
    "nothing orders that with the read by 0.0 (producer) in target+0x20"

/* -- The report ------------------------------------------------------------ */

Test(race, shows_both_accesses_with_stacks_locks_and_tasks)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    uint32_t lock = fixture_object(f, OBJECT_MUTEX, "L");
    uint32_t number = usual_race(f, memory);
    uint32_t outer = node(memory, 0, 9ull << 32 | stack(f, memory, 0x90));
    memory->races[number].before.locks =
        node(memory, outer, (uint64_t)lock << 32 | stack(f, memory, 0x30));
    memory->races[number].now.flags |= MEMORY_ATOMIC;
    f->segment->tasks[2].is_thread = 1;
    memory->whereabouts[number].mapped_site = fixture_site(f, 0x40);
    memory->whereabouts[number].mapped_task = 1;
    const struct finding *finding = fixture_expect(f, FINDING_RACE, WHAT);
    cr_expect_str_eq(
        finding->detail,
        "WARNING: mpstress: data race between two processes\n"
        "  Atomic write of size 4 by thread 0.1 (consumer) (tid 102), locks "
        "held: none\n"
        "    #0 target+0x10\n"
        "    #1 target+0x1000\n"
        "  Previous read of size 4 by process 0.0 (producer) (pid 101), locks "
        "held: mutex L, unknown object\n"
        "    #0 target+0x20\n"
        "    #1 target+0x1000\n"
        "    mutex L, taken in target+0x30\n"
        "    unknown object, taken in target+0x90\n"
        "  Location: shm \"/ring\"+0x20040\n"
        "    mapped by 0 in target+0x40\n"
        "  Thread 0.1 (consumer) was created by 0 in target+0x100\n"
        "  Process 0.0 (producer) was created by 0 in target+0x100\n"
        "SUMMARY: mpstress: data race (target+0x10)\n",
        "it is\n%s", finding->detail);
    cr_expect_eq(finding->place_count, 2);
    fixture_expect_place(finding, 0, 0x10, "writes atomically",
                         "0.1 (consumer)");
    fixture_expect_place(finding, 1, 0x20, "read earlier", "0.0 (producer)");
    cr_expect_eq(finding->frame_count, 4);
    cr_expect(finding->frames[0].innermost && !finding->frames[1].innermost &&
              finding->frames[2].innermost);
    cr_expect_str_eq(finding->object, "shm \"/ring\"+0x20040");
    end(f);
}

Test(race, is_none_where_none_was_looked_for)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    fixture_expect_clean(f);
    usual_race(f, memory);
    f->outcome.controlled = false;
    fixture_expect_clean(f);
    f->outcome.controlled = true;
    f->outcome.memory = NULL;
    fixture_expect_clean(f);
    f->outcome.memory = memory;
    fixture_expect(f, FINDING_RACE, WHAT);
    end(f);
}

Test(race, comes_beside_the_invariant_that_it_breaks)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    struct invariant *equals = fixture_invariant(f, ORACLE_EQUALS, "equals x");
    equals->subject = "x";
    equals->value = fixture_expr(f, "2");
    fixture_int(f, 0, "x", 1);
    usual_race(f, memory);
    cr_expect_eq(fixture_check(f), 0);
    cr_assert_eq(f->findings.count, 2);
    cr_expect_eq(f->findings.items[0].kind, FINDING_RACE);
    cr_expect_eq(f->findings.items[1].kind, FINDING_INVARIANT);
    end(f);
}

/* -- One finding for one race ---------------------------------------------- */

Test(race, is_one_finding_whoever_runs_into_it_from_whichever_side)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    fixture_task(f, 0, "third");
    fixture_end(f, 3, 0);
    usual_race(f, memory);
    /* The same tasks again, the other way round: nothing to add. */
    race(memory, access_by(1, 0, stack(f, memory, 0x20)),
         access_by(2, MEMORY_WRITE, stack(f, memory, 0x10)));
    /* Others, the other way round, elsewhere, and from another caller. */
    uint32_t same = race(memory, access_by(3, 0, stack(f, memory, 0x20)),
                         access_by(1, MEMORY_WRITE, stack(f, memory, 0x10)));
    memory->races[same].offset = 0x48;
    race(memory,
         access_by(1, MEMORY_WRITE,
                   node(memory, node(memory, 0, fixture_site(f, 0x2000)),
                        fixture_site(f, 0x10))),
         access_by(3, 0, stack(f, memory, 0x20)));
    const struct finding *finding = fixture_expect(f, FINDING_RACE, WHAT);
    const char *also = strstr(finding->detail, "  Also ");
    cr_assert(also);
    cr_expect_str_eq(also,
                     "  Also between 0.2 (third) and 0.0 (producer), on shm "
                     "\"/ring\"+0x20048\n"
                     "  Also between 0.0 (producer) and 0.2 (third), on shm "
                     "\"/ring\"+0x20040\n"
                     "SUMMARY: mpstress: data race (target+0x10)\n");
    end(f);
}

Test(race, is_a_finding_for_each_pair_of_places)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    usual_race(f, memory);
    race(memory, access_by(2, MEMORY_WRITE, stack(f, memory, 0x10)),
         access_by(1, 0, stack(f, memory, 0x28)));
    race(memory, access_by(2, MEMORY_WRITE, stack(f, memory, 0x10)),
         access_by(1, MEMORY_WRITE, stack(f, memory, 0x10)));
    cr_expect_eq(fixture_check(f), 0);
    cr_expect_eq(f->findings.count, 3);
    end(f);
}

Test(race, says_how_many_more_there_are)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    for (uint32_t i = 0; i < MEMORY_RACES; i++)
        memory->races[usual_race(f, memory)].offset += 4 * i;
    memory->race_count += 1000; /* of which nothing was kept */
    const struct finding *finding = fixture_expect(f, FINDING_RACE, WHAT);
    expect_line(finding, "  and 55 times more\n");
    end(f);
}

/* -- With functions: those of this program --------------------------------- */

#define HERE __attribute__((noinline))

static volatile int sink;
HERE static void one_function(void)
{
    sink = 1;
    sink = 2;
    sink = 3;
}
HERE static void another_function(void)
{
    sink = 4;
}

struct box {
    int before;
    struct {
        short seq, other;
    } slots[4];
};
static struct box *box;
static struct {
    long unused;
    unsigned total;
} stats;

static uintptr_t bias;

static int read_bias(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size, (void)context;
    bias = info->dlpi_addr;
    return 1;
}

/* The site of ADDRESS in this program. */
static uint64_t own_site(struct fixture *f, const volatile void *address)
{
    char self[200] = "";
    cr_assert_gt(readlink("/proc/self/exe", self, sizeof(self) - 1), 0);
    dl_iterate_phdr(read_bias, NULL);
    uint64_t module = segment_module_add(f->segment, self, NULL, 0);
    cr_assert(module);
    return module << SITE_MODULE_SHIFT | ((uintptr_t)address - bias);
}

/* A stack in FUNCTION, just behind its byte AT. */
static uint32_t in(struct fixture *f, struct memory *memory,
                   void (*function)(void), size_t at)
{
    uintptr_t address;
    memcpy(&address, &function, sizeof(address));
    return node(memory, 0, own_site(f, (const void *)(address + at + 1)));
}

static uint64_t fingerprint(struct fixture *f)
{
    cr_expect_eq(fixture_check(f), 0);
    cr_assert_eq(f->findings.count, 1);
    return f->findings.items[0].fingerprint;
}

Test(race, has_a_fingerprint_of_both_functions_in_any_order)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    race(memory, access_by(2, MEMORY_WRITE, in(f, memory, one_function, 0)),
         access_by(1, 0, in(f, memory, another_function, 0)));
    uint64_t first = fingerprint(f);
    const struct finding *finding = &f->findings.items[0];
    expect_line(finding, "    #0 one_function() ");
    expect_line(finding, "    #0 another_function() ");
    expect_line(finding, "race_test.c:");
    const char *summary = strstr(finding->detail, "SUMMARY: ");
    cr_assert(summary);
    cr_expect(strstr(summary, " in one_function\n"), "%s", summary);

    memory->race_count = 0;
    race(memory, access_by(1, 0, in(f, memory, another_function, 0)),
         access_by(0, MEMORY_WRITE, in(f, memory, one_function, 0)));
    memory->races[0].offset = 0x1000;
    cr_expect_eq(fingerprint(f), first);

    memory->race_count = 0;
    race(memory, access_by(1, 0, in(f, memory, one_function, 0)),
         access_by(0, MEMORY_WRITE, in(f, memory, one_function, 0)));
    cr_expect_neq(fingerprint(f), first);
    end(f);
}

Test(race, on_other_lines_of_the_same_functions_is_another_finding)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    uint32_t reader = in(f, memory, another_function, 0);
    race(memory, access_by(2, MEMORY_WRITE, in(f, memory, one_function, 0)),
         access_by(1, 0, reader));
    /* Another line, if the function is long enough: three stores are. */
    race(memory, access_by(2, MEMORY_WRITE, in(f, memory, one_function, 22)),
         access_by(1, 0, reader));
    cr_expect_eq(fixture_check(f), 0);
    cr_assert_eq(f->findings.count, 2);
    expect_line(&f->findings.items[0],
                "  Also between 0.1 (consumer) in one_function() ");
    cr_expect_neq(f->findings.items[0].places[0].location.line,
                  f->findings.items[1].places[0].location.line);
    /* But the same bug, as far as one can tell. */
    cr_expect_eq(f->findings.items[0].fingerprint,
                 f->findings.items[1].fingerprint);
    end(f);
}

static char global_lock[40];

Test(race, names_locks_that_are_global_variables)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    uint32_t number = usual_race(f, memory);
    global_lock[0] = 1;
    uint32_t lock = segment_object_intern(f->segment, OBJECT_MUTEX, 5,
                                          own_site(f, global_lock), 0, 0, NULL);
    memory->races[number].now.locks = node(memory, 0, (uint64_t)lock << 32);
    fixture_check(f);
    expect_line(&f->findings.items[0], "locks held: mutex 0:0 (global_lock)\n");
    end(f);
}

/* -- What the memory is called --------------------------------------------- */

static void point_to(struct fixture *f, struct memory *memory, uint32_t number,
                     const volatile void *pointer, uint64_t behind)
{
    struct memory_whereabouts *about = &memory->whereabouts[number];
    about->pointers[about->pointer_count++] =
        (struct memory_pointer){own_site(f, pointer), behind};
}

Test(race, names_memory_by_the_global_pointers_to_it)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    box = NULL; /* used: not thrown away */
    uint32_t number = usual_race(f, memory);
    memory->races[number].before.size = 2;
    /* An element of an array of boxes would fit, too, but is not as likely. */
    point_to(f, memory, number, &box, 10 * sizeof(struct box) + 8);
    point_to(f, memory, number, &box, offsetof(struct box, slots[1].seq));
    const struct finding *finding = fixture_expect(
        f, FINDING_RACE,
        "0.1 (consumer) writes box->slots[1].seq in target+0x10, and nothing "
        "orders that with the read by 0.0 (producer) in target+0x20");
    expect_line(finding, "  Location: shm \"/ring\"+0x20040 = "
                         "box->slots[1].seq (short");
    cr_expect_str_eq(finding->object, "box->slots[1].seq");
    /* Beyond the type, and from nowhere. */
    memory->whereabouts[number].pointers[1].behind = 3;
    memory->whereabouts[number].pointers[0].site = UINT64_MAX;
    memory->whereabouts[number].pointer_count = UINT32_MAX;
    fixture_check(f);
    expect_line(&f->findings.items[0], " = box->before+3 (int)\n");
    end(f);
}

Test(race, believes_what_the_program_said)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    own_site(f, &stats);
    usual_race(f, memory);
    point_to(f, memory, 0, &box, 0);
    memory->named[0] =
        (struct memory_named){77, 0x20000, 0x1000, "struct box", "the box"};
    memory->named[1] =
        (struct memory_named){78, 0, 1 << 20, "", "another backing"};
    memory->named_count = 2;
    memory->races[0].offset = 4 + 4 + 2;
    memory->races[0].now.size = 2;
    fixture_check(f);
    expect_line(&f->findings.items[0], "+0x2000a = the box.slots[1].other "
                                       "(short");
    /* A type that is not known, and then none. */
    for (int i = 0; i < 2; i++) {
        strcpy(memory->named[0].type, i ? "" : "struct unheard_of");
        fixture_check(f);
        expect_line(&f->findings.items[0], "+0x2000a = the box+0xa\n");
    }
    memory->named_count = UINT32_MAX;
    memset(memory->named, 0xff, sizeof(memory->named));
    fixture_check(f);
    end(f);
}

Test(race, names_private_memory_by_where_it_is)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    f->segment->tasks[1].is_thread = f->segment->tasks[2].is_thread = 1;
    f->segment->tasks[1].pid = f->segment->tasks[2].pid =
        f->segment->tasks[0].pid;
    memory->chunks[1].name = 0;
    uint32_t number = usual_race(f, memory);
    struct memory_access *now = &memory->races[number].now;
    fixture_check(f);
    expect_line(&f->findings.items[0], "between two threads\n");
    expect_line(&f->findings.items[0], "  Location: memory of 0\n");
    memory->whereabouts[number].private = MEMORY_HEAP;
    fixture_check(f);
    expect_line(&f->findings.items[0], "  Location: heap of 0\n");

    memory->stacks[1] =
        (struct memory_stack){now->address - 64, now->address + 1};
    fixture_check(f);
    expect_line(&f->findings.items[0], "  Location: stack of 0.0 (producer)\n");

    /* The newest of the blocks that were there. */
    memory->block_count = MEMORY_BLOCKS + 2;
    memory->blocks[0] = (struct memory_block){now->address - 16, 4096, 2, 0};
    memory->blocks[1] =
        (struct memory_block){now->address - 16, 64, 1, stack(f, memory, 0x50)};
    fixture_check(f);
    expect_line(&f->findings.items[0],
                "  Location: heap block of 64 bytes+0x10\n"
                "    allocated by 0 in target+0x50\n");

    memory->whereabouts[number].global = own_site(f, &stats.total);
    stats.total = 1;
    fixture_check(f);
    expect_line(&f->findings.items[0], "  Location: global variable of "
                                       "check_test = stats.total (unsigned "
                                       "int)\n");
    end(f);
}

Test(race, tells_regions_apart_by_their_names)
{
    static const struct {
        const char *name, *shown;
    } regions[] = {
        {"/ring", "shm \"/ring\"+0x20040"},
        {"/memfd:pool", "memfd \"pool\"+0x20040"},
        {"/var/tmp/data", "file \"/var/tmp/data\"+0x20040"},
        {"data.bin", "file \"data.bin\"+0x20040"},
        {"mapping 0.1:3", "mapping 0.1:3+0x20040"},
        {"SysV 7", "SysV 7+0x20040"},
        {"bad\n\xff", "file \"bad\\n\\xff\"+0x20040"},
    };
    struct memory *memory;
    struct fixture *f = begin(&memory);
    usual_race(f, memory);
    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        strcpy(memory->names + 1, regions[i].name);
        fixture_check(f);
        cr_expect_str_eq(f->findings.items[0].object, regions[i].shown);
    }
    end(f);
}

struct account {
    int id;
    int64_t balance;
};

/* The line is the test's: what it accesses stands on it. */
enum { PAY_LINE = __LINE__ + 3 };
HERE static void pay_in(struct account *account, int64_t amount)
{
    account->balance += amount;
}
enum { LOOK_LINE = __LINE__ + 3 };
HERE static int64_t look_at(const struct account *of, const int *id)
{
    return *id ? of->balance : 0;
}

/* A stack at the first byte of FUNCTION whose line is LINE. */
static uint32_t at_line(struct fixture *f, struct memory *memory,
                        uintptr_t function, int line)
{
    for (size_t i = 0; i < 256; i++) {
        uint64_t site = own_site(f, (const void *)(function + i + 1));
        struct location location;
        symbols_find(f->outcome.symbols,
                     f->segment->modules[(site >> SITE_MODULE_SHIFT) - 1].path,
                     segment_site_offset(site), true, &location);
        if (location.line == line)
            return node(memory, 0, site);
    }
    cr_assert_fail("no code is of line %d", line);
    return 0;
}

Test(race, calls_memory_what_both_source_lines_call_it)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    struct account account = {0, 0};
    pay_in(&account, look_at(&account, &account.id));
    uint32_t number =
        race(memory,
             access_by(1, 0, at_line(f, memory, (uintptr_t)look_at, LOOK_LINE)),
             access_by(2, MEMORY_WRITE,
                       at_line(f, memory, (uintptr_t)pay_in, PAY_LINE)));
    struct memory_race *r = &memory->races[number];
    r->now.size = r->before.size = sizeof(int64_t);
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    expect_line(&f->findings.items[0],
                "+0x20040 = of->balance (int64_t in struct account)\n");
    /* A pointer that fits exactly is better, one that just may is not. */
    point_to(f, memory, number, &box, 0);
    fixture_check(f);
    expect_line(&f->findings.items[0], " = of->balance (int64_t");
    /* Not so far in front of the memory. */
    memory->chunks[1].index = 0;
    r->offset = 4;
    memory->whereabouts[number].pointer_count = 0;
    fixture_check(f);
    cr_expect_str_eq(f->findings.items[0].object, "shm \"/ring\"+0x4");
    end(f);
}

/* -- Whatever the target wrote into it --------------------------------------
 */

Test(race, survives_a_memory_part_that_was_written_over)
{
    struct memory *memory;
    struct fixture *f = begin(&memory);
    uint32_t number = usual_race(f, memory);
    struct memory_race *r = &memory->races[number];
    const struct memory_race good = *r;
    uint32_t loop = node(memory, 0, fixture_site(f, 0x10));
    memory->nodes[loop].parent = loop;
    r->now.context = r->now.locks = loop;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    expect_line(&f->findings.items[0], "    #63 target+0x10\n    and more\n");

    *r = good;
    r->now.context = UINT32_MAX;
    r->before.locks = MEMORY_NODES;
    r->chunk = MEMORY_CHUNKS;
    r->offset = UINT32_MAX;
    fixture_check(f);
    cr_assert_eq(f->findings.count, 1);
    expect_line(&f->findings.items[0], "(no stack");

    *r = good;
    r->before.task = 3;
    fixture_expect_clean(f);

    *r = good;
    memset(memory->names, 'x', sizeof(memory->names));
    memory->chunks[1].name = sizeof(memory->names) - 3;
    memset(&memory->whereabouts[number], 0xff,
           sizeof(memory->whereabouts[number]));
    memory->block_count = UINT64_MAX;
    memset(memory->blocks, 0xff, sizeof(memory->blocks));
    memset(memory->stacks, 0xff, sizeof(memory->stacks));
    fixture_check(f);
    expect_line(&f->findings.items[0], "file \"xxx\"");
    memory->race_count = UINT32_MAX;
    memset(memory->races, 0xff, sizeof(memory->races));
    fixture_expect_clean(f);
    end(f);
}
