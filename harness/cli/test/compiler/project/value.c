#include "value.h"

int value_next(int *value)
{
    return ++*value;
}
