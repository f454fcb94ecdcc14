/* What a tool of Valgrind wrote (valgrind/parse.h), with whatever the program
 * under test put into it, up to the findings made of that. */
#include "fuzz.h"

#include "base/error.h"
#include "symbols/symbols.h"
#include "valgrind/findings.h"

static void judge(const struct valgrind_report *report)
{
    /* Texts of places live as long as this. */
    struct symbols *symbols;
    must(!symbols_open(&symbols, "/srv"));
    struct finding_list findings = {NULL, 0};
    struct valgrind_remarks remarks = {0, 0};
    /* Twice: what two processes say alike is one finding. */
    const struct valgrind_report reports[] = {*report, *report};
    must(!valgrind_judge(reports, 2, symbols, &findings, &remarks));
    must(findings.count <= report->error_count + 1);
    for (size_t i = 0; i < findings.count; i++)
        must(findings.items[i].what && findings.items[i].fingerprint);
    finding_list_clear(&findings);
    symbols_close(symbols);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *copy = malloc(size ? size : 1);
    must(copy);
    memcpy(copy, bytes, size);
    struct valgrind_report report;
    int err = valgrind_parse(&report, copy, size);
    must(!err || err == -MPS_EINPUT);
    free(copy);
    if (!err)
        judge(&report);
    else
        must(!report.errors && !report.threads && !report.tool);
    valgrind_report_fini(&report);
    return 0;
}
