/* lines: every line of a file is whole: matches the pattern, ends, and (with
 * `distinct`) occurs once; and there are as many as there should be. */
#include <errno.h>
#include <inttypes.h>
#include <regex.h>
#include <string.h>

#include "base/error.h"
#include "check/files.h"
#include "check/items.h"
#include "check/show.h"
#include "oracle.h"

enum { LINE_COLUMNS = 120, WRITERS = 8 };

struct line {
    const char *text;
    size_t length;
    uint64_t number; /* from 1; 0: there is none */
};

/* What is wrong with the file, the first of each sort. */
struct lines {
    uint64_t count;
    uint64_t torn_count, doubled_count;
    struct line torn, doubled;
    uint64_t original; /* number of the line that `doubled` repeats */
    struct line unended;
};

static int compile(struct judge *judge, const struct invariant *invariant,
                   regex_t *regex)
{
    int bad = regcomp(regex, invariant->pattern, REG_EXTENDED);
    if (!bad)
        return 0;
    char reason[128];
    regerror(bad, regex, reason, sizeof(reason));
    return diag_set(judge->diag, bad == REG_ESPACE ? -ENOMEM : -MPS_EINPUT,
                    "invariant '%s': pattern '%s': %s", invariant->name,
                    invariant->pattern, reason);
}

/* POSIX wants the leftmost match and of those the longest: if the pattern can
 * match the whole line, that is the one. */
static bool matches(const regex_t *regex, const struct line *line)
{
    regmatch_t match = {0, (regoff_t)line->length};
    return !regexec(regex, line->text, 1, &match, REG_STARTEND) &&
           !match.rm_so && (size_t)match.rm_eo == line->length;
}

static void note(struct line *first, uint64_t *count, const struct line *line)
{
    if (!(*count)++)
        *first = *line;
}

/* REGEX and SEEN may be NULL. */
static void scan(const struct str *text, const regex_t *regex,
                 struct items *seen, struct lines *out)
{
    const char *at = text->data, *end = text->data + text->len;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        struct line line = {at, (size_t)(stop - at), ++out->count};
        at = stop + 1;
        if (!newline)
            out->unended = line;
        if (regex && !matches(regex, &line))
            note(&out->torn, &out->torn_count, &line);
        if (!seen)
            continue;
        struct item *item =
            items_add(seen, 0, line.text, line.length, (uint32_t)line.number);
        if (item->count[0] > 1) {
            if (!out->doubled_count)
                out->original = item->first[0];
            note(&out->doubled, &out->doubled_count, &line);
        }
    }
}

static void show_line(struct str *s, const struct line *line)
{
    str_add_char(s, '"');
    show_bytes(s, line->text, line->length, LINE_COLUMNS);
    str_add_char(s, '"');
}

/* Where the file was written from, as far as the op ring still knows. */
static void add_writers(struct judge *judge, struct finding *finding,
                        const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = slash ? slash + 1 : file;
    uint64_t sites[WRITERS];
    size_t count = 0;
    uint64_t at = 0;
    const struct segment_op *op;
    while (count < WRITERS && (op = segment_op_next(judge->segment, &at))) {
        const struct segment_object *object =
            op->kind == OP_KIND_WRITE
                ? segment_object_get(judge->segment, op->object)
                : NULL;
        if (!object || !memchr(object->name, '\0', sizeof(object->name)))
            continue;
        const char *path = strrchr(object->name, '/');
        if (strcmp(path ? path + 1 : object->name, name))
            continue;
        size_t i = 0;
        while (i < count && sites[i] != op->site)
            i++;
        if (i < count)
            continue;
        sites[count++] = op->site;
        judge_place(judge, finding, op->site, op->task, "writes %s", file);
    }
}

static void show_rest(struct str *s, const struct lines *lines)
{
    str_addf(s, "%" PRIu64 " lines", lines->count);
    if (lines->torn_count)
        str_addf(s, ", %" PRIu64 " that do not match", lines->torn_count);
    if (lines->doubled_count)
        str_addf(s, ", %" PRIu64 " doubled", lines->doubled_count);
    if (lines->unended.number)
        str_add(s, ", the last without its end");
    str_add_char(s, '\n');
}

