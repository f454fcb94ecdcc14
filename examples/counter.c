/* Two processes add to a number in shared memory. No tool that looks at one
 * process at a time sees what is wrong. */
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKERS = 2, INCREMENTS = 3 };

int main(void)
{
    int *total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (total == MAP_FAILED)
        return 1;
    for (int worker = 0; worker < WORKERS; worker++)
        if (fork() == 0) {
            for (int i = 0; i < INCREMENTS; i++)
                ++*total;
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    return *total != WORKERS * INCREMENTS;
}
