#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "formats/rules.h"
#include "formats/sarif.h"
#include "sample_test.h"
#include "trace/timeline.h"

static json_t *load(const struct report_run *run)
{
    json_error_t error;
    char *text = sample_format("sarif", run);
    json_t *log = json_loads(text, 0, &error);
    cr_assert(log, "line %d: %s", error.line, error.text);
    free(text);
    return log;
}

static json_t *first_run(json_t *log)
{
    return json_array_get(json_object_get(log, "runs"), 0);
}

static json_t *results_of(json_t *log)
{
    return json_object_get(first_run(log), "results");
}

/* The text at the end of the path of keys; "" when there is none. */
#define AT(object, ...) \
    text_at(object, (const char *const[]){__VA_ARGS__, NULL})
static const char *text_at(json_t *value, const char *const *keys)
{
    for (; *keys; keys++)
        value = json_is_array(value)
                    ? json_array_get(value, strtoul(*keys, NULL, 10))
                    : json_object_get(value, *keys);
    const char *text = json_string_value(value);
    return text ? text : "";
}

/* -- What the schema demands of everything ---------------------------------*/

static void check_message(json_t *message)
{
    const char *text = AT(message, "text");
    cr_expect(*text);
    for (const char *c = text; *c; c++) {
        if (*c == '{' || *c == '}') {
            cr_expect_eq(c[0], c[1], "a placeholder: %s", text);
            c++;
        }
    }
    cr_expect_not(strstr(text, "]("), "a link: %s", text);
}

static void check_uri(const char *uri)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789-_.~/%";
    if (!strncmp(uri, "file:///", 8))
        uri += 5;
    cr_expect_eq(uri[strspn(uri, allowed)], '\0', "no URI: %s", uri);
    for (const char *c = uri; (c = strchr(c, '%')); c++)
        cr_expect(strspn(c + 1, "0123456789ABCDEF") >= 2, "no URI: %s", uri);
}

static bool is_one_of(const char *text, const char *list)
{
    size_t length = strlen(text);
    for (; (list = strstr(list, text)); list++)
        if (length && (list[length] == ' ' || !list[length]))
            return true;
    return false;
}