/* The worst thing about the file. */
static struct finding *report(struct judge *judge,
                              const struct invariant *invariant,
                              const struct lines *lines)
{
    const struct line *line;
    struct str what, text, expected;
    str_init(&what);
    str_init(&text);
    str_init(&expected);
    if (lines->torn_count) {
        line = &lines->torn;
        str_addf(&what, "line %" PRIu64 " of %s is torn", line->number,
                 invariant->file);
        str_addf(&expected, "lines that match %s", invariant->pattern);
    } else if (lines->doubled_count) {
        line = &lines->doubled;
        str_addf(&what, "line %" PRIu64 " of %s is line %" PRIu64 " again",
                 line->number, invariant->file, lines->original);
        str_add(&expected, "no line twice");
    } else {
        line = &lines->unended;
        str_addf(&what, "line %" PRIu64 ", the last of %s, has no end",
                 line->number, invariant->file);
        str_add(&expected, "a newline at the end");
    }
    show_line(&text, line);
    struct finding *finding =
        judge_violation(judge, invariant, "%s: %s", what.data, text.data);
    judge_expected(judge, finding, "%s", expected.data);
    judge_actual(judge, finding, "%s", text.data);
    str_fini(&what);
    str_fini(&text);
    str_fini(&expected);
    return finding;
}

static int judge_lines(struct judge *judge, const struct invariant *invariant,
                       const struct lines *lines)
{
    size_t before = judge->findings->count;
    struct finding *finding = NULL;
    if (lines->torn_count || lines->doubled_count || lines->unended.number) {
        finding = report(judge, invariant, lines);
    } else {
        int err =
            judge_count(judge, invariant, lines->count, "lines", 0, NO_TASK);
        if (err)
            return err;
        if (judge->findings->count > before)
            finding = &judge->findings->items[before];
    }
    if (!finding)
        return 0;
    struct str detail;
    str_init(&detail);
    show_rest(&detail, lines);
    judge_detail(judge, finding, &detail);
    add_writers(judge, finding, invariant->file);
    return 0;
}

static int scan_text(struct judge *judge, const struct invariant *invariant,
                     const struct str *text, struct lines *lines)
{
    regex_t regex;
    struct items seen = {0};
    int err = invariant->pattern ? compile(judge, invariant, &regex) : 0;
    if (err)
        return err;
    if (invariant->distinct) {
        size_t most = 1;
        for (size_t i = 0; i < text->len; i++)
            most += text->data[i] == '\n';
        err = items_init(&seen, most);
    }
    if (!err)
        scan(text, invariant->pattern ? &regex : NULL,
             invariant->distinct ? &seen : NULL, lines);
    items_fini(&seen);
    if (invariant->pattern)
        regfree(&regex);
    return err;
}

static void report_unreadable(struct judge *judge,
                              const struct invariant *invariant, int err)
{
    if (err == -ENOENT && judge_excuses_missing(judge))
        return;
    struct finding *finding = judge_violation(
        judge, invariant, "%s %s", invariant->file, files_reason(err));
    judge_actual(judge, finding, "%s", files_reason(err));
}

int oracle_lines(struct judge *judge, const struct invariant *invariant)
{
    if (files_is_cut(judge->outcome, invariant->file)) {
        judge_violation(judge, invariant,
                        "%s was cut at %" PRIu64 " bytes: %" PRIu64
                        " more could not be judged",
                        invariant->file, judge->segment->config.output_limit,
                        judge->segment->control.output_dropped);
        return 0;
    }
    struct str text;
    str_init(&text);
    struct lines lines = {0};
    int err = files_read(judge->outcome, invariant->file, &text);
    if (err == -ENOMEM) {
        judge->err = err;
    } else if (err) {
        report_unreadable(judge, invariant, err);
        err = 0;
    } else {
        err = scan_text(judge, invariant, &text, &lines);
        if (!err)
            err = judge_lines(judge, invariant, &lines);
    }
    str_fini(&text);
    return err;
}
