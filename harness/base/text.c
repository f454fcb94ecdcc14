#include "text.h"

char *text_put(char *at, char *end, const char *text)
{
    while (*text && at < end - 1)
        *at++ = *text++;
    if (at < end)
        *at = '\0';
    return at;
}

char *text_put_u64(char *at, char *end, uint64_t number)
{
    char digits[24];
    char *first = digits + sizeof(digits) - 1;
    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return text_put(at, end, first);
}
