#include "streams.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/str.h"

/* "1:<?xml a|2!rest|": process, ! without a head, bytes. */
static int note(void *context, const struct stream_part *part)
{
    struct str *seen = context;
    str_addf(seen, "%zu%s", part->process, part->headless ? "!" : ":");
    str_add_bytes(seen, part->bytes, part->size);
    str_add_char(seen, '|');
    return 0;
}

static void expect_parts(const struct streams *streams, const char *parts)
{
    struct str seen;
    str_init(&seen);
    cr_expect_eq(streams_each(streams, note, &seen), 0);
    cr_expect_str_eq(seen.data, parts);
    str_fini(&seen);
}

static void add(struct streams *streams, pid_t pid, const char *text)
{
    streams_add(streams, pid, text, strlen(text));
}

Test(streams, keeps_processes_apart_that_write_at_once)
{
    struct streams streams = {0};
    add(&streams, 10, "<?xml a");
    add(&streams, 11, "b1");
    add(&streams, 12, "c1");
    add(&streams, 11, "b2");
    add(&streams, 10, "a2");
    expect_parts(&streams, "1:<?xml aa2|2!b1b2|3!c1|");
    streams_fini(&streams);
}

Test(streams, begins_another_document_when_a_process_execs)
{
    struct streams streams = {0};
    add(&streams, 10, "forked<?xml one");
    add(&streams, 10, "<?xml two");
    expect_parts(&streams, "1!forked|1:<?xml one|1:<?xml two|");
    streams_fini(&streams);
}

static int refuse(void *context, const struct stream_part *part)
{
    (void)part;
    ++*(int *)context;
    return -5;
}

Test(streams, stops_at_the_first_that_is_refused)
{
    struct streams streams = {0};
    int calls = 0;
    cr_expect_eq(streams_each(&streams, refuse, &calls), 0);
    add(&streams, 10, "a");
    add(&streams, 11, "b");
    cr_expect_eq(streams_each(&streams, refuse, &calls), -5);
    cr_expect_eq(calls, 1);
    streams_fini(&streams);
}

/* Write PIECES times by turns with others, "X1X2X3". */
_Noreturn static void write_pieces(int fd, char mark, int pieces)
{
    for (int i = 0; i < pieces; i++) {
        char text[16];
        int n = snprintf(text, sizeof(text), "%c%d;", mark, i);
        if (io_write_all(fd, text, (size_t)n))
            _exit(1);
    }
    _exit(0);
}

static int count_whole(void *context, const struct stream_part *part)
{
    int *whole = context;
    struct str expected;
    str_init(&expected);
    for (int i = 0; i < 500; i++)
        str_addf(&expected, "%c%d;", part->bytes[0], i);
    *whole += expected.len == part->size &&
              !memcmp(expected.data, part->bytes, part->size);
    str_fini(&expected);
    return 0;
}

Test(streams, tells_real_writers_by_their_pids, .timeout = 30)
{
    enum { WRITERS = 4 };
    int in, out;
    cr_assert_eq(streams_open(&in, &out), 0);
    pid_t pids[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        if (!pids[i])
            write_pieces(out, (char)('a' + i), 500);
    }
    close(out);
    struct streams streams = {0};
    int more;
    while ((more = streams_take(&streams, in)) == 1) {
        struct pollfd polled = {.fd = in, .events = POLLIN};
        poll(&polled, 1, 1000);
    }
    cr_expect_eq(more, 0);
    for (int i = 0; i < WRITERS; i++) {
        int status;
        cr_expect_eq(waitpid(pids[i], &status, 0), pids[i]);
        cr_expect_eq(status, 0);
    }
    int whole = 0;
    cr_expect_eq(streams.count, WRITERS);
    streams_each(&streams, count_whole, &whole);
    cr_expect_eq(whole, WRITERS);
    close(in);
    streams_fini(&streams);
}

Test(streams, keeps_no_descriptors_that_are_sent_along)
{
    int in, out, before = dup(STDIN_FILENO);
    cr_assert_eq(streams_open(&in, &out), 0);
    close(before);
    int sent = open("/dev/null", O_RDONLY | O_CLOEXEC);
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))] = {0};
    char byte = 'x';
    struct iovec part = {&byte, 1};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(c), (int[]){sent, sent}, 2 * sizeof(int));
    cr_assert_eq(sendmsg(out, &message, 0), 1);
    int free_before = dup(sent);
    close(free_before);
    struct streams streams = {0};
    cr_expect_eq(streams_take(&streams, in), 1);
    int free_after = dup(sent);
    cr_expect_eq(free_after, free_before);
    cr_expect_eq(streams.total, 1);
    const int fds[] = {free_after, sent, in, out};
    for (size_t i = 0; i < 4; i++)
        close(fds[i]);
    streams_fini(&streams);
}
