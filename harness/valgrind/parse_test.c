#include "parse.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/rng.h"
#include "recorded_test.h"

static const char *first_function(const struct valgrind_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack->frames[i].function)
            return stack->frames[i].function;
    return "(none)";
}

Test(parse, reads_a_race_with_both_accesses_and_what_they_touch)
{
    struct valgrind_report report = recorded_report("helgrind-race", 1);
    cr_expect_str_eq(report.tool, "helgrind");
    cr_expect_str_eq(report.program, "./race");
    cr_expect_gt(report.pid, 0);
    cr_expect(report.finished);
    cr_assert_eq(report.error_count, 1);
    const struct valgrind_error *error = &report.errors[0];
    cr_expect_str_eq(error->kind, "Race");
    cr_assert_eq(error->part_count, 3);
    cr_expect_str_eq(error->parts[0].text, "Possible data race during read of "
                                           "size 4 at 0x10C038 by thread #3");
    cr_expect_str_eq(first_function(&error->parts[0].stack), "look");
    cr_expect_str_eq(
        error->parts[1].text,
        "This conflicts with a previous write of size 4 by thread #2");
    cr_expect_str_eq(first_function(&error->parts[1].stack), "bump");
    cr_expect_str_eq(error->parts[2].text,
                     "Location 0x10c038 is 0 bytes inside global var \"total\" "
                     "declared at race.c:4");
    const struct valgrind_frame *frame = &error->parts[1].stack.frames[0];
    cr_expect_str_eq(frame->object, "/src/race");
    cr_expect_str_eq(frame->directory, "/src");
    cr_expect_str_eq(frame->file, "race.c");
    cr_expect_eq(frame->line, 5);
    cr_expect_eq(frame->address, 0x109173);
    valgrind_report_fini(&report);
}

Test(parse, reads_where_threads_were_made)
{
    struct valgrind_report report = recorded_report("helgrind-race", 1);
    cr_assert_eq(report.thread_count, 2);
    cr_expect_eq(report.threads[0].number, 3);
    cr_expect_eq(report.threads[1].number, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct valgrind_stack *stack = &report.threads[i].created;
        cr_assert_gt(stack->count, 1);
        cr_expect_str_eq(stack->frames[stack->count - 1].function, "main");
    }
    valgrind_report_fini(&report);
}

Test(parse, reads_a_lock_order_with_its_three_acquisitions)
{
    struct valgrind_report report = recorded_report("helgrind-order", 1);
    cr_assert_eq(report.error_count, 1);
    const struct valgrind_error *error = &report.errors[0];
    static const char *const functions[] = {"ba", "ab", "ab", "ab", "ab"};
    cr_assert_eq(error->part_count, 5);
    for (size_t i = 0; i < 5; i++)
        cr_expect_str_eq(first_function(&error->parts[i].stack), functions[i]);
    valgrind_report_fini(&report);
}

Test(parse, reads_every_misuse_and_joins_sentences_in_pieces)
{
    struct valgrind_report report = recorded_report("helgrind-misuse", 1);
    static const char *const kinds[] = {
        "UnlockBogus", "UnlockForeign", "Misc", "PthAPIerror", "UnlockBogus",
        "PthAPIerror", "PthAPIerror",   "Misc", "Misc"};
    cr_assert_eq(report.error_count, 9);
    for (size_t i = 0; i < 9; i++)
        cr_expect_str_eq(report.errors[i].kind, kinds[i]);
    cr_expect_str_eq(report.errors[3].parts[0].text,
                     "Thread #1's call to pthread_mutex_destroy failed with "
                     "error code 16 (EBUSY: Device or resource busy)");
    valgrind_report_fini(&report);
}

Test(parse, reads_what_drd_writes)
{
    struct valgrind_report report = recorded_report("drd-misuse", 1);
    cr_assert_eq(report.error_count, 5);
    const struct valgrind_error *error = &report.errors[1];
    cr_expect_str_eq(error->kind, "MutexErr");
    cr_assert_eq(error->part_count, 2);
    cr_expect_str_eq(error->parts[1].text, "First observed: mutex 0x10c080");
    cr_expect_str_eq(first_function(&error->parts[1].stack),
                     "pthread_mutex_lock@*");
    valgrind_report_fini(&report);
    report = recorded_report("drd-race2", 1);
    cr_assert_gt(report.error_count, 0);
    cr_expect_str_eq(report.errors[0].kind, "ConflictingAccess");
    valgrind_report_fini(&report);
}

Test(parse, reads_what_a_process_died_of)
{
    struct valgrind_report report = recorded_report("helgrind-crash", 1);
    cr_expect_eq(report.signal, SIGSEGV);
    cr_expect_eq(report.signal_code, 1);
    cr_expect_str_eq(first_function(&report.signal_stack), "die");
    cr_expect_eq(report.error_count, 0);
    valgrind_report_fini(&report);
}

