#include "rows.h"

#include <sys/mman.h>
#include <sys/syscall.h>

#include "sys.h"

struct task_rows *task_rows;

bool task_rows_map(void)
{
    if (task_rows)
        return true;
    long address =
        SYS6(SYS_mmap, 0, sizeof(struct task_rows), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (address < 0)
        return false;
    task_rows = (struct task_rows *)address;
    return true;
}
