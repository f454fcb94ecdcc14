#include "manual/roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_of_option(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* What roff would not print as it is: '-' would become a hyphen, which is
 * another character to whoever copies an option from the page. */
static const struct {
    char c;
    const char *name;
} specials[] = {
    {'\\', "\\e"},
    {'-', "\\-"},
    {'\'', "\\(aq"},
    {'`', "\\(ga"},
    {'^', "\\(ha"},
    {'~', "\\(ti"},
    {'.', "\\&."} /* no request, at the beginning of a line */,
};

static void put(FILE *out, char c)
{
    for (size_t i = 0; i < sizeof(specials) / sizeof(*specials); i++)
        if (specials[i].c == c) {
            fputs(specials[i].name, out);
            return;
        }
    fputc(c, out);
}

void roff_words(FILE *out, char font, const char *text, size_t length)
{
    if (font != 'R')
        fprintf(out, "\\f%c", font);
    for (size_t i = 0; i < length; i++)
        put(out, text[i]);
    if (font != 'R')
        fputs("\\fR", out);
}

void roff_argument(FILE *out, const char *text)
{
    while (*text) {
        const char *end = text;
        while (is_capital(*end) || (end > text && *end == '-'))
            end++;
        char font = end > text ? 'I' : 'R';
        while (end == text || (font == 'R' && *end && !is_capital(*end)))
            end++;
        roff_words(out, font, text, (size_t)(end - text));
        text = end;
    }
}

static bool is_name(const char *word, size_t length, const char *names)
{
    for (const char *at = names; (at = strstr(at, " ")); at++)
        if (!strncmp(at + 1, word, length) && at[1 + length] == ' ')
            return true;
    return false;
}

/* The length of the name of an argument at the beginning of TEXT; 0: none. */
static size_t name_length(const char *text, const char *names)
{
    size_t n = 0;
    while (is_capital(text[n]) || (n && text[n] == '-'))
        n++;
    for (; n; n--)
        if (!isalnum((unsigned char)text[n]) && text[n] != '_' &&
            is_name(text, n, names))
            return n;
    return 0;
}

/* The length of an option at the beginning of TEXT; 0: none. */
static size_t option_length(const char *text)
{
    size_t n = 0;
    if (text[0] != '-' || (text[1] != '-' && !isalpha((unsigned char)text[1])))
        return 0;
    while (is_of_option(text[n]))
        n++;
    return n;
}

/* What is to be in another font at *TEXT, and past it. */
static bool put_marked(FILE *out, const char **text, const char *names)
{
    const char *at = *text;
    const char *quote = *at == '`' ? strchr(at + 1, '`') : NULL;
    size_t n = 0;
    if (quote) {
        roff_words(out, 'B', at + 1, (size_t)(quote - at - 1));
        n = (size_t)(quote + 1 - at);
    } else if ((n = option_length(at))) {
        roff_words(out, 'B', at, n);
    } else if ((n = name_length(at, names))) {
        roff_words(out, 'I', at, n);
    }
    *text += n;
    return n > 0;
}

void roff_prose(FILE *out, const char *text, const char *names,
                const char *paragraph)
{
    bool begins = true; /* a word */
    while (*text) {
        if (begins && put_marked(out, &text, names)) {
            begins = false;
            continue;
        }
        if (!strncmp(text, "\n\n", 2)) {
            fprintf(out, "\n%s\n", paragraph);
            text += 2;
            /* Spaces at the beginning of a line mean something to roff. */
            if (*text == ' ')
                fputs("\\&", out);
        } else if (!strncmp(text, ". ", 2)) {
            /* roff sets the space behind a sentence by itself. */
            fputs(".\n", out);
            text += 2;
        } else {
            begins = strchr(" \n([\"/", *text) != NULL;
            put(out, *text++);
            continue;
        }
        begins = true;
    }
    fputc('\n', out);
}
