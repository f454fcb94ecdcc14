#include "rules.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/str.h"
#include "scenario/scenario.h"

static void expect(const struct facts *facts, const char *key,
                   const char *object)
{
    const struct rule *rule = rules_find(facts);
    cr_assert(rule, "no rule, expected %s", key);
    cr_expect_str_eq(rule->key, key);
    struct str s;
    str_init(&s);
    rule->object(facts, &s);
    cr_expect_str_eq(s.data, object);
    str_fini(&s);
}

/* An invariant that does not hold, and two ops on one object that decide. */
static struct facts pair_on(const char *object, enum op_class class,
                            enum fact_role first, enum fact_role then)
{
    return (struct facts){
        .kinds = 1u << FINDING_INVARIANT,
        .about = "",
        .locks = "",
        .pair = true,
        .dependent = true,
        .ops = {{.object = object, .class = class, .role = first},
                {.object = object, .class = class, .role = then}},
    };
}

Test(rules, nothing_known_breaks_no_rule)
{
    const struct facts facts = {.about = "", .locks = ""};
    cr_expect_null(rules_find(&facts));
    const struct facts pair =
        pair_on("mutex A", OP_ACQUIRE, ROLE_NONE, ROLE_NONE);
    cr_expect_null(rules_find(&pair));
}

Test(rules, locks_in_a_circle_want_one_order)
{
    struct facts facts = pair_on("mutex A", OP_ACQUIRE, ROLE_NONE, ROLE_NONE);
    facts.kinds = 1u << FINDING_DEADLOCK;
    facts.cycle = true;
    facts.locks = "mutex A and mutex B";
    expect(&facts, "lock-order", "mutex A and mutex B");
}

Test(rules, a_look_into_a_queue_wants_a_sentinel_when_items_are_left)
{
    struct facts facts = pair_on("mutex Q", OP_ACQUIRE, ROLE_LOOK, ROLE_PUT);
    facts.queue = "results";
    cr_expect_null(rules_find(&facts));
    facts.undelivered = true;
    expect(&facts, "sentinel", "queue \"results\"");
}

Test(rules, or_when_a_task_waits_for_the_item_that_it_saw)
{
    struct facts facts = {.kinds = 1u << FINDING_DEADLOCK,
                          .about = "",
                          .locks = "",
                          .queue = "tasks",
                          .starved = true};
    cr_expect_null(rules_find(&facts));
    facts.looked = true;
    expect(&facts, "sentinel", "queue \"tasks\"");
}

Test(rules, an_item_behind_another_that_nobody_takes_came_after_the_stop)
{
    struct facts facts = pair_on("mutex Q", OP_ACQUIRE, ROLE_PUT, ROLE_PUT);
    facts.queue = "lines";
    facts.undelivered = true;
    expect(&facts, "stop-last", "queue \"lines\"");
}

Test(rules, a_queue_may_be_known_by_its_calls_alone)
{
    struct facts facts = pair_on("mutex Q", OP_ACQUIRE, ROLE_PUT, ROLE_PUT);
    facts.unnamed_queue = "mutex Q";
    facts.oracles = 1u << ORACLE_LINES;
    facts.missing = true;
    expect(&facts, "stop-last", "the queue of mutex Q");
    facts.missing = false;
    facts.oracles = 1u << ORACLE_SAME_AS_SINGLE;
    expect(&facts, "keep-order", "the queue of mutex Q");
}

Test(rules, two_that_write_to_one_file_want_one_writer)
{
    struct facts facts =
        pair_on("file out.log", OP_OUTPUT, ROLE_NONE, ROLE_NONE);
    facts.file = "file out.log";
    expect(&facts, "one-writer", "file out.log");
}

Test(rules, a_line_doubled_in_any_order_was_in_an_inherited_buffer)
{
    struct facts facts = {.kinds = 1u << FINDING_INVARIANT,
                          .about = "out.log",
                          .locks = "",
                          .doubled = true,
                          .always = true,
                          .file = "file out.log"};
    expect(&facts, "flush-before-fork", "file out.log");
}

Test(rules, a_result_that_is_wrong_in_any_order_has_parts_that_overlap)
{
    struct facts facts = {.kinds = 1u << FINDING_INVARIANT,
                          .about = "out.pnm",
                          .locks = "",
                          .always = true,
                          .one_possible = true,
                          .oracles = 1u << ORACLE_SAME_AS_SINGLE};
    expect(&facts, "one-writer", "what out.pnm is made of");
    facts.race.object = "pixels[7]";
    expect(&facts, "one-writer", "pixels[7]");
}

Test(rules, numbers_drawn_twice_in_any_order_want_streams_of_their_own)
{
    struct facts facts = {.kinds = 1u << FINDING_INVARIANT,
                          .about = "draws",
                          .locks = "",
                          .oracles = 1u << ORACLE_UNIQUE};
    cr_expect_null(rules_find(&facts), "in some orders: seats sold twice");
    facts.always = true;
    expect(&facts, "own-random", "stream \"draws\"");
}

Test(rules, an_update_that_two_tasks_make_wants_a_lock)
{
    struct facts facts = {.kinds = 1u << FINDING_RACE,
                          .about = "",
                          .locks = "",
                          .race = {.object = "total"}};
    expect(&facts, "critical-section", "total");
}

Test(rules, a_word_that_one_task_writes_is_published_unless_there_are_locks)
{
    struct facts facts = {.kinds = 1u << FINDING_RACE,
                          .about = "",
                          .locks = "",
                          .race = {.object = "ring->put", .one_writes = true}};
    expect(&facts, "publish", "ring->put");
    facts.race.locked = true;
    expect(&facts, "critical-section", "ring->put");
}

Test(rules, the_dead_are_asked_for_only_when_no_order_decides)
{
    struct facts facts = pair_on("mutex A", OP_ACQUIRE, ROLE_NONE, ROLE_NONE);
    facts.died = "0.0 (worker)";
    cr_expect_null(rules_find(&facts));
    facts.pair = false;
    expect(&facts, "retake-lost-work", "the work of 0.0 (worker)");
}

Test(rules, what_is_left_behind_is_told_before_who_died)
{
    const struct facts facts = {.kinds = 1u << FINDING_LEAK,
                                .about = "/shm",
                                .locks = "",
                                .died = "0.0"};
    expect(&facts, "release-on-failure", "/shm");
}

Test(rules, waits_have_rules_of_their_own)
{
    struct facts facts = {.kinds = 1u << FINDING_DEADLOCK,
                          .about = "",
                          .locks = "",
                          .undrained = "pipe 0:4"};
    expect(&facts, "drain-before-join", "pipe 0:4");
    facts.lost_signal = "condition C";
    expect(&facts, "signal-under-lock", "condition C");
    facts = pair_on("", OP_TIME, ROLE_NONE, ROLE_NONE);
    facts.slept = "main() a.c:3";
    facts.ops[1] =
        (struct fact_op){.object = "semaphore S", .class = OP_RELEASE};
    expect(&facts, "wait-for-event", "semaphore S");
    facts = pair_on("mutex M", OP_ACQUIRE, ROLE_NONE, ROLE_NONE);
    facts.woken = "condition C";
    expect(&facts, "wait-in-loop", "condition C");
}

Test(rules, locks_taken_in_turn_do_not_protect_one_invariant)
{
    struct facts facts = pair_on("mutex M", OP_ACQUIRE, ROLE_NONE, ROLE_NONE);
    facts.two_locks = true;
    expect(&facts, "critical-section", "mutex M");
}
