#include "array.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_SIZE = 80, PREFIX_MAX = 32, NAME_TRIES = 100, VERSION = 1 };

/* The start of the shared memory; the items follow. */
struct header {
    uint64_t magic;
    uint64_t version;
    uint64_t count;
    uint64_t item_size;
    uint64_t unused[4];
};

static_assert(sizeof(struct header) == 64, "items are aligned to 64 bytes");

static const uint64_t magic = 0x796172726120706du; /* "mp array" */

struct mp_array {
    struct header *header;
    size_t memory_size;
    pid_t creator; /* 0: attached, or the name is gone */
    char name[NAME_SIZE];
};

/* Create a segment nobody else has. Pids come again, in other PID namespaces
 * at the same time, so a name made of one needs the random number and, where
 * even that repeats, another try. */
static int create_segment(struct mp_array *array, const char *prefix)
{
    for (unsigned i = 0; i < NAME_TRIES; i++) {
        uint32_t number;
        if (getrandom(&number, sizeof(number), 0) != sizeof(number))
            return -errno;
        snprintf(array->name, sizeof(array->name), "/%.*s.%ld.%08x", PREFIX_MAX,
                 prefix, (long)getpid(), number + i);
        int fd = shm_open(array->name, O_RDWR | O_CREAT | O_EXCL, 0600);
        if (fd >= 0)
            return fd;
        if (errno != EEXIST)
            return -errno;
    }
    return -EEXIST;
}

static int map(struct mp_array *array, int fd, size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    array->header = memory;
    array->memory_size = size;
    return 0;
}

static bool valid_prefix(const char *prefix)
{
    size_t valid = strspn(prefix, "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    return valid && valid <= PREFIX_MAX && !prefix[valid];
}

int mp_array_create(struct mp_array **out, const char *prefix, size_t count,
                    size_t item_size)
{
    *out = NULL;
    if (!count || !item_size || !valid_prefix(prefix))
        return -EINVAL;
    size_t size;
    if (__builtin_mul_overflow(count, item_size, &size) ||
        __builtin_add_overflow(size, sizeof(struct header), &size) ||
        size > PTRDIFF_MAX)
        return -EOVERFLOW;
    struct mp_array *array = calloc(1, sizeof(*array));
    if (!array)
        return -ENOMEM;
    int err = 0;
    int fd = create_segment(array, prefix);
    if (fd < 0) {
        err = fd;
        goto free_array;
    }
    /* Not ftruncate(): when memory is short, that succeeds and the first
     * store is killed by SIGBUS. */
    do {
        err = -posix_fallocate(fd, 0, (off_t)size);
    } while (err == -EINTR);
    if (!err)
        err = map(array, fd, size);
    close(fd);
    if (err)
        goto unlink_segment;
    *array->header = (struct header){.magic = magic,
                                     .version = VERSION,
                                     .count = count,
                                     .item_size = item_size};
    array->creator = getpid();
    *out = array;
    return 0;
unlink_segment:
    shm_unlink(array->name);
free_array:
    free(array);
    return err;
}

/* Whether the mapped memory is a whole array of this library. */
static int check_header(const struct mp_array *array)
{
    const struct header *header = array->header;
    size_t size;
    if (header->magic != magic || header->version != VERSION ||
        __builtin_mul_overflow(header->count, header->item_size, &size) ||
        size != array->memory_size - sizeof(*header))
        return -EPROTO;
    return 0;
}

int mp_array_attach(struct mp_array **out, const char *name)
{
    *out = NULL;
    struct mp_array *array = calloc(1, sizeof(*array));
    if (!array)
        return -ENOMEM;
    int err = 0;
    if (strlen(name) >= sizeof(array->name)) {
        err = -ENAMETOOLONG;
        goto free_array;
    }
    memcpy(array->name, name, strlen(name) + 1);
    int fd = shm_open(name, O_RDWR, 0);
    if (fd < 0) {
        err = -errno;
        goto free_array;
    }
    struct stat status;
    if (fstat(fd, &status) < 0)
        err = -errno;
    else if ((size_t)status.st_size <= sizeof(struct header))
        err = -EPROTO;
    else
        err = map(array, fd, (size_t)status.st_size);
    close(fd);
    if (err)
        goto free_array;
    err = check_header(array);
    if (err)
        goto unmap;
    *out = array;
    return 0;
unmap:
    munmap(array->header, array->memory_size);
free_array:
    free(array);
    return err;
}

const char *mp_array_name(const struct mp_array *array)
{
    return array->name;
}

void *mp_array_items(const struct mp_array *array)
{
    return array->header + 1;
}

size_t mp_array_count(const struct mp_array *array)
{
    return array->header->count;
}

size_t mp_array_item_size(const struct mp_array *array)
{
    return array->header->item_size;
}

int mp_array_unlink(struct mp_array *array)
{
    array->creator = 0;
    if (shm_unlink(array->name) < 0 && errno != ENOENT)
        return -errno;
    return 0;
}

void mp_array_close(struct mp_array *array)
{
    if (!array)
        return;
    /* A child that inherited the handle is not the creator. */
    if (array->creator == getpid())
        mp_array_unlink(array);
    munmap(array->header, array->memory_size);
    free(array);
}
