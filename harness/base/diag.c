#include "diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int diag_set(struct mps_diag *diag, int code, const char *format, ...)
{
    if (!diag)
        return code;
    va_list args;
    va_start(args, format);
    int n = vsnprintf(diag->text, sizeof(diag->text), format, args);
    va_end(args);
    if (n >= (int)sizeof(diag->text))
        memcpy(diag->text + sizeof(diag->text) - 4, "...", 4);
    return code;
}