/* Members that mean the same wherever they are. */
static void check_member(const char *key, json_t *value)
{
    static const char *const lists[] = {
        "locations",        "codeFlows",        "threadFlows",
        "relatedLocations", "attachments",      "kinds",
        "invocations",      "logicalLocations", "rules"};
    static const char *const messages[] = {"message", "shortDescription",
                                           "fullDescription", "help",
                                           "description"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
        if (!strcmp(key, lists[i]))
            cr_expect(json_array_size(value), "empty: %s", key);
    for (size_t i = 0; i < sizeof(messages) / sizeof(*messages); i++)
        if (!strcmp(key, messages[i]))
            check_message(value);
    const char *text = json_string_value(value);
    if (!strcmp(key, "uri"))
        check_uri(text);
    else if (!strcmp(key, "level"))
        cr_expect(is_one_of(text, "error warning note none"), "%s", text);
    else if (!strcmp(key, "importance"))
        cr_expect(is_one_of(text, "essential important unimportant"));
    else if (!strcmp(key, "startLine") || !strcmp(key, "executionOrder"))
        cr_expect_gt(json_integer_value(value), 0);
    else if (!strcmp(key, "uriBaseId"))
        cr_expect_str_eq(text, "SRCROOT");
}

static void check_all(json_t *value)
{
    const char *key;
    json_t *member;
    size_t i;
    json_object_foreach(value, key, member)
    {
        /* A property bag may hold anything. */
        if (!strcmp(key, "properties"))
            continue;
        check_member(key, member);
        check_all(member);
    }
    json_array_foreach(value, i, member) check_all(member);
}

Test(sarif, is_well_formed_whatever_the_texts)
{
    const struct report_run *const runs[] = {&sample_run, &sample_hostile};
    for (size_t i = 0; i < 2; i++) {
        json_t *log = load(runs[i]);
        json_t *run = first_run(log);
        cr_expect_str_eq(AT(log, "version"), "2.1.0");
        cr_expect_eq(json_array_size(json_object_get(log, "runs")), 1);
        cr_expect_str_eq(AT(run, "tool", "driver", "name"), "mpstress");
        check_uri(AT(run, "originalUriBaseIds", "SRCROOT", "uri"));
        check_all(log);
        json_decref(log);
    }
}

/* -- Rules and results -----------------------------------------------------*/

Test(sarif, has_a_rule_for_each_kind_of_finding)
{
    json_t *log = load(&sample_run);
    json_t *driver =
        json_object_get(json_object_get(first_run(log), "tool"), "driver");
    json_t *rules = json_object_get(driver, "rules");
    cr_assert_eq(json_array_size(rules), FINDING_KIND_COUNT);
    for (int i = 0; i < FINDING_KIND_COUNT; i++) {
        json_t *rule = json_array_get(rules, (size_t)i);
        char *id =
            str_format("mpstress/%s", finding_kind_name((enum finding_kind)i));
        cr_expect_str_eq(AT(rule, "id"), id);
        cr_expect_gt(strlen(AT(rule, "help", "text")), 20, "%s", id);
        free(id);
    }
    json_decref(log);
}

Test(sarif, has_a_result_for_each_finding_that_nobody_expected)
{
    json_t *log = load(&sample_run);
    json_t *results = results_of(log), *result = json_array_get(results, 1);
    cr_assert_eq(json_array_size(results), 2);
    cr_expect_str_eq(AT(json_array_get(results, 0), "ruleId"), "mpstress/leak");
    cr_expect_str_eq(AT(json_array_get(results, 0), "level"), "warning");
    cr_expect_str_eq(AT(result, "ruleId"), "mpstress/invariant");
    cr_expect_eq(json_integer_value(json_object_get(result, "ruleIndex")), 0);
    cr_expect_str_eq(AT(result, "level"), "error");
    const char *message = AT(result, "message", "text");
    cr_expect(!strncmp(message, "tasks: of 400 items 2 lost\n", 27), "%s",
              message);
    cr_expect(strstr(message, "\nreproduce: mpstress replay "
                              "primes-sentinels-76543210"));
    cr_expect_str_eq(AT(result, "partialFingerprints", "mpstressFinding/v1"),
                     "fedcba9876543210");
    cr_expect_str_eq(AT(result, "locations", "0", "physicalLocation",
                        "artifactLocation", "uriBaseId"),
                     "SRCROOT");
    const char *uri = AT(result, "locations", "0", "physicalLocation",
                         "artifactLocation", "uri");
    cr_expect(strstr(uri, "targets/primes.c"), "%s", uri);
    /* Its other place has no source line. */
    cr_expect_str_eq(AT(result, "relatedLocations", "0", "logicalLocations",
                        "0", "fullyQualifiedName"),
                     "libmp.so+0x4f0");
    json_decref(log);
}

/* A leak has no place of its own. */
Test(sarif, points_at_the_scenario_where_there_is_no_code)
{
    json_t *log = load(&sample_run);
    json_t *leak = json_array_get(results_of(log), 0);
    const char *uri = AT(leak, "locations", "0", "physicalLocation",
                         "artifactLocation", "uri");
    cr_expect(strstr(uri, "scenarios/primes-sentinels.yml"), "%s", uri);
    cr_expect_not(json_object_get(leak, "codeFlows"));
    json_decref(log);
}

Test(sarif, tells_what_no_result_says)
{
    json_t *log = load(&sample_run);
    json_t *invocation =
        json_array_get(json_object_get(first_run(log), "invocations"), 0);
    json_t *all = json_object_get(invocation, "toolExecutionNotifications");
    static const char *const expected[][2] = {
        {"error", "counter-plain: fail: the expected invariant did not"},
        {"warning", "image-rows: inconclusive: ended after 421"},
        {"error", "matrix-slices-of-a-very-long-name-nobody-reads: error: "},
        {"note", "no namespaces here"},
    };
    cr_assert_eq(json_array_size(all), 4);
    for (size_t i = 0; i < 4; i++) {
        json_t *one = json_array_get(all, i);
        cr_expect_str_eq(AT(one, "level"), expected[i][0]);
        const char *text = AT(one, "message", "text");
        cr_expect(!strncmp(text, expected[i][1], strlen(expected[i][1])), "%s",
                  text);
    }
    cr_expect_eq(json_integer_value(json_object_get(invocation, "exitCode")),
                 1);
    cr_expect(json_is_true(json_object_get(invocation, "executionSuccessful")));
    cr_expect_str_eq(AT(invocation, "startTimeUtc"), "2024-05-01T12:30:00Z");
    cr_expect_str_eq(AT(invocation, "endTimeUtc"), "2024-05-01T12:31:31Z");
    json_decref(log);
}

Test(sarif, does_not_call_an_interrupted_run_a_success)
{
    struct report_run run = sample_run;
    run.exit_code = 130;
    run.interrupted = true;
    json_t *log = load(&run);
    json_t *invocation =
        json_array_get(json_object_get(first_run(log), "invocations"), 0);
    cr_expect(
        json_is_false(json_object_get(invocation, "executionSuccessful")));
    json_decref(log);
}

Test(sarif, takes_texts_literally)
{
    json_t *message = sarif_message("a{0} [b](1) }[c]");
    cr_expect_str_eq(AT(message, "text"), "a{{0}} [b] (1) }}[c]");
    json_decref(message);
}

/* -- Flows -----------------------------------------------------------------*/

Test(sarif, has_a_thread_flow_per_task)
{
    struct checkout checkout;
    cr_assert_eq(checkout_init(&checkout), 0);
    const struct finding *hang =
        sample_run.scenarios[SAMPLE_CAUGHT].findings[0].finding;
    json_t *flows = sarif_flows(&checkout, hang, NULL);
    json_t *flow = json_array_get(flows, 0);
    json_t *threads = json_object_get(flow, "threadFlows");
    cr_assert_eq(json_array_size(flows), 1);
    cr_assert_eq(json_array_size(threads), 3);
    cr_expect_str_eq(AT(threads, "1", "id"), "0.0");
    cr_expect_str_eq(AT(threads, "1", "message", "text"), "0.0 (payer)");
    cr_expect_str_eq(
        AT(threads, "1", "locations", "0", "location", "message", "text"),
        "mutex lock mutex /accounts+0x40");
    json_decref(flows);
    checkout_fini(&checkout);
}

static struct timeline_task tasks[] = {
    {"0", ""}, {"0.0", "payer"}, {"0.1", ""}};

static struct timeline_step steps[] = {
    {.task = 0,
     .kind = "fork",
     .object = "",
     .place = "main() pay.c:30",
     .completed = true},
    {.task = 1,
     .kind = "mutex lock",
     .object = "mutex /accounts",
     .place = "move() pay.c:13",
     .completed = true,
     .switched = true,
     .pair = TIMELINE_FIRST},
    {.task = 1,
     .kind = "load",
     .object = "word /accounts+0x8",
     .place = "libpay.so+0x12",
     .result = 5,
     .argument = 4,
     .completed = true},
    {.task = 0,
     .kind = "mutex lock",
     .object = "mutex /accounts",
     .place = "",
     .stuck = true,
     .switched = true,
     .pair = TIMELINE_THEN},
};

Test(sarif, follows_the_shortest_schedule)
{
    struct checkout checkout;
    cr_assert_eq(checkout_init(&checkout), 0);
    const struct finding finding = {.kind = FINDING_DEADLOCK};
    const struct timeline schedule = {.minimal = true,
                                      .tasks = tasks,
                                      .task_count = 3,
                                      .steps = steps,
                                      .step_count = 4};
    json_t *flows = sarif_flows(&checkout, &finding, &schedule);
    json_t *threads = json_object_get(json_array_get(flows, 0), "threadFlows");
    check_all(flows);
    /* The third task does nothing. */
    cr_assert_eq(json_array_size(threads), 2);
    json_t *root = json_object_get(json_array_get(threads, 0), "locations");
    json_t *payer = json_object_get(json_array_get(threads, 1), "locations");
    cr_assert_eq(json_array_size(root), 2);
    cr_assert_eq(json_array_size(payer), 2);
    static const int orders[] = {1, 4, 2, 3};
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(
            json_integer_value(json_object_get(
                json_array_get(i < 2 ? root : payer, i % 2), "executionOrder")),
            orders[i]);
    cr_expect_str_eq(AT(root, "0", "importance"), "unimportant");
    cr_expect_str_eq(AT(root, "1", "importance"), "essential");
    cr_expect_str_eq(AT(root, "1", "location", "message", "text"),
                     "mutex lock /accounts: does not return (the second of the "
                     "two that decide)");
    cr_expect_str_eq(AT(payer, "0", "location", "physicalLocation",
                        "artifactLocation", "uriBaseId"),
                     "SRCROOT");
    cr_expect_str_eq(AT(payer, "0", "location", "logicalLocations", "0",
                        "fullyQualifiedName"),
                     "move");
    cr_expect_str_eq(AT(payer, "0", "kinds", "0"), "acquire");
    cr_expect_str_eq(AT(payer, "0", "kinds", "1"), "lock");
    cr_expect_str_eq(AT(payer, "1", "kinds", "0"), "memory");
    cr_expect_str_eq(AT(payer, "1", "location", "message", "text"),
                     "load word /accounts+0x8: read 5");
    json_decref(flows);
    checkout_fini(&checkout);
}

Test(sarif, cuts_a_schedule_down_to_what_is_read)
{
    enum { MANY = 5000, PAIR = 4000 };
    struct checkout checkout;
    cr_assert_eq(checkout_init(&checkout), 0);
    struct timeline_step *many = calloc(MANY, sizeof(*many));
    cr_assert(many);
    for (size_t i = 0; i < MANY; i++)
        many[i] = steps[i % 4 == 0 ? 2 : 0];
    many[PAIR].pair = TIMELINE_FIRST;
    for (unsigned switches = 0; switches < 2; switches++) {
        for (size_t i = 1; i < MANY; i++)
            many[i].switched = switches;
        const struct finding finding = {.kind = FINDING_DEADLOCK};
        const struct timeline schedule = {
            .tasks = tasks, .task_count = 3, .steps = many, .step_count = MANY};
        json_t *flows = sarif_flows(&checkout, &finding, &schedule);
        char *text = json_dumps(flows, JSON_COMPACT);
        size_t count = 0;
        for (const char *at = text; (at = strstr(at, "executionOrder")); at++)
            count++;
        /* Without switches the pair and the last one. */
        cr_expect_eq(count, switches ? 1000 : 2, "%zu", count);
        cr_expect(strstr(text, "\"executionOrder\":5000"));
        cr_expect_eq(strstr(text, "\"executionOrder\":4001") != NULL, true);
        free(text);
        json_decref(flows);
    }
    free(many);
    checkout_fini(&checkout);
}

Test(sarif, suppresses_what_is_known_and_says_so_of_the_rest)
{
    json_t *log = load(&sample_known), *results = results_of(log);
    cr_assert_eq(json_array_size(results), 3);
    cr_expect_str_eq(AT(results, "0", "suppressions", "0", "kind"), "external");
    cr_expect_str_eq(AT(results, "0", "suppressions", "0", "status"),
                     "accepted");
    cr_expect_str_eq(AT(results, "0", "suppressions", "0", "justification"),
                     "ticket #7: the ring stays, <b>");
    for (size_t i = 0; i < 3; i++) {
        json_t *list =
            json_object_get(json_array_get(results, i), "suppressions");
        cr_expect(json_is_array(list));
        cr_expect_eq(json_array_size(list), i < 2, "%zu", i);
    }
    json_decref(log);
    /* Nobody accepted anything: then nothing is said. */
    log = load(&sample_run);
    for (size_t i = 0; i < json_array_size(results_of(log)); i++)
        cr_expect_null(json_object_get(json_array_get(results_of(log), i),
                                       "suppressions"));
    json_decref(log);
}