/* Of a document cut anywhere, what is whole is there and nothing else. */
Test(parse, keeps_what_is_whole_of_a_cut_document)
{
    struct str bytes = recorded_bytes("helgrind-misuse");
    const char *mark = "</error>";
    for (size_t size = 0; size < bytes.len; size += 7) {
        /* Of the size itself, so that reading beyond is seen. */
        char *cut = malloc(size ? size : 1);
        memcpy(cut, bytes.data, size);
        size_t whole = 0;
        for (const char *at = cut;
             (at = memmem(at, size - (size_t)(at - cut), mark, strlen(mark)));
             at += strlen(mark))
            whole++;
        struct valgrind_report report;
        int err = valgrind_parse(&report, cut, size);
        free(cut);
        cr_expect(err == 0 || err == -MPS_EINPUT);
        if (err)
            cr_expect_eq(whole, 0);
        else
            cr_expect_eq(report.error_count, whole, "%zu of %zu at %zu",
                         report.error_count, whole, size);
        cr_expect_not(report.finished && size + 20 < bytes.len);
        valgrind_report_fini(&report);
    }
    str_fini(&bytes);
}

Test(parse, survives_any_bytes, .timeout = 60)
{
    static const char *const names[] = {"helgrind-race", "helgrind-misuse",
                                        "drd-misuse", "helgrind-crash"};
    struct rng rng;
    rng_seed(&rng, 1);
    size_t read = 0;
    for (int round = 0; round < 4000; round++) {
        struct str bytes = recorded_bytes(names[round % 4]);
        for (uint64_t n = rng_below(&rng, 8) + 1; n; n--) {
            size_t at = rng_below(&rng, bytes.len);
            size_t len = rng_below(&rng, bytes.len - at) % 64;
            switch (rng_below(&rng, 3)) {
            case 0:
                bytes.data[at] = (char)rng_next(&rng);
                break;
            case 1: /* copied elsewhere */
                memmove(bytes.data + rng_below(&rng, bytes.len - len),
                        bytes.data + at, len);
                break;
            default: /* taken out */
                memmove(bytes.data + at, bytes.data + at + len,
                        bytes.len - at - len);
                bytes.len -= len;
            }
        }
        struct valgrind_report report;
        int err = valgrind_parse(&report, bytes.data, bytes.len);
        cr_assert(err == 0 || err == -MPS_EINPUT);
        read += !err;
        valgrind_report_fini(&report);
        str_fini(&bytes);
    }
    /* Else the test would only have seen what is refused at once. */
    cr_expect_gt(read, 1000);
}

static int parse_text(const char *text, struct valgrind_report *report)
{
    return valgrind_parse(report, text, strlen(text));
}

Test(parse, refuses_what_is_no_document_of_valgrind)
{
    static const char *const texts[] = {
        "",
        "hello",
        "<html><pid>1</pid><tool>drd</tool></html>",
        "<valgrindoutput></valgrindoutput>",
        "<valgrindoutput><tool>drd</tool></valgrindoutput>",
        "<valgrindoutput><pid>1</pid></valgrindoutput>",
        "<valgrindoutput><pid>-1</pid><tool>drd</tool></valgrindoutput>",
        "<x><valgrindoutput><pid>1</pid><tool>drd</tool></valgrindoutput></x>",
    };
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct valgrind_report report;
        cr_expect_eq(parse_text(texts[i], &report), -MPS_EINPUT, "%s",
                     texts[i]);
        cr_expect_null(report.errors);
    }
}

#define HEAD "<valgrindoutput><pid>1</pid><tool>drd</tool>"

Test(parse, expands_no_entities)
{
    struct valgrind_report report;
    static const char bomb[] =
        "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>"
        "<!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
        "<!ENTITY f SYSTEM 'file:///etc/passwd'>]>" HEAD
        "<error><kind>&b;Race&f;</kind><what>&b;</what></error>"
        "<error><kind>Race</kind><what>&lt;x&gt;</what></error>"
        "</valgrindoutput>";
    cr_assert_eq(parse_text(bomb, &report), 0);
    cr_assert_eq(report.error_count, 1);
    cr_expect_str_eq(report.errors[0].parts[0].text, "<x>");
    valgrind_report_fini(&report);
}

Test(parse, bounds_what_it_keeps)
{
    struct str text;
    str_init(&text);
    str_add(&text, HEAD "<error><kind>Race</kind><what>");
    for (int i = 0; i < 5000; i++)
        str_add(&text, "ä");
    str_add(&text, "</what><stack>");
    for (int i = 0; i < 2000; i++)
        str_add(&text, "<frame><fn>f</fn></frame>");
    str_add(&text, "</stack></error></valgrindoutput>");
    struct valgrind_report report;
    cr_assert_eq(valgrind_parse(&report, text.data, text.len), 0);
    cr_assert_eq(report.error_count, 1);
    size_t length = strlen(report.errors[0].parts[0].text);
    cr_expect_leq(length, 4096);
    cr_expect_eq(length % 2, 0, "no half characters");
    cr_expect_eq(report.errors[0].parts[0].stack.count, 512);
    valgrind_report_fini(&report);
    str_fini(&text);
}
