#include "manual/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A word of a usage line: "[ID|FILE]", "STORE...". */
struct token {
    const char *text;
    size_t length; /* without brackets and dots */
    bool optional, repeats;
};
enum { TOKENS_MAX = 16 };

static size_t read_token(struct token *token, const char *line)
{
    size_t whole = strcspn(line, " \n");
    size_t start = strspn(line, "[");
    size_t end = whole;
    while (end > start && strchr("].", line[end - 1]))
        end--;
    *token = (struct token){
        .text = line + start,
        .length = end - start,
        .optional = start > 0,
        .repeats = memmem(line, whole, "...", 3) != NULL,
    };
    return whole + strspn(line + whole, " ");
}

static bool is_separator(const struct token *token)
{
    return token->length == 2 && !strncmp(token->text, "--", 2);
}

/* Past the argument of the option TOKEN, from AT. */
static const char *skip_value(const struct token *token, const char *at,
                              const struct walk *walk)
{
    struct token argument;
    const struct walk_option *option =
        walk_find(walk, token->text + 2, token->length - 2);
    return option && option->rows->arg ? at + read_token(&argument, at) : at;
}

/* The words of a usage line at *LINE that are neither options nor their
 * arguments; past it. */
static size_t read_line(struct usage *usage, struct token *tokens,
                        const char **line, const struct walk *walk)
{
    size_t count = 0;
    const char *at = *line;
    for (struct token token; *at && *at != '\n';) {
        at += read_token(&token, at);
        if (is_separator(&token)) {
            usage->program = true;
            break;
        }
        if (token.length > 2 && !strncmp(token.text, "--", 2)) {
            at = skip_value(&token, at, walk);
        } else if (count < TOKENS_MAX) {
            tokens[count++] = token;
        }
    }
    at += strcspn(at, "\n");
    *line = at + (*at == '\n');
    return count;
}

/* Where one may stand in the line, as bits, with what may be left out left
 * out. */
static unsigned skip_optional(unsigned places, const struct token *tokens,
                              size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (places & 1u << i && tokens[i].optional)
            places |= 1u << (i + 1);
    return places;
}

static void add_line(struct usage *usage, const struct token *tokens,
                     size_t count)
{
    unsigned places = skip_optional(1, tokens, count);
    for (size_t at = 0; at < USAGE_POSITIONS_MAX; at++) {
        unsigned next = 0;
        for (size_t i = 0; i < count; i++) {
            if (!(places & 1u << i))
                continue;
            argument_add(&usage->at[at], tokens[i].text, tokens[i].length);
            next |= 1u << (i + 1) | (unsigned)tokens[i].repeats << i;
            usage->repeats |= tokens[i].repeats;
            if (at >= usage->count)
                usage->count = at + 1;
        }
        next = skip_optional(next, tokens, count);
        if (next == places)
            break; /* it goes on like this */
        places = next;
    }
}

int usage_read(struct usage *usage, const struct command *command,
               const struct walk *walk)
{
    *usage = (struct usage){.count = 0};
    for (size_t i = 0; i < USAGE_POSITIONS_MAX; i++)
        argument_init(&usage->at[i]);
    char *lines = walk_arguments(command);
    if (!lines)
        return -ENOMEM;
    for (const char *at = lines; *at;) {
        struct token tokens[TOKENS_MAX];
        size_t count = read_line(usage, tokens, &at, walk);
        add_line(usage, tokens, count);
    }
    free(lines);
    for (size_t i = 0; i < USAGE_POSITIONS_MAX; i++)
        if (!str_ok(&usage->at[i].kinds) || !str_ok(&usage->at[i].words))
            return -ENOMEM;
    return 0;
}

void usage_fini(struct usage *usage)
{
    for (size_t i = 0; i < USAGE_POSITIONS_MAX; i++)
        argument_fini(&usage->at[i]);
}
