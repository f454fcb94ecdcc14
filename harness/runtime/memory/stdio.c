/* Standard I/O on the buffers of instrumented code. What FILE keeps for itself
 * is libc's, behind locks that nobody sees, and not looked at. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "abi.h"
#include "init.h"
#include "modules.h"

#define STDIO(X) \
    X(fread)     \
    X(fwrite)    \
    X(fgets)     \
    X(fputs)     \
    X(puts)      \
    X(vsnprintf) \
    X(vsprintf)

#define FIELD(name) __typeof__(&name) name;
static struct {
    STDIO(FIELD)
    bool resolved;
} libc;

static void resolve(void)
{
    void *found;
#define FIND(name)                   \
    found = dlsym(RTLD_NEXT, #name); \
    memcpy(&libc.name, &found, sizeof(found));
    STDIO(FIND)
#undef FIND
    libc.resolved = true;
}

#define LIBC(name) (*(libc.resolved ? &libc : (resolve(), &libc))->name)

static void note(const void *address, size_t size, uint32_t flags,
                 const void *pc)
{
    if (__builtin_expect(access_mode, 0) && init_is_instrumented(pc))
        access_note_call(address, size, flags, modules_site(pc));
}

EXPORT size_t fread(void *restrict to, size_t size, size_t count,
                    FILE *restrict file)
{
    size_t got = LIBC(fread)(to, size, count, file);
    note(to, got * size, MEMORY_WRITE, CALLER());
    return got;
}

EXPORT size_t fwrite(const void *restrict from, size_t size, size_t count,
                     FILE *restrict file)
{
    note(from, count * size, 0, CALLER());
    return LIBC(fwrite)(from, size, count, file);
}

EXPORT char *fgets(char *restrict to, int size, FILE *restrict file)
{
    char *got = LIBC(fgets)(to, size, file);
    if (got && access_mode)
        note(to, strlen(to) + 1, MEMORY_WRITE, CALLER());
    return got;
}

EXPORT int fputs(const char *restrict text, FILE *restrict file)
{
    if (access_mode)
        note(text, strlen(text) + 1, 0, CALLER());
    return LIBC(fputs)(text, file);
}

EXPORT int puts(const char *text)
{
    if (access_mode)
        note(text, strlen(text) + 1, 0, CALLER());
    return LIBC(puts)(text);
}

/* -- Into memory
 * --------------------------------------------------------------*/

/* LENGTH characters were to be put into the SIZE bytes at TO. */
static void note_text(const char *to, size_t size, int length, const void *pc)
{
    if (length < 0 || !size)
        return;
    size_t bytes = (size_t)length + 1;
    note(to, bytes < size ? bytes : size, MEMORY_WRITE, pc);
}

EXPORT int vsnprintf(char *restrict to, size_t size,
                     const char *restrict format, va_list args)
{
    int length = LIBC(vsnprintf)(to, size, format, args);
    note_text(to, size, length, CALLER());
    return length;
}

EXPORT int snprintf(char *restrict to, size_t size, const char *restrict format,
                    ...)
{
    va_list args;
    va_start(args, format);
    int length = LIBC(vsnprintf)(to, size, format, args);
    va_end(args);
    note_text(to, size, length, CALLER());
    return length;
}

EXPORT int vsprintf(char *restrict to, const char *restrict format,
                    va_list args)
{
    int length = LIBC(vsprintf)(to, format, args);
    note_text(to, SIZE_MAX, length, CALLER());
    return length;
}

EXPORT int sprintf(char *restrict to, const char *restrict format, ...)
{
    va_list args;
    va_start(args, format);
    int length = LIBC(vsprintf)(to, format, args);
    va_end(args);
    note_text(to, SIZE_MAX, length, CALLER());
    return length;
}
