#include "rules.h"

#include <string.h>

#include "base/str.h"
#include "scenario/scenario.h"

static bool found(const struct facts *facts, enum finding_kind kind)
{
    return facts->kinds & 1u << kind;
}

static bool failed(const struct facts *facts, enum oracle oracle)
{
    return facts->oracles & 1u << oracle;
}

static bool roles(const struct facts *facts, enum fact_role first,
                  enum fact_role then)
{
    return facts->pair && facts->ops[0].role == first &&
           facts->ops[1].role == then;
}

/* -- What it is about -------------------------------------------------------*/

static void about_locks(const struct facts *facts, struct str *s)
{
    str_add(s, facts->locks);
}

static void about_queue(const struct facts *facts, struct str *s)
{
    if (facts->queue)
        str_addf(s, "queue \"%s\"", facts->queue);
    else
        str_addf(s, "the queue of %s", facts->unnamed_queue);
}

static void about_woken(const struct facts *facts, struct str *s)
{
    str_add(s, facts->woken);
}

static void about_signal(const struct facts *facts, struct str *s)
{
    str_add(s, facts->lost_signal);
}

static void about_undrained(const struct facts *facts, struct str *s)
{
    str_add(s, facts->undrained);
}

static void about_slept(const struct facts *facts, struct str *s)
{
    for (size_t i = 0; i < 2; i++)
        if (facts->ops[i].class != OP_TIME && *facts->ops[i].object) {
            str_add(s, facts->ops[i].object);
            return;
        }
    str_addf(s, "the sleep in %s", facts->slept);
}

static void about_file(const struct facts *facts, struct str *s)
{
    if (facts->file)
        str_add(s, facts->file);
    else
        str_addf(s, "file %s", facts->about);
}

static void about_parts(const struct facts *facts, struct str *s)
{
    if (facts->race.object)
        str_add(s, facts->race.object);
    else
        str_addf(s, "what %s is made of", facts->about);
}

static void about_stream(const struct facts *facts, struct str *s)
{
    str_addf(s, "stream \"%s\"", facts->about);
}

static void about_dead(const struct facts *facts, struct str *s)
{
    str_addf(s, "the work of %s", facts->died);
}

static void about_leak(const struct facts *facts, struct str *s)
{
    str_add(s, facts->about);
}

static void about_memory(const struct facts *facts, struct str *s)
{
    if (facts->race.object)
        str_add(s, facts->race.object);
    else if (facts->culprit)
        str_add(s, facts->culprit);
    else
        str_add(s, facts->ops[0].object);
}

static void about_lock(const struct facts *facts, struct str *s)
{
    str_add(s, facts->ops[0].object);
}

/* -- What shows it ----------------------------------------------------------*/

static bool takes_locks_in_a_circle(const struct facts *facts)
{
    return facts->cycle && *facts->locks;
}

static bool missed_a_signal(const struct facts *facts)
{
    return facts->lost_signal &&
           (found(facts, FINDING_DEADLOCK) || found(facts, FINDING_HANG));
}

static bool woke_for_nothing(const struct facts *facts)
{
    return facts->woken != NULL;
}

static bool joined_too_early(const struct facts *facts)
{
    return facts->undrained != NULL;
}

static bool is_queue(const struct facts *facts)
{
    return facts->queue || facts->unnamed_queue;
}

/* Something was put in and not used: by the messages or, when there are none,
 * by what is missing in the end. */
static bool lost_something(const struct facts *facts)
{
    return facts->undelivered || (facts->unnamed_queue && facts->missing);
}

/* Somebody looked, and acted on it later: items are left, or a task waits for
 * one that another has taken. */
static bool asked_whether_empty(const struct facts *facts)
{
    if (facts->looked)
        return true;
    return is_queue(facts) && facts->pair && facts->ops[0].role == ROLE_LOOK &&
           (lost_something(facts) || facts->starved ||
            (facts->unnamed_queue && found(facts, FINDING_DEADLOCK)));
}

/* What was put in first was no message but a sentinel: who takes things out was
 * gone then. */
static bool stopped_too_early(const struct facts *facts)
{
    return is_queue(facts) && roles(facts, ROLE_PUT, ROLE_PUT) &&
           lost_something(facts);
}

static bool took_what_came_first(const struct facts *facts)
{
    return is_queue(facts) && !lost_something(facts) &&
           (roles(facts, ROLE_PUT, ROLE_PUT) ||
            roles(facts, ROLE_GET, ROLE_GET)) &&
           (failed(facts, ORACLE_SAME_AS_SINGLE) ||
            failed(facts, ORACLE_FIFO) || failed(facts, ORACLE_LINES));
}

static bool slept_instead(const struct facts *facts)
{
    return facts->slept != NULL;
}

static bool inherited_a_buffer(const struct facts *facts)
{
    return facts->doubled && facts->always && facts->file;
}

static bool wrote_between(const struct facts *facts)
{
    return facts->file && (facts->torn || (facts->pair && facts->dependent &&
                                           facts->ops[0].class == OP_OUTPUT &&
                                           facts->ops[1].class == OP_OUTPUT));
}

static bool shares_parts(const struct facts *facts)
{
    return failed(facts, ORACLE_SAME_AS_SINGLE) && facts->always &&
           !facts->one_sometimes;
}

static bool shares_numbers(const struct facts *facts)
{
    return failed(facts, ORACLE_STREAMS) ||
           (failed(facts, ORACLE_UNIQUE) && facts->always);
}

static bool left_something(const struct facts *facts)
{
    return found(facts, FINDING_LEAK);
}

