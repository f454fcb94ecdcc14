/* Clerks sell the seats of one hall; what mpstress is told of it. */
#include <mpstress/mpstress.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static int *left; /* seats not sold yet, shared by all clerks */

static int sell(void)
{
    int seat = __atomic_load_n(left, __ATOMIC_SEQ_CST);
    if (seat == 0)
        return 0;
    mps_point("chosen"); /* another task may go first here */
    __atomic_store_n(left, seat - 1, __ATOMIC_SEQ_CST);
    mps_emit_u64("sold", (uint64_t)seat);
    return seat;
}

int main(int argc, char **argv)
{
    int workers = argc > 1 ? atoi(argv[1]) : 2, sold = 0;
    left = mmap(NULL, sizeof(*left), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (left == MAP_FAILED)
        return 1;
    *left = (int)mps_param_int("seats", 40); /* 40 outside mpstress */
    for (int i = 0; i < workers; i++)
        if (fork() == 0) {
            mps_task_name("clerk");
            while (sell())
                sold++;
            mps_sometimes(sold > 0, "a clerk sold a seat");
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    mps_observe("left", *left);
    return 0;
}
