/* exit: the root ended with the status that the scenario demands. */
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "check/files.h"
#include "check/show.h"
#include "oracle.h"

enum { TAIL_BYTES = 600, TAIL_LINES = 5 };

/* What a program says on its way out is on stderr. */
static void show_tail(struct str *s, int fd)
{
    char tail[TAIL_BYTES];
    size_t size = files_read_tail(fd, tail, sizeof(tail));
    size_t start = size;
    for (size_t lines = 0; start > 0; start--)
        if (tail[start - 1] == '\n' && start < size && ++lines == TAIL_LINES)
            break;
    if (size)
        str_add(s, "stderr ends with\n");
    while (start < size) {
        const char *end = memchr(tail + start, '\n', size - start);
        size_t length = end ? (size_t)(end - tail) - start : size - start;
        str_add(s, "    ");
        show_bytes(s, tail + start, length, TAIL_BYTES);
        str_add_char(s, '\n');
        start += length + 1;
    }
}

int oracle_exit(struct judge *judge, const struct invariant *invariant)
{
    int status = judge->outcome->status;
    int64_t wanted;
    int err = judge_evaluate(judge, invariant, invariant->value, &wanted);
    if (err || (WIFEXITED(status) && WEXITSTATUS(status) == wanted))
        return err;

    struct str text;
    str_init(&text);
    judge_show_value(&text, invariant->value, wanted);
    struct finding *finding =
        judge_violation(judge, invariant, "exit status is %d, expected %s",
                        WEXITSTATUS(status), text.data);
    judge_expected(judge, finding, "%s", text.data);
    judge_actual(judge, finding, "%d", WEXITSTATUS(status));
    str_clear(&text);
    show_tail(&text, judge->outcome->stderr_fd);
    judge_detail(judge, finding, &text);

    const struct segment_op *op = segment_op_current(judge->segment, 0);
    struct location location;
    if (op && op->kind == OP_KIND_EXIT &&
        judge_locate(judge, op->site, &location) &&
        symbols_is_user_code(&location))
        judge_location(judge, finding, &location, 0, "ended the target");
    return 0;
}
