#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "sample_test.h"

struct parsed {
    xmlDoc *document;
    xmlXPathContext *context;
    char *text;
};

static void parsed_open(struct parsed *parsed, const struct report_run *run)
{
    parsed->text = sample_format("junit", run);
    parsed->document =
        xmlReadMemory(parsed->text, (int)strlen(parsed->text), "report.xml",
                      NULL, XML_PARSE_NONET | XML_PARSE_PEDANTIC);
    cr_assert(parsed->document, "%s", parsed->text);
    parsed->context = xmlXPathNewContext(parsed->document);
    cr_assert(parsed->context);
}

static void parsed_close(struct parsed *parsed)
{
    xmlXPathFreeContext(parsed->context);
    xmlFreeDoc(parsed->document);
    free(parsed->text);
}

/* The value of the XPath expression QUERY is TEXT. */
static void expect_value(const struct parsed *parsed, const char *query,
                         const char *text)
{
    xmlXPathObject *object =
        xmlXPathEvalExpression((const xmlChar *)query, parsed->context);
    cr_assert(object, "%s", query);
    xmlChar *value = xmlXPathCastToString(object);
    cr_expect_str_eq((const char *)value, text, "%s:\nfound: %s\nnot: %s",
                     query, (const char *)value, text);
    xmlFree(value);
    xmlXPathFreeObject(object);
}

Test(junit, counts_one_test_case_per_scenario)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    expect_value(&parsed, "count(/testsuites/testsuite/testcase)", "6");
    static const char *const elements[] = {"/testsuites",
                                           "/testsuites/testsuite"};
    for (size_t i = 0; i < 2; i++) {
        static const struct {
            const char *attribute, *value;
        } totals[] = {{"tests", "6"},
                      {"failures", "2"},
                      {"errors", "1"},
                      {"skipped", "1"},
                      {"time", "91.500"}};
        for (size_t k = 0; k < sizeof(totals) / sizeof(totals[0]); k++) {
            char query[80];
            snprintf(query, sizeof(query), "%s/@%s", elements[i],
                     totals[k].attribute);
            expect_value(&parsed, query, totals[k].value);
        }
    }
    expect_value(&parsed,
                 "//testsuite/properties/property[@name='seed']/@value",
                 "0x5eed2a915eed2a91");
    parsed_close(&parsed);
}

Test(junit, passes_what_is_as_expected)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    expect_value(&parsed, "count(//testcase[@name='counter-atomic']/failure)",
                 "0");
    expect_value(&parsed, "//testcase[@name='counter-atomic']/@time", "9.500");
    expect_value(&parsed, "count(//testcase[@name='locks-mixed']/failure)",
                 "0");
    expect_value(&parsed, "//testcase[@name='locks-mixed']/system-out",
                 "caught hang at iteration 17\n");
    parsed_close(&parsed);
}

Test(junit, shows_the_finding_blocks_of_a_failure)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    char *first = sample_block(&sample_run, SAMPLE_FAIL, 1);
    char *second = sample_block(&sample_run, SAMPLE_FAIL, 0);
    struct str both;
    str_init(&both);
    str_addf(&both, "%s\n%s", first, second);
    expect_value(&parsed, "//testcase[@name='primes-sentinels']/failure",
                 both.data);
    expect_value(&parsed, "//testcase[@name='primes-sentinels']/failure/@type",
                 "invariant");
    expect_value(&parsed,
                 "//testcase[@name='primes-sentinels']/failure/@message",
                 "exactly_once tasks: tasks: of 400 items 2 lost; 3 of 10,000 "
                 "(0.030%, 95% interval 0.010-0.088%)");
    expect_value(&parsed, "//testcase[@name='primes-sentinels']/@file",
                 "targets/primes.c");
    expect_value(&parsed, "//testcase[@name='primes-sentinels']/@line", "88");
    expect_value(&parsed, "//testcase[@name='primes-sentinels']/system-out",
                 "reproduce: mpstress replay primes-sentinels-76543210\n");
    str_fini(&both);
    free(first);
    free(second);
    parsed_close(&parsed);
}

