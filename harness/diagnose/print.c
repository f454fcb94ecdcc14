/* A diagnosis as text for people. */
#include <errno.h>
#include <string.h>

#include "diagnose.h"
#include "report/color.h"
#include "report/words.h"

enum { WIDTH = 80, INDENT = 5 };

static void add_styled(struct str *s, bool color, enum style style,
                       const char *text)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    paint(s, color, style, clean.data);
    str_fini(&clean);
}

/* TEXT, clean, in lines of the width that begin under column INDENT; the first
 * goes on at column AT. */
static void add_wrapped(struct str *s, size_t indent, size_t at,
                        const char *text)
{
    struct str clean;
    str_init(&clean);
    words_clean(&clean, text);
    for (const char *word = clean.data; *word;) {
        size_t length = strcspn(word, " ");
        if (at > indent && at + 1 + length > WIDTH) {
            str_addf(s, "\n%*s", (int)indent, "");
            at = indent;
        } else if (at > indent) {
            str_add_char(s, ' ');
            at++;
        }
        str_add_bytes(s, word, length);
        at += length;
        word += length + strspn(word + length, " ");
    }
    str_add_char(s, '\n');
    str_fini(&clean);
}

/* A line of evidence, cut in the middle of the screen's edge. */
static void add_line(struct str *s, bool color, const char *line, size_t length)
{
    struct str raw, clean;
    str_init(&raw);
    str_init(&clean);
    while (length && line[length - 1] == ' ')
        length--;
    str_add_bytes(&raw, line, length);
    words_clean(&clean, raw.data);
    size_t room = WIDTH - INDENT;
    size_t end = clean.len;
    if (words_columns(clean.data) > room) {
        end = 0;
        for (size_t columns = 0; columns + 3 < room && clean.data[end];
             columns++) {
            end++;
            while ((clean.data[end] & 0xc0) == 0x80)
                end++;
        }
        clean.data[end] = '\0';
        str_addf(s, "%*s", INDENT, "");
        paint(s, color, STYLE_DIM, clean.data);
        str_add(s, "...\n");
    } else {
        str_addf(s, "%*s", INDENT, "");
        paint(s, color, STYLE_DIM, clean.data);
        str_add_char(s, '\n');
    }
    str_fini(&raw);
    str_fini(&clean);
}

static void add_step(struct str *s, bool color, unsigned number,
                     const struct diagnose_step *step)
{
    str_addf(s, "\n  %u. ", number);
    add_styled(s, color, STYLE_BOLD, step->title);
    str_add_char(s, ':');
    add_wrapped(s, INDENT, INDENT + strlen(step->title) + 1, step->says.data);
    for (const char *at = step->evidence.data; *at;) {
        size_t length = strcspn(at, "\n");
        add_line(s, color, at, length);
        at += length + (at[length] == '\n');
    }
}

int diagnose_print(FILE *out, const struct diagnose *diagnose, bool color)
{
    struct str s;
    str_init(&s);
    add_styled(&s, color, STYLE_BOLD, diagnose->id);
    str_add(&s, "\n  ");
    add_wrapped(&s, 2, 2, diagnose->what);
    for (unsigned i = 0; i < DIAGNOSE_STEPS; i++)
        add_step(&s, color, i + 1, &diagnose->steps[i]);
    str_add_char(&s, '\n');
    add_styled(&s, color, STYLE_BOLD, "Conclusion");
    str_add(&s, "\n  ");
    add_wrapped(&s, 2, 2, diagnose->conclusion);
    int err = str_ok(&s) ? 0 : -ENOMEM;
    if (!err && (fwrite(s.data, 1, s.len, out) != s.len || fflush(out)))
        err = -EIO;
    str_fini(&s);
    return err;
}
