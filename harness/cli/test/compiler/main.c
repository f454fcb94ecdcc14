/* Exits with 0 when a child's work is seen through shared memory. */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "part.h"

int main(void)
{
    struct record *record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE,
                                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (record == MAP_FAILED)
        return 1;
    pid_t child = fork();
    if (child == 0)
        _exit(part_fill(record, "a child's work") == 1 ? 0 : 1);
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
        return 1;
    return record->count == 1 && !strcmp(record->copy, "a child's work") ? 0
                                                                         : 1;
}
