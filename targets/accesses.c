/* accesses private|shared PASSES: add 1 to each of some words in memory of
 * one's own, or shared, again and again; nothing else. What the cost of an
 * access that mpstress sees is measured on, beside the same program built for
 * ThreadSanitizer and built plain. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { WORDS = 1024 };

__attribute__((noinline)) static void pass(int *words)
{
    for (int i = 0; i < WORDS; i++)
        words[i] += 1;
}

int main(int argc, char **argv)
{
    long passes = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    int shared = argc > 1 && !strcmp(argv[1], "shared");
    if (passes < 0 || (!shared && strcmp(argv[1], "private"))) {
        fprintf(stderr, "usage: accesses private|shared PASSES\n");
        return 2;
    }
    int *words = mmap(NULL, WORDS * sizeof(*words), PROT_READ | PROT_WRITE,
                      MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE), -1,
                      0);
    if (words == MAP_FAILED)
        return 1;
    for (long i = 0; i < passes; i++)
        pass(words);
    return words[0] != (int)passes;
}