static bool forgot_the_dead(const struct facts *facts)
{
    return facts->died && found(facts, FINDING_INVARIANT) && !facts->pair;
}

static bool published_plainly(const struct facts *facts)
{
    return facts->race.object && facts->race.one_writes &&
           !facts->race.locked && !facts->race.guarded;
}

static bool raced(const struct facts *facts)
{
    return facts->race.object != NULL;
}

static bool split_over_locks(const struct facts *facts)
{
    return facts->pair && facts->two_locks && !is_queue(facts) &&
           found(facts, FINDING_INVARIANT);
}

static bool interrupted(const struct facts *facts)
{
    return facts->culprit && facts->pair;
}

/* -- The rules --------------------------------------------------------------*/

static const struct rule rules[] = {
    {"lock-order", "take locks in one order everywhere",
     "Each of them holds a lock and waits for one that another holds: none can "
     "ever go on.",
     "Sort the locks, by address or by number, and take them in that order on "
     "every path; or put both under one.",
     takes_locks_in_a_circle, about_locks},
    {"signal-under-lock",
     "change a condition and signal it under the lock that its waiters hold",
     "The signal comes between the look at the condition and the wait for it, "
     "when nobody waits yet, and is lost.",
     "Take the waiters' lock around the change and the signal.",
     missed_a_signal, about_signal},
    {"wait-in-loop", "wait in a loop: while (!condition) wait",
     "A wait may end without a signal, or after another has taken what was "
     "signalled; the condition is not looked at again.",
     "Write `while`, not `if`, around every wait on a condition.",
     woke_for_nothing, about_woken},
    {"drain-before-join", "join workers only after their results were drained",
     "The one that would make room waits for the end of those who wait for "
     "room.",
     "Read all results first, until the sentinels or the end of the file, then "
     "wait for the workers.",
     joined_too_early, about_undrained},
    {"sentinel", "end a queue by a sentinel, not by `empty`",
     "That a queue is empty, or is not, holds at the moment of the look only: "
     "by the time that is acted on, another task has put something in, or "
     "taken the last item out.",
     "Put one sentinel for each reader after the last item and read until it "
     "comes, or close the queue.",
     asked_whether_empty, about_queue},
    {"stop-last", "send STOP only after the last worker is done",
     "What comes after the STOP is never taken out.",
     "Wait for the workers first, then put the STOP in; or let each worker put "
     "one in, last, and count them.",
     stopped_too_early, about_queue},
    {"keep-order", "keep order explicit: results in the order of submission",
     "Which worker is done first is left to chance, and the results are used "
     "in the order in which they come.",
     "Send the number of the task along with its result, and put results in "
     "their places by it.",
     took_what_came_first, about_queue},
    {"wait-for-event", "wait for the event, not for a time",
     "A sleep orders nothing: however long it is, the other may need longer.",
     "Wait on a semaphore, a condition or a join that the other one completes.",
     slept_instead, about_slept},
    {"flush-before-fork",
     "flush stdio before fork, or do not inherit its buffers",
     "What is in the buffer at the time of the fork is copied with it, and "
     "each process writes it.",
     "Call fflush(NULL) before each fork; or open the file in the one process "
     "that writes to it.",
     inherited_a_buffer, about_file},
    {"one-writer", "one writer: a file has one owner",
     "A record that is written in pieces, or beside others, is torn apart by "
     "what another task writes in between.",
     "Let one task own the file and send it the records through a queue; or "
     "write each record in one call, under one lock.",
     wrote_between, about_file},
    {"one-writer", "one writer: each part of shared data has one owner",
     "The parts of the workers overlap: some elements are worked on twice, in "
     "any order.",
     "Give each worker a part that no other touches, and check the bounds.",
     shares_parts, about_parts},
    {"own-random", "every worker its own random stream",
     "Workers, or the batches of one, start from the same seed and draw the "
     "same numbers.",
     "Seed each worker once, from a common seed and its number (a stream of "
     "its own), never from what is inherited or repeats.",
     shares_numbers, about_stream},
    {"release-on-failure",
     "own what you create: release it on the failing paths, too",
     "The path that fails leaves without removing what was made before.",
     "Unlink or free it in one place that every path comes through.",
     left_something, about_leak},
    {"retake-lost-work", "a lost worker's work must be retaken",
     "A worker ended in the middle of its task, and nobody did the rest of it.",
     "Keep each task until its result is there; when a worker dies, give its "
     "task to another, without the item that killed it.",
     forgot_the_dead, about_dead},
    {"publish", "publish with release, read with acquire",
     "A plain store does not order what was written before it: the reader may "
     "see the flag or index before the data.",
     "Make the word atomic: store it with memory_order_release, load it with "
     "memory_order_acquire.",
     published_plainly, about_memory},
    {"critical-section",
     "protect the critical section: one lock around all accesses",
     "Reading a value, working on it and writing it back are steps; when "
     "another task comes in between, one of the changes is lost or half of "
     "one is seen.",
     "Hold one lock over the whole of it, in readers, too; or make it one "
     "atomic operation.",
     raced, about_memory},
    {"critical-section",
     "protect the critical section: the same lock for a whole invariant",
     "What must hold together is read or changed under locks that are taken "
     "one after the other: in between it does not hold.",
     "Hold one lock over all parts of the invariant, where it is changed and "
     "where it is read.",
     split_over_locks, about_lock},
    {"critical-section",
     "protect the critical section: one lock around all accesses",
     "Another task comes in between two steps that belong together.",
     "Hold one lock from the first step to the last.", interrupted,
     about_memory},
};

const struct rule *rules_find(const struct facts *facts)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
        if (rules[i].broken(facts))
            return &rules[i];
    return NULL;
}
