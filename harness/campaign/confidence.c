#include "confidence.h"

#include <math.h>

uint64_t confidence_iterations(double confidence, double max_rate)
{
    double n = log1p(-confidence) / log1p(-max_rate);
    if (!(n < 1e15))
        return 0;
    /* Where it is a whole number, the rounding of the logarithms shall not add
     * one. */
    n = ceil(n * (1 - 1e-12));
    return n < 1 ? 1 : (uint64_t)n;
}
