#include "known.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/diag.h"
#include "base/error.h"
#include "base/str.h"

static int parse(struct known_list *list, const char *text,
                 struct mps_diag *diag)
{
    return known_parse(list, "k.txt", text, strlen(text), diag);
}

Test(known, reads_ids_with_their_reasons)
{
    struct known_list list = {0};
    struct mps_diag diag;
    cr_assert_eq(parse(&list,
                       "# accepted by ann\n\n"
                       "queue-0badf00d  ticket 17: may be late \r\n"
                       "\tpool-00000001\tour # 2",
                       &diag),
                 0);
    cr_assert_eq(list.count, 2);
    cr_expect_str_eq(known_reason(&list, "queue-0badf00d"),
                     "ticket 17: may be late");
    cr_expect_str_eq(known_reason(&list, "pool-00000001"), "our # 2");
    cr_expect_null(known_reason(&list, "pool-0000000"));
    cr_expect_null(known_reason(NULL, "pool-00000001"));
    known_free(&list);
}

Test(known, refuses_what_is_no_id_or_has_no_reason)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"a-00000001\n", "k.txt:1: 'a-00000001' is accepted for which reason?"},
        {"#\n\na-00000001   \n", "k.txt:3: "},
        {"a/b why\n", "k.txt:1: this is no id"},
        {"a-00000001 one\nb-00000001 x\na-00000001 two\n",
         "k.txt:3: 'a-00000001' stands here twice"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct known_list list = {0};
        struct mps_diag diag = {""};
        cr_assert_eq(parse(&list, bad[i].text, &diag), -MPS_EINPUT);
        cr_expect(strstr(diag.text, bad[i].says), "%s", diag.text);
        known_free(&list);
    }
}

Test(known, refuses_bytes_that_are_no_text)
{
    static const char bytes[] = "a-00000001 why\nb-\0 x\n";
    struct known_list list = {0};
    struct mps_diag diag = {""};
    cr_assert_eq(known_parse(&list, "k.txt", bytes, sizeof(bytes) - 1, &diag),
                 -MPS_EINPUT);
    cr_expect(strstr(diag.text, "k.txt:2: this is no text"), "%s", diag.text);
    known_free(&list);
}

Test(known, has_a_limit)
{
    struct known_list list = {0};
    struct mps_diag diag = {""};
    struct str text;
    str_init(&text);
    for (int i = 0; i <= 10000; i++)
        str_addf(&text, "a-%08x why\n", (unsigned)i);
    cr_assert(str_ok(&text));
    cr_assert_eq(known_parse(&list, "k.txt", text.data, text.len, &diag),
                 -MPS_EINPUT);
    cr_expect_str_eq(diag.text,
                     "k.txt:10001: more than 10000 findings are accepted");
    str_fini(&text);
    known_free(&list);
}

Test(known, takes_the_last_word)
{
    struct known_list list = {0};
    struct mps_diag diag;
    cr_assert_eq(known_add(&list, "a-00000001", "of the store"), 0);
    cr_assert_eq(parse(&list, "a-00000001 of the file\n", &diag), 0);
    cr_assert_eq(list.count, 1);
    cr_expect_str_eq(known_reason(&list, "a-00000001"), "of the file");
    known_free(&list);
}
