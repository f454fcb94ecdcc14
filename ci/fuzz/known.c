/* Lists of accepted findings (campaign/known.h), as `run --known` takes them.
 * What is read is printed and read again. */
#include "fuzz.h"

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"
#include "campaign/known.h"

static void read_again(const struct known_list *list)
{
    struct known_list again = {NULL, 0};
    struct mps_diag diag = {.text = ""};
    struct str text;
    str_init(&text);
    for (size_t i = 0; i < list->count; i++)
        str_addf(&text, "%s  %s\n", list->items[i].id, list->items[i].reason);
    must(str_ok(&text) &&
         !known_parse(&again, "again", text.data, text.len, &diag));
    must(again.count == list->count);
    for (size_t i = 0; i < list->count; i++)
        must(!strcmp(known_reason(&again, list->items[i].id),
                     list->items[i].reason));
    str_fini(&text);
    known_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct known_list list = {NULL, 0};
    struct mps_diag diag = {.text = ""};
    /* Of its own size, so that reading beyond is seen. */
    char *text = malloc(size ? size : 1);
    must(text);
    memcpy(text, bytes, size);
    if (known_parse(&list, "known.txt", text, size, &diag))
        must_be_a_reason(diag.text);
    else
        read_again(&list);
    known_free(&list);
    free(text);
    return 0;
}
