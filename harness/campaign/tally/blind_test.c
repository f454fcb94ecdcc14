#include "tally/blind.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "runner/control.h"

struct fixture {
    struct control control;
    struct memory *memory;
    struct segment *segment;
    struct outcome outcome;
};

static void begin(struct fixture *f)
{
    *f = (struct fixture){.control = {.races = true}};
    f->segment = aligned_alloc(4096, sizeof(*f->segment));
    cr_assert(f->segment);
    memset(f->segment, 0, sizeof(*f->segment));
    f->segment->control.instrumented = 1;
    /* Of its gigabytes, only the pages that are touched exist. */
    void *map = mmap(NULL, sizeof(*f->memory), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    cr_assert_neq(map, MAP_FAILED);
    f->memory = map;
    f->outcome = (struct outcome){
        .control = &f->control, .segment = f->segment, .memory = f->memory};
}

static void end(struct fixture *f)
{
    munmap(f->memory, sizeof(*f->memory));
    free(f->segment);
}

static void expect(const struct blind *blind, const char *text)
{
    char *said = blind_describe(blind, "queue");
    if (text)
        cr_expect_str_eq(said, text, "it says: %s", said);
    else
        cr_expect_null(said, "it says: %s", said);
    free(said);
}

Test(blind, says_nothing_when_all_was_looked_at_or_none_was_to_be)
{
    struct fixture f;
    struct blind blind = {0};
    begin(&f);
    blind_count(&blind, &f.outcome);
    f.outcome.memory = NULL;
    f.segment->control.instrumented = 0;
    blind_count(&blind, &f.outcome);
    f.control.races = false;
    f.segment->control.instrumented = 1;
    blind_count(&blind, &f.outcome);
    f.outcome.control = NULL;
    blind_count(&blind, &f.outcome);
    expect(&blind, NULL);
    end(&f);
}

Test(blind, names_the_limits_that_were_met)
{
    struct fixture f;
    struct blind blind = {0};
    begin(&f);
    blind_count(&blind, &f.outcome);
    f.memory->off = MEMORY_OFF_TASKS;
    blind_count(&blind, &f.outcome);
    blind_count(&blind, &f.outcome);
    expect(&blind, "queue: races were not looked for, or not to the end, in 2 "
                   "of 3 controlled iterations: more tasks than clocks are "
                   "kept for");
    f.outcome.memory = NULL;
    blind_count(&blind, &f.outcome);
    expect(&blind, "queue: races were not looked for, or not to the end, in 3 "
                   "of 4 controlled iterations: more tasks than clocks are "
                   "kept for (2); a task has too little address space for it "
                   "(1)");
    f.outcome.memory = f.memory;
    f.memory->off = UINT32_MAX;
    blind_count(&blind, &f.outcome);
    char *said = blind_describe(&blind, "queue");
    cr_expect(strstr(said, "for an unknown reason (1)"), "%s", said);
    free(said);
    end(&f);
}

Test(blind, has_words_for_every_limit)
{
    struct fixture f;
    begin(&f);
    for (uint32_t off = MEMORY_ON + 1; off <= MEMORY_OFF_SPACE; off++) {
        struct blind blind = {0};
        f.memory->off = off;
        blind_count(&blind, &f.outcome);
        char *said = blind_describe(&blind, "queue");
        cr_assert(said);
        cr_expect(!strstr(said, "unknown"), "%u: %s", off, said);
        free(said);
    }
    end(&f);
}
