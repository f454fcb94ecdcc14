#include "demangle.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef char *demangler(const char *name, char *out, size_t *size, int *status);

static demangler *ask; /* set once; NULL: there is none */

static void find_demangler(void)
{
    void *library = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);
    void *found = library ? dlsym(library, "__cxa_demangle") : NULL;
    memcpy(&ask, &found, sizeof(found));
}

static bool ends_with(const char *name, size_t len, const char *end)
{
    size_t its = strlen(end);
    return len > its && !memcmp(name + len - its, end, its);
}

/* The length of NAME without "(int, char) const". */
static size_t without_parameters(const char *name)
{
    static const char *const qualifiers[] = {" const", " volatile", " &&",
                                             " &"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof(qualifiers) / sizeof(qualifiers[0]); i++)
        if (ends_with(name, len, qualifiers[i])) {
            len -= strlen(qualifiers[i]);
            i = (size_t)-1;
        }
    if (!len || name[len - 1] != ')')
        return strlen(name);
    size_t depth = 0;
    for (size_t at = len; at-- > 0;) {
        depth += name[at] == ')';
        depth -= name[at] == '(';
        if (!depth)
            return at ? at : strlen(name);
    }
    return strlen(name);
}

/* Where the name proper begins: templates have their return type in front. */
static const char *without_type(const char *name)
{
    const char *start = name;
    int depth = 0;
    for (const char *at = name; *at; at++) {
        if (!depth && !strncmp(at, "operator", 8))
            break;
        depth += *at == '<' || *at == '(' || *at == '{';
        depth -= *at == '>' || *at == ')' || *at == '}';
        if (!depth && *at == ' ')
            start = at + 1;
    }
    return *start ? start : name;
}

void demangle_shorten(char *name)
{
    name[without_parameters(name)] = '\0';
    const char *start = without_type(name);
    memmove(name, start, strlen(start) + 1);
}

void demangle(const char *name, char *out, size_t size)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char *plain = NULL;
    int status = 0;
    if (!strncmp(name, "_Z", 2)) {
        pthread_once(&once, find_demangler);
        plain = ask ? ask(name, NULL, NULL, &status) : NULL;
    }
    if (plain)
        demangle_shorten(plain);
    snprintf(out, size, "%s", plain ? plain : name);
    free(plain);
}
