/* memcpy() and its like, called by instrumented code: what they read and write
 * is noted as if the caller did it itself. Calls from other code pass: what
 * orders those may be hidden, too. Inside libc nothing comes here at all.
 *
 * They run before anything else, in the dynamic linker's relocation of other
 * libraries even: until the real ones are known, plain loops do. The compiler
 * must not make calls of them again: see the flags of this file. */
#include <string.h>
#include <strings.h>

#include "abi.h"
#include "init.h"

/* -- The real ones
 * ------------------------------------------------------------*/

#define STRINGS(X) \
    X(memcpy)      \
    X(memmove)     \
    X(mempcpy)     \
    X(memset)      \
    X(memcmp)      \
    X(memchr)      \
    X(memrchr)     \
    X(strlen)      \
    X(strnlen)     \
    X(strcpy)      \
    X(stpcpy)      \
    X(strncpy)     \
    X(strcat)      \
    X(strncat)     \
    X(strcmp)      \
    X(strncmp)     \
    X(strcasecmp)  \
    X(strncasecmp) \
    X(strchr)      \
    X(strrchr)     \
    X(strstr)      \
    X(strdup)

#define FIELD(name) __typeof__(&name) name;
static struct {
    STRINGS(FIELD)
} libc;

__attribute__((constructor(101))) static void resolve(void)
{
    void *found;
#define FIND(name)                   \
    found = dlsym(RTLD_NEXT, #name); \
    if (found)                       \
        __builtin_memcpy(&libc.name, &found, sizeof(found));
    STRINGS(FIND)
#undef FIND
}

/* -- Until then
 * ---------------------------------------------------------------*/

static void *copy_forwards(void *to, const void *from, size_t size)
{
    char *out = to;
    const char *in = from;
    for (size_t i = 0; i < size; i++)
        out[i] = in[i];
    return to;
}

static void *copy(void *to, const void *from, size_t size)
{
    char *out = to;
    const char *in = from;
    if ((uintptr_t)to <= (uintptr_t)from)
        return copy_forwards(to, from, size);
    for (size_t i = size; i-- > 0;)
        out[i] = in[i];
    return to;
}

static void *fill(void *to, int byte, size_t size)
{
    char *out = to;
    for (size_t i = 0; i < size; i++)
        out[i] = (char)byte;
    return to;
}

static size_t length(const char *text, size_t limit)
{
    size_t n = 0;
    while (n < limit && text[n])
        n++;
    return n;
}

/* How many bytes A and B have in common, at most LIMIT; TEXT: up to the end of
 * the shorter one, and the end counts as a difference. */
static size_t common(const void *a, const void *b, size_t limit, bool text)
{
    const char *left = a, *right = b;
    size_t n = 0;
    while (n < limit && left[n] == right[n] && !(text && !left[n]))
        n++;
    return n;
}

static int compare(const void *a, const void *b, size_t limit, bool text)
{
    size_t n = common(a, b, limit, text);
    return n == limit
               ? 0
               : ((const unsigned char *)a)[n] - ((const unsigned char *)b)[n];
}

/* -- Noting
 * -------------------------------------------------------------------*/

/* Whether the caller at PC is to be looked at. */
static inline bool is_seen(const void *pc)
{
    return __builtin_expect(access_mode, 0) && init_is_instrumented(pc);
}

#define READS(address, size) access_note_range((address), (size), 0, pc)
#define WRITES(address, size) \
    access_note_range((address), (size), MEMORY_WRITE, pc)

/* The function NAME: what it does to memory is NOTES, with PC the caller; CALL
 * its real one; EARLY what gives the same without it. */
#define STRING(type, name, params, args, notes, early_result) \
    EXPORT type name params                                   \
    {                                                         \
        const void *pc = CALLER();                            \
        if (is_seen(pc)) {                                    \
            notes;                                            \
        }                                                     \
        if (__builtin_expect(!libc.name, 0))                  \
            return early_result;                              \
        return libc.name args;                                \
    }

STRING(void *, memcpy,
       (void *restrict to, const void *restrict from, size_t size),
       (to, from, size), (READS(from, size), WRITES(to, size)),
       copy_forwards(to, from, size))
STRING(void *, mempcpy,
       (void *restrict to, const void *restrict from, size_t size),
       (to, from, size), (READS(from, size), WRITES(to, size)),
       (char *)copy_forwards(to, from, size) + size)
STRING(void *, memmove, (void *to, const void *from, size_t size),
       (to, from, size), (READS(from, size), WRITES(to, size)),
       copy(to, from, size))
STRING(void *, memset, (void *to, int byte, size_t size), (to, byte, size),
       WRITES(to, size), fill(to, byte, size))

/* How far a comparison looks nobody knows: up to the first difference for
 * certain. */
STRING(int, memcmp, (const void *a, const void *b, size_t size), (a, b, size),
       size_t n = common(a, b, size, false);
       n += n < size; READS(a, n); READS(b, n), compare(a, b, size, false))

static const void *find_byte(const void *bytes, int byte, size_t size)
{
    const char *at = bytes;
    for (size_t i = 0; i < size; i++)
        if (at[i] == (char)byte)
            return at + i;
    return NULL;
}

static const void *find_last(const void *bytes, int byte, size_t size)
{
    const char *at = bytes;
    while (size-- > 0)
        if (at[size] == (char)byte)
            return at + size;
    return NULL;
}

/* libc's take const and give what they found without it. */
static void *mutable(const void *address)
{
    void *result;
    __builtin_memcpy(&result, &address, sizeof(result));
    return result;
}

#define UP_TO(bytes, found, size)                                          \
    ((found) ? (size_t)((const char *)(found) - (const char *)(bytes)) + 1 \
             : (size))

STRING(void *, memchr, (const void *bytes, int byte, size_t size),
       (bytes, byte, size),
       READS(bytes, UP_TO(bytes, find_byte(bytes, byte, size), size)),
       mutable(find_byte(bytes, byte, size)))
STRING(void *, memrchr, (const void *bytes, int byte, size_t size),
       (bytes, byte, size), READS(bytes, size),
       mutable(find_last(bytes, byte, size)))

/* -- Texts
 * --------------------------------------------------------------------*/

#define WHOLE(text) (length((text), SIZE_MAX) + 1)

/* Of a text that is looked at up to LIMIT, its end included. */
static size_t part_of(const char *text, size_t limit)
{
    size_t n = length(text, limit);
    return n < limit ? n + 1 : n;
}

STRING(size_t, strlen, (const char *text), (text), READS(text, WHOLE(text)),
       length(text, SIZE_MAX))
STRING(size_t, strnlen, (const char *text, size_t limit), (text, limit),
       READS(text, part_of(text, limit)), length(text, limit))
STRING(char *, strcpy, (char *restrict to, const char *restrict from),
       (to, from), (READS(from, WHOLE(from)), WRITES(to, WHOLE(from))),
       copy_forwards(to, from, WHOLE(from)))
STRING(char *, stpcpy, (char *restrict to, const char *restrict from),
       (to, from), (READS(from, WHOLE(from)), WRITES(to, WHOLE(from))),
       (char *)copy_forwards(to, from, WHOLE(from)) + WHOLE(from) - 1)

/* Padded with zeros. */
static char *copy_padded(char *to, const char *from, size_t size)
{
    size_t n = length(from, size);
    copy_forwards(to, from, n);
    fill(to + n, 0, size - n);
    return to;
}
STRING(char *, strncpy,
       (char *restrict to, const char *restrict from, size_t size),
       (to, from, size), (READS(from, part_of(from, size)), WRITES(to, size)),
       copy_padded(to, from, size))

static char *append(char *to, const char *from, size_t limit)
{
    size_t n = length(from, limit);
    char *end = to + length(to, SIZE_MAX);
    copy_forwards(end, from, n);
    end[n] = '\0';
    return to;
}
STRING(char *, strcat, (char *restrict to, const char *restrict from),
       (to, from), size_t n = length(to, SIZE_MAX);
       READS(to, n + 1); READS(from, WHOLE(from));
       WRITES(to + n, WHOLE(from)), append(to, from, SIZE_MAX))
STRING(char *, strncat,
       (char *restrict to, const char *restrict from, size_t limit),
       (to, from, limit), size_t n = length(to, SIZE_MAX);
       READS(to, n + 1); READS(from, part_of(from, limit));
       WRITES(to + n, length(from, limit) + 1), append(to, from, limit))

STRING(int, strcmp, (const char *a, const char *b), (a, b),
       size_t n = common(a, b, SIZE_MAX, true) + 1;
       READS(a, n); READS(b, n), compare(a, b, SIZE_MAX, true))
STRING(int, strncmp, (const char *a, const char *b, size_t limit),
       (a, b, limit), size_t n = common(a, b, limit, true);
       n += n < limit; READS(a, n);
       READS(b, n),
       common(a, b, limit, true) == limit ? 0 : compare(a, b, limit, true))

static int lower(char c)
{
    unsigned char byte = (unsigned char)c;
    return byte >= 'A' && byte <= 'Z' ? byte + 'a' - 'A' : byte;
}

static size_t common_letters(const char *a, const char *b, size_t limit)
{
    size_t n = 0;
    while (n < limit && lower(a[n]) == lower(b[n]) && a[n])
        n++;
    return n;
}

static int compare_letters(const char *a, const char *b, size_t limit)
{
    size_t n = common_letters(a, b, limit);
    return n == limit ? 0 : lower(a[n]) - lower(b[n]);
}
STRING(int, strcasecmp, (const char *a, const char *b), (a, b),
       size_t n = common_letters(a, b, SIZE_MAX) + 1;
       READS(a, n); READS(b, n), compare_letters(a, b, SIZE_MAX))
STRING(int, strncasecmp, (const char *a, const char *b, size_t limit),
       (a, b, limit), size_t n = common_letters(a, b, limit);
       n += n < limit; READS(a, n); READS(b, n), compare_letters(a, b, limit))

STRING(char *, strchr, (const char *text, int byte), (text, byte),
       READS(text,
             UP_TO(text, find_byte(text, byte, WHOLE(text)), WHOLE(text))),
       mutable(find_byte(text, byte, WHOLE(text))))
STRING(char *, strrchr, (const char *text, int byte), (text, byte),
       READS(text, WHOLE(text)), mutable(find_last(text, byte, WHOLE(text))))

static const char *find_text(const char *text, const char *wanted)
{
    size_t size = length(wanted, SIZE_MAX);
    for (; *text || !size; text++)
        if (common(text, wanted, size, false) == size)
            return text;
    return NULL;
}
STRING(char *, strstr, (const char *text, const char *wanted), (text, wanted),
       const char *found = find_text(text, wanted);
       READS(wanted, WHOLE(wanted));
       READS(text, found ? (size_t)(found - text) + length(wanted, SIZE_MAX)
                         : WHOLE(text)),
       mutable(find_text(text, wanted)))

static char *duplicate(const char *text)
{
    size_t size = WHOLE(text);
    char *result = malloc(size);
    return result ? copy_forwards(result, text, size) : NULL;
}
STRING(char *, strdup, (const char *text), (text), READS(text, WHOLE(text)),
       duplicate(text))

/* -- By their other names
 * -----------------------------------------------------*/

EXPORT int bcmp(const void *a, const void *b, size_t size)
{
    const void *pc = CALLER();
    if (is_seen(pc)) {
        size_t n = common(a, b, size, false);
        n += n < size;
        READS(a, n);
        READS(b, n);
    }
    return libc.memcmp ? libc.memcmp(a, b, size) : compare(a, b, size, false);
}

EXPORT void bzero(void *to, size_t size)
{
    const void *pc = CALLER();
    if (is_seen(pc))
        WRITES(to, size);
    if (libc.memset)
        libc.memset(to, 0, size);
    else
        fill(to, 0, size);
}

EXPORT void bcopy(const void *from, void *to, size_t size)
{
    const void *pc = CALLER();
    if (is_seen(pc)) {
        READS(from, size);
        WRITES(to, size);
    }
    if (libc.memmove)
        libc.memmove(to, from, size);
    else
        copy(to, from, size);
}

/* clang from 16 on calls these. */
#define HOOK(name, params, args, notes, early_result)     \
    ABI(void *, __tsan_##name, params)                    \
    {                                                     \
        const void *pc = CALLER();                        \
        if (access_mode) {                                \
            notes;                                        \
        }                                                 \
        return libc.name ? libc.name args : early_result; \
    }
HOOK(memcpy, (void *to, const void *from, size_t size), (to, from, size),
     (READS(from, size), WRITES(to, size)), copy_forwards(to, from, size))
HOOK(memmove, (void *to, const void *from, size_t size), (to, from, size),
     (READS(from, size), WRITES(to, size)), copy(to, from, size))
HOOK(memset, (void *to, int byte, size_t size), (to, byte, size),
     WRITES(to, size), fill(to, byte, size))
