/* Opens the library given, and exits with 0 when it does its work. */
#include <dlfcn.h>
#include <stdio.h>

#include "part.h"

int main(int argc, char **argv)
{
    void *library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    long (*fill)(struct record *, const char *);
    *(void **)&fill = dlsym(library, "part_fill");
    static struct record record;
    return fill && fill(&record, "text") == 1 && record.copy[3] == 't' ? 0 : 1;
}
