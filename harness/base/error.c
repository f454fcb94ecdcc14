#include "error.h"

#include <string.h>

const char *error_text(int code)
{
    static const char *const texts[] = {
#define MPS_ERROR_TEXT(name, text) text,
        MPS_ERRORS(MPS_ERROR_TEXT)
#undef MPS_ERROR_TEXT
    };
    if (!code)
        return "success";
    int index = -code - MPS_ERROR_BASE - 1;
    if (index >= 0 && index < (int)(sizeof(texts) / sizeof(texts[0])))
        return texts[index];
    const char *text = strerrordesc_np(-code);
    return text ? text : "unknown error";
}