Test(junit, has_properties_of_every_strategy)
{
    static const struct {
        const char *scenario, *property, *value;
    } properties[] = {
        {"primes-sentinels", "strategy.stress.iterations", "4100"},
        {"primes-sentinels", "strategy.stress.failures", "1"},
        {"primes-sentinels", "strategy.stress.distinct", ""},
        {"primes-sentinels", "strategy.pct.iterations", "3200"},
        {"primes-sentinels", "strategy.pct.failures", "2"},
        {"primes-sentinels", "strategy.pct.distinct", "3101"},
        {"primes-sentinels", "partly_controlled", "12"},
        {"primes-sentinels", "cut_off", "3"},
        {"locks-mixed", "strategy.pos.failures", "1"},
        {"locks-mixed", "partly_controlled", ""},
        {"locks-mixed", "cut_off", ""},
    };
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
        char query[160];
        snprintf(query, sizeof(query),
                 "//testcase[@name='%s']/properties/property[@name='%s']"
                 "/@value",
                 properties[i].scenario, properties[i].property);
        expect_value(&parsed, query, properties[i].value);
    }
    parsed_close(&parsed);
}

Test(junit, fails_when_the_expected_never_came)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    expect_value(&parsed, "//testcase[@name='counter-plain']/failure/@type",
                 "never-found");
    expect_value(&parsed, "//testcase[@name='counter-plain']/failure",
                 "the expected invariant did not turn up in 10000 iterations");
    parsed_close(&parsed);
}

Test(junit, skips_what_is_inconclusive_and_errs_on_errors)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_run);
    expect_value(&parsed, "//testcase[@name='image-rows']/skipped/@message",
                 "ended after 421 of 10000 iterations");
    expect_value(&parsed, "//testcase[@name='image-rows']/system-out",
                 "never reached: queue full\nnever reached: worker starved\n");
    expect_value(&parsed, "//testcase/error/@message",
                 "matrix: no such program in targets or PATH");
    parsed_close(&parsed);
}

Test(junit, survives_hostile_texts)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_hostile);
    expect_value(&parsed, "count(//testcase)", "2");
    expect_value(&parsed, "count(//failure)", "1");
    expect_value(&parsed, "starts-with(//testcase[1]/@name, '\\x1b[31mred')",
                 "true");
    char *block = sample_block(&sample_hostile, 0, 0);
    expect_value(&parsed, "//failure", block);
    free(block);
    parsed_close(&parsed);
}

Test(junit, is_valid_without_any_scenario)
{
    struct parsed parsed;
    struct report_run run = sample_run;
    run.scenario_count = 0;
    parsed_open(&parsed, &run);
    expect_value(&parsed, "/testsuites/@tests", "0");
    parsed_close(&parsed);
}

Test(junit, skips_what_only_fails_as_is_known)
{
    struct parsed parsed;
    parsed_open(&parsed, &sample_known);
    expect_value(&parsed, "/testsuites/@failures", "1");
    expect_value(&parsed, "/testsuites/@skipped", "1");
    expect_value(&parsed,
                 "string(//testcase[@name='primes-sentinels']//"
                 "property[@name='confident']/@value)",
                 "no");
    expect_value(&parsed,
                 "string(//testcase[@name='primes-alone']/skipped/"
                 "@message)",
                 "known: primes-sentinels-00000007, leak, 12 of 1,000 "
                 "iterations: ticket #7: the ring stays, <b>");
    expect_value(&parsed,
                 "count(//testcase[@name='primes-sentinels']/*"
                 "[contains(., 'left behind')])",
                 "0");
    expect_value(&parsed,
                 "contains(//testcase[@name='primes-sentinels']/system-out, "
                 "'known: primes-sentinels-00000007')",
                 "true");
    expect_value(&parsed,
                 "contains(//testcase[@name='counter-atomic']/system-out, "
                 "'known finding not seen: counter-atomic-0badf00d')",
                 "true");
    parsed_close(&parsed);
}
