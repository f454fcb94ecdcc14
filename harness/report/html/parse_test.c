#include "html/parse_test.h"

#include <criterion/criterion.h>
#include <libxml/HTMLparser.h>
#include <libxml/xpath.h>
#include <string.h>

void parsed_open(struct parsed *parsed, const char *text)
{
    /* It knows only the elements of HTML 4, and would complain of others. */
    parsed->document = htmlReadMemory(
        text, (int)strlen(text), "page.html", "UTF-8",
        HTML_PARSE_NONET | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING);
    cr_assert(parsed->document, "%s", text);
    parsed->context = xmlXPathNewContext(parsed->document);
    cr_assert(parsed->context);
}

void parsed_close(struct parsed *parsed)
{
    xmlXPathFreeContext(parsed->context);
    xmlFreeDoc(parsed->document);
}

static xmlXPathObject *evaluate(const struct parsed *parsed, const char *query)
{
    xmlXPathObject *object =
        xmlXPathEvalExpression((const xmlChar *)query, parsed->context);
    cr_assert(object, "%s", query);
    return object;
}

double parsed_number(const struct parsed *parsed, const char *query)
{
    xmlXPathObject *object = evaluate(parsed, query);
    double number = xmlXPathCastToNumber(object);
    xmlXPathFreeObject(object);
    return number;
}

void expect_number(const struct parsed *parsed, const char *query,
                   double number)
{
    double found = parsed_number(parsed, query);
    cr_expect_eq(found, number, "%s: %g, not %g", query, found, number);
}

void expect_text(const struct parsed *parsed, const char *query,
                 const char *text)
{
    xmlXPathObject *object = evaluate(parsed, query);
    xmlChar *found = xmlXPathCastToString(object);
    cr_expect_str_eq((const char *)found, text, "%s: '%s', not '%s'", query,
                     (const char *)found, text);
    xmlFree(found);
    xmlXPathFreeObject(object);
}
