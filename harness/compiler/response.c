#include "response.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/io.h"
#include "base/str.h"

/* gcc gives up after 2000 files, which is as good a bound. */
#define FILES_MAX      2000
#define FILE_BYTES_MAX ((size_t)64 << 20)

/* Append the word that starts at TEXT, which is not white space, to WORD.
 * Returns where it ends. */
static const char *read_word(struct str *word, const char *text)
{
    char quote = '\0';
    for (; *text && (quote || !isspace((unsigned char)*text)); text++) {
        if (*text == '\\' && text[1])
            str_add_char(word, *++text);
        else if (quote && *text == quote)
            quote = '\0';
        else if (!quote && (*text == '\'' || *text == '"'))
            quote = *text;
        else
            str_add_char(word, *text);
    }
    return text;
}

void response_split(struct words *out, const char *text)
{
    struct str word;
    str_init(&word);
    for (;;) {
        while (isspace((unsigned char)*text))
            text++;
        if (!*text)
            break;
        text = read_word(&word, text);
        words_take(out, str_take(&word));
    }
    str_fini(&word);
}

static int expand(struct words *out, char *const *argv, int *files,
                  struct mps_diag *diag);

static int expand_file(struct words *out, const char *path, int *files,
                       struct mps_diag *diag)
{
    struct str text;
    str_init(&text);
    struct words words;
    words_init(&words);
    int err = io_read_file(AT_FDCWD, path, &text, FILE_BYTES_MAX);
    if (err || !str_ok(&text)) {
        err = -ENOENT;
        goto done;
    }
    if (++*files > FILES_MAX) {
        err = diag_set(diag, -MPS_EINPUT,
                       "@%s: response files include each other without end",
                       path);
        goto done;
    }
    response_split(&words, text.data);
    if (!words_ok(&words))
        out->failed = true;
    else if (words.count)
        err = expand(out, words.items, files, diag);
done:
    words_fini(&words);
    str_fini(&text);
    return err;
}

static int expand(struct words *out, char *const *argv, int *files,
                  struct mps_diag *diag)
{
    for (; *argv; argv++) {
        int err =
            **argv == '@' ? expand_file(out, *argv + 1, files, diag) : -ENOENT;
        if (err == -ENOENT)
            words_add(out, *argv);
        else if (err)
            return err;
    }
    return 0;
}

int response_expand(struct words *out, char *const *argv, struct mps_diag *diag)
{
    int files = 0;
    int err = expand(out, argv, &files, diag);
    if (!err && !words_ok(out))
        err = diag_set(diag, -ENOMEM, "out of memory");
    return err;
}
