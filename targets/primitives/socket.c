/* Sockets between processes. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "primitives/primitives.h"

enum { QUESTIONS = 5, SUM = QUESTIONS * (QUESTIONS + 1) / 2 };

static void end_close(int fd)
{
    need(!close(fd), "close");
}

/* -- Pairs ------------------------------------------------------------------
 */

/* Answer with the double until the other side is closed. */
static void answer(int fd)
{
    int number;
    ssize_t got;
    while ((got = recv(fd, &number, sizeof(number), MSG_WAITALL)) > 0) {
        need(got == sizeof(number), "whole question");
        number *= 2;
        need(send(fd, &number, sizeof(number), 0) == sizeof(number), "send");
    }
    need(!got, "recv");
}

/* The sum of the answers. */
static long ask(int fd)
{
    long sum = 0;
    for (int i = 1; i <= QUESTIONS; i++) {
        int number = i;
        need(send(fd, &number, sizeof(number), 0) == sizeof(number), "send");
        need(recv(fd, &number, sizeof(number), MSG_WAITALL) == sizeof(number),
             "recv");
        sum += number;
    }
    return sum;
}

static void answer_pair(void *context)
{
    const int *pair = context;
    end_close(pair[0]);
    answer(pair[1]);
}

static int run_stream(const void *settings)
{
    (void)settings;
    int pair[2];
    need(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair),
         "socketpair");
    pid_t child = child_start(answer_pair, pair);
    end_close(pair[1]);
    long sum = ask(pair[0]);
    need(!shutdown(pair[0], SHUT_WR), "shutdown");
    child_end(child);
    end_close(pair[0]);
    return report(sum, 2 * SUM);
}

/* Datagrams of 1, 2, 3 ... bytes; the last one is empty. */
static void send_datagrams(void *context)
{
    const int *pair = context;
    const char bytes[QUESTIONS] = "....";
    for (size_t size = 1; size <= QUESTIONS; size++)
        need(send(pair[1], bytes, size, 0) == (ssize_t)size, "send");
    need(!send(pair[1], bytes, 0, 0), "send");
}

static int run_datagram(const void *settings)
{
    (void)settings;
    int pair[2];
    need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair),
         "socketpair");
    pid_t child = child_start(send_datagrams, pair);
    long sum = 0;
    for (ssize_t expected = 1; expected <= QUESTIONS + 1; expected++) {
        char bytes[64];
        ssize_t got = recv(pair[0], bytes, sizeof(bytes), 0);
        need(got == (expected > QUESTIONS ? 0 : expected), "whole datagram");
        sum += got;
    }
    child_end(child);
    end_close(pair[0]);
    end_close(pair[1]);
    return report(sum, SUM);
}

/* The same, taken as they come and then all the others at once. */
static int run_messages(const void *settings)
{
    (void)settings;
    int pair[2];
    need(!socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair),
         "socketpair");
    pid_t child = child_start(send_datagrams, pair);
    enum { MESSAGES = QUESTIONS + 1 };
    char bytes[MESSAGES][64];
    struct iovec parts[MESSAGES];
    struct mmsghdr messages[MESSAGES];
    memset(messages, 0, sizeof(messages));
    for (int i = 0; i < MESSAGES; i++) {
        parts[i] = (struct iovec){bytes[i], sizeof(bytes[i])};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int got = recvmmsg(pair[0], messages, MESSAGES, MSG_WAITFORONE, NULL);
    need(got > 0, "recvmmsg");
    if (got < MESSAGES)
        need(recvmmsg(pair[0], messages + got, (unsigned)(MESSAGES - got), 0,
                      NULL) == MESSAGES - got,
             "all messages");
    long sum = 0;
    for (int i = 0; i < MESSAGES; i++)
        sum += messages[i].msg_len;
    child_end(child);
    end_close(pair[0]);
    end_close(pair[1]);
    return report(sum, SUM);
}

/* -- Listeners --------------------------------------------------------------
 */

enum { CLIENTS = 2 };

struct address {
    int family;
    socklen_t size;
    struct sockaddr_storage name;
};

static int socket_new(const struct address *address)
{
    int fd = socket(address->family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(fd >= 0, "socket");
    return fd;
}

/* Connect, ask, and leave. */
static void be_client(void *context)
{
    const struct address *address = context;
    int fd = socket_new(address);
    need(!connect(fd, (const struct sockaddr *)&address->name, address->size),
         "connect");
    need(ask(fd) == 2 * SUM, "answers");
    end_close(fd);
}

/* Clients come to the listening socket FD and are served one by one. */
static int serve(int fd, struct address *address)
{
    pid_t clients[CLIENTS];
    for (int i = 0; i < CLIENTS; i++)
        clients[i] = child_start(be_client, address);
    long served = 0;
    while (served < CLIENTS) {
        int client = accept(fd, NULL, NULL);
        need(client >= 0, "accept");
        answer(client);
        end_close(client);
        served++;
    }
    for (int i = 0; i < CLIENTS; i++)
        child_end(clients[i]);
    end_close(fd);
    return report(served, CLIENTS);
}

static int run_unix(const void *settings)
{
    (void)settings;
    struct scratch scratch;
    struct address address = {AF_UNIX, sizeof(struct sockaddr_un), {0}};
    struct sockaddr_un *name = (struct sockaddr_un *)&address.name;
    scratch_init(&scratch);
    name->sun_family = AF_UNIX;
    memcpy(name->sun_path, scratch.path, sizeof(scratch.path));
    int fd = socket_new(&address);
    need(!bind(fd, (struct sockaddr *)name, sizeof(*name)), "bind");
    need(!listen(fd, CLIENTS), "listen");
    int status = serve(fd, &address);
    scratch_fini(&scratch);
    return status;
}

static int run_tcp(const void *settings)
{
    (void)settings;
    struct address address = {AF_INET, sizeof(struct sockaddr_in), {0}};
    struct sockaddr_in *name = (struct sockaddr_in *)&address.name;
    name->sin_family = AF_INET;
    name->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket_new(&address);
    need(!bind(fd, (struct sockaddr *)name, sizeof(*name)), "bind");
    need(!getsockname(fd, (struct sockaddr *)name, &address.size),
         "getsockname");
    need(!listen(fd, CLIENTS), "listen");
    return serve(fd, &address);
}

const struct program_variant socket_variants[] = {
    {"socketpair-stream", "right: questions and answers.", run_stream},
    {"socketpair-datagram", "right: datagrams keep their bounds.",
     run_datagram},
    {"socketpair-messages", "right: several messages taken by one call.",
     run_messages},
    {"unix-socket", "right: a listener and two clients.", run_unix},
    {"tcp-socket", "right: the same over TCP on the loopback.", run_tcp},
    {NULL, NULL, NULL},
};
