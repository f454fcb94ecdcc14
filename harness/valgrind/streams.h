/* What the processes of a run wrote into one socket, apart by process.
 *
 * Valgrind gives a process that execs an XML file of its own, but a forked one
 * goes on writing into its parent's, at the same time as that (measured with
 * 3.19: their lines alternate). So all write into a socket, which tells for
 * each write who did it (SO_PASSCRED). One thread at a time. */
#ifndef MPS_VALGRIND_STREAMS_H
#define MPS_VALGRIND_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct stream;

/* Begin with zeros. */
struct streams {
    struct stream *items;
    size_t count;
    size_t total; /* bytes */
    bool cut;     /* more came than is kept, or memory ran out */
};

/* Make the pair of descriptors: *READ stays here and does not block, *WRITE is
 * for the processes. Both close-on-exec. -errno. */
int streams_open(int *read, int *write);

/* Take what FD has by now. 1 when there may be more, 0 at the end of it, when
 * no writer is left; -errno. */
int streams_take(struct streams *streams, int fd);

/* Take LEN bytes that process PID wrote. */
void streams_add(struct streams *streams, pid_t pid, const void *bytes,
                 size_t len);

/* A document of one process, or what a forked one added to its parent's, which
 * then has no head. */
struct stream_part {
    size_t process; /* from 1, in the order of their first words */
    pid_t pid;      /* as mpstress sees it */
    bool headless;
    const char *bytes; /* borrowed */
    size_t size;
};

/* Call VISIT for each, by process; one that execs begins another document.
 * Stops at the first that is not 0 and returns it. */
int streams_each(const struct streams *streams,
                 int (*visit)(void *context, const struct stream_part *part),
                 void *context);

void streams_fini(struct streams *streams);

#endif
