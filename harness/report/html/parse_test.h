/* Looking at HTML by XPath, for the tests of this folder. */
#ifndef MPS_REPORT_HTML_PARSE_TEST_H
#define MPS_REPORT_HTML_PARSE_TEST_H

struct parsed {
    void *document, *context;
};

/* TEXT as libxml2's HTML parser reads it; that there is a document is
 * asserted. */
void parsed_open(struct parsed *parsed, const char *text);
void parsed_close(struct parsed *parsed);

/* The value of the expression QUERY; expectations of it. */
double parsed_number(const struct parsed *parsed, const char *query);
void expect_number(const struct parsed *parsed, const char *query,
                   double number);
void expect_text(const struct parsed *parsed, const char *query,
                 const char *text);

#endif
