#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "fixture_test.h"

static struct fixture f;

static void setup(void)
{
    fixture_init(&f);
    cr_assert_eq(fixture_open(&f, true), 0);
}

static void teardown(void)
{
    fixture_fini(&f);
}

TestSuite(store_known, .init = setup, .fini = teardown);

static void expect_known(const char *id, const char *reason, const char *author)
{
    struct store_knowns list;
    cr_assert_eq(store_knowns(f.store, &list, &f.diag), 0, "%s", f.diag.text);
    cr_assert_eq(list.count, 1);
    cr_assert_str_eq(list.items[0].id, id);
    cr_assert_str_eq(list.items[0].reason, reason);
    cr_assert_str_eq(list.items[0].author, author);
    cr_assert(list.items[0].changed_ns > 0);
    store_knowns_free(&list);
}

static void expect_none(void)
{
    struct store_knowns list;
    cr_assert_eq(store_knowns(f.store, &list, &f.diag), 0, "%s", f.diag.text);
    cr_assert_eq(list.count, 0);
}

Test(store_known, keeps_reason_and_author_of_what_is_accepted)
{
    expect_none();
    cr_assert_eq(
        store_accept(f.store, "s0-00000001", "ticket 7", "ann", &f.diag), 0);
    expect_known("s0-00000001", "ticket 7", "ann");
    cr_assert_eq(fixture_open(&f, false), 0);
    expect_known("s0-00000001", "ticket 7", "ann");
}

Test(store_known, takes_another_reason_for_the_same)
{
    cr_assert_eq(store_accept(f.store, "a-00000001", "one", "ann", &f.diag), 0);
    cr_assert_eq(store_accept(f.store, "a-00000001", "two", "bob", &f.diag), 0);
    expect_known("a-00000001", "two", "bob");
}

Test(store_known, forgets_what_is_withdrawn_and_can_accept_it_again)
{
    cr_assert_eq(store_withdraw(f.store, "a-00000001", "ann", &f.diag),
                 -MPS_ENOMATCH);
    cr_assert(strstr(f.diag.text, "'a-00000001' is not accepted in "));
    cr_assert_eq(store_accept(f.store, "a-00000001", "one", "ann", &f.diag), 0);
    cr_assert_eq(store_withdraw(f.store, "a-00000001", "ann", &f.diag), 0);
    expect_none();
    cr_assert_eq(store_withdraw(f.store, "a-00000001", "ann", &f.diag),
                 -MPS_ENOMATCH);
    cr_assert_eq(store_accept(f.store, "a-00000001", "two", "ann", &f.diag), 0);
    expect_known("a-00000001", "two", "ann");
}

Test(store_known, demands_an_id_and_a_reason_of_one_line)
{
    static const struct {
        const char *id, *reason, *says;
    } bad[] = {
        {"a-00000001", "", "for which reason"},
        {"a-00000001", " \t ", "for which reason"},
        {"a-00000001", "one\ntwo", "one line"},
        {"../../etc/passwd", "why", "no id"},
        {"", "why", "no id"},
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_assert_eq(
            store_accept(f.store, bad[i].id, bad[i].reason, "ann", &f.diag),
            -MPS_EUSAGE);
        cr_assert(strstr(f.diag.text, bad[i].says), "%s", f.diag.text);
    }
    expect_none();
}

Test(store_known, merges_the_newest_word)
{
    struct store *other;
    char path[160];
    snprintf(path, sizeof(path), "%s/other", f.directory);
    cr_assert_eq(store_open(&other, path, true, &f.diag), 0);
    cr_assert_eq(store_accept(other, "a-00000001", "theirs", "bob", &f.diag),
                 0);
    store_close(other);
    cr_assert_eq(store_merge(f.store, path, NULL, &f.diag), 0, "%s",
                 f.diag.text);
    expect_known("a-00000001", "theirs", "bob");
    /* Withdrawn here, and an old store does not bring it back. */
    cr_assert_eq(store_withdraw(f.store, "a-00000001", "ann", &f.diag), 0);
    cr_assert_eq(store_merge(f.store, path, NULL, &f.diag), 0);
    expect_none();
}

/* As a store looks that was made before there were known findings. */
static void make_old(void)
{
    struct store_run run;
    cr_assert_eq(fixture_add_run(&f, 1, &run), 0);
    fixture_close(&f);
    fixture_sql(&f, "DROP TABLE known; PRAGMA user_version = 1");
}

static void expect_failures(size_t count)
{
    struct store_failures list;
    cr_assert_eq(store_failures(f.store, NULL, &list, &f.diag), 0);
    cr_assert_eq(list.count, count);
    store_failures_free(&list);
}

Test(store_known, reads_an_older_store_and_leaves_it)
{
    make_old();
    cr_assert_eq(fixture_open(&f, false), 0, "%s", f.diag.text);
    expect_none();
    expect_failures(1);
    cr_assert_eq(store_withdraw(f.store, "s0-00000000", "ann", &f.diag),
                 -MPS_ENOMATCH);
    fixture_close(&f);
    /* Still the old one. */
    fixture_sql(&f, "CREATE TABLE known(a); DROP TABLE known");
}

Test(store_known, gives_an_older_store_what_it_lacks_when_it_is_written)
{
    make_old();
    cr_assert_eq(fixture_open(&f, false), 0);
    cr_assert_eq(store_accept(f.store, "s0-00000000", "why", "ann", &f.diag), 0,
                 "%s", f.diag.text);
    expect_known("s0-00000000", "why", "ann");
    make_old();
    cr_assert_eq(fixture_open(&f, true), 0, "%s", f.diag.text);
    cr_assert_eq(fixture_open(&f, false), 0, "%s", f.diag.text);
    expect_none();
    expect_failures(1);
}

Test(store_known, merges_an_older_store)
{
    struct store *mine;
    char path[160];
    make_old();
    snprintf(path, sizeof(path), "%s/mine", f.directory);
    cr_assert_eq(store_open(&mine, path, true, &f.diag), 0);
    struct store_merged merged;
    cr_assert_eq(store_merge(mine, f.store_directory, &merged, &f.diag), 0,
                 "%s", f.diag.text);
    cr_assert_eq(merged.failures, 1);
    store_close(mine);
}

Test(store_known, tells_whose_finding_an_id_is)
{
    cr_assert(store_id_is_of("queue-0badf00d", "queue"));
    cr_assert_not(store_id_is_of("queue-0badf00d", "que"));
    cr_assert_not(store_id_is_of("queue-fast-0badf00d", "queue"));
    cr_assert(store_id_is_of("queue-fast-0badf00d", "queue-fast"));
    cr_assert_not(store_id_is_of("queue-0badf0", "queue"));
    cr_assert_not(store_id_is_of("queue-0BADF00D", "queue"));
    cr_assert_not(store_id_is_of("queue", "queue"));
    char name[STORE_ID_BYTES * 2], id[STORE_ID_BYTES];
    memset(name, 'n', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    cr_assert(store_id_is_of(store_failure_id(id, sizeof(id), name, 0x0badf00d),
                             name));
}
