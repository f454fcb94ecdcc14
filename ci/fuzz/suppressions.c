/* Suppressions (check/suppress.h): a file of any bytes and, behind its first
 * NUL, names of functions that its patterns are matched with. */
#include "fuzz.h"

#include "base/diag.h"
#include "base/error.h"
#include "check/suppress.h"

static void add(struct finding_list *list, enum finding_kind kind,
                const char *name)
{
    const struct location frames[] = {
        {.function = name,
         .file = name,
         .line = 1,
         .module = "/usr/lib/lib.so"},
        {.function = "main", .file = "main.c", .line = 2, .module = name},
        {.offset = 0x40},
    };
    struct finding *finding = finding_list_add(list, kind);
    must(finding && !finding_add_frames(finding, frames, 3) &&
         !finding_add_place(finding, &frames[0], "reads", "0.1") &&
         !finding_set_object(finding, name));
    finding->what = strdup("something is wrong");
    finding_seal(finding);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const uint8_t *nul = memchr(bytes, 0, size);
    size_t file_size = nul ? (size_t)(nul - bytes) : size;
    char *file = malloc(file_size ? file_size : 1);
    char *name = calloc(1, size - file_size + 1);
    must(file && name);
    memcpy(file, bytes, file_size);
    if (nul)
        memcpy(name, nul + 1, size - file_size - 1);

    struct suppressions *suppressions;
    struct mps_diag diag = {.text = ""};
    int err =
        suppressions_parse(&suppressions, "fuzz.supp", file, file_size, &diag);
    if (err) {
        must(!suppressions);
        must_be_a_reason(diag.text);
    } else {
        struct finding_list findings = {NULL, 0};
        for (int kind = 0; kind < FINDING_KIND_COUNT; kind++)
            add(&findings, (enum finding_kind)kind, name);
        size_t taken = suppressions_filter(suppressions, &findings);
        must(taken + findings.count == FINDING_KIND_COUNT);
        char *said = suppressions_describe(suppressions);
        must(!said == !taken);
        if (said)
            must_be_printable(said, strlen(said));
        free(said);
        finding_list_clear(&findings);
        suppressions_free(suppressions);
    }
    free(name);
    free(file);
    return 0;
}
