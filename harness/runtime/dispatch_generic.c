/* Architectures without Syscall User Dispatch: interposed calls only. */
#include "dispatch.h"

bool dispatch_setup(void)
{
    return false;
}

void dispatch_arm(void)
{
}
