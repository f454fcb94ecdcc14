#include "fixture_test.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/io.h"

void fixture_init(struct fixture *f)
{
    *f = (struct fixture){.directory = "/tmp/mpstress-store-XXXXXX"};
    cr_assert(mkdtemp(f->directory));
    cr_assert_eq(chmod(f->directory, 0755), 0);
    snprintf(f->store_directory, sizeof(f->store_directory), "%s/store",
             f->directory);
}

void fixture_fini(struct fixture *f)
{
    fixture_close(f);
    cr_expect_eq(fs_remove_tree(f->directory), 0);
}

int fixture_open(struct fixture *f, bool create)
{
    fixture_close(f);
    f->diag.text[0] = '\0';
    return store_open(&f->store, f->store_directory, create, &f->diag);
}

void fixture_close(struct fixture *f)
{
    store_close(f->store);
    f->store = NULL;
}

int fixture_add_run(struct fixture *f, size_t count, struct store_run *run)
{
    int err = store_run_begin(f->store, "mpstress run", "c0ffee",
                              0xfedcba9876543210u, run, &f->diag);
    for (size_t i = 0; i < count && !err; i++) {
        char scenario[32], id[STORE_ID_BYTES];
        snprintf(scenario, sizeof(scenario), "s%zu", i);
        struct store_finding finding = {
            .scenario = scenario,
            .kind = "invariant",
            .what = "total is 3, expected 4",
            .id = store_failure_id(id, sizeof(id), scenario, i),
            .fingerprint = 0xab00000000000000u + i,
            .first_iteration = 7,
            .seed = UINT64_MAX,
            .times = 2,
        };
        err = store_finding(f->store, run, &finding, &f->diag);
        if (!err)
            err = store_scenario_result(f->store, run, scenario, "fail", 100, 2,
                                        5000, &f->diag);
    }
    return err ? err : store_run_end(f->store, run, 1, &f->diag);
}

const char *fixture_path(const struct fixture *f, const char *name,
                         char buf[static 256])
{
    snprintf(buf, 256, "%s/%s", f->store_directory, name);
    return buf;
}

void fixture_write(const struct fixture *f, const char *name, const void *bytes,
                   size_t size)
{
    char path[256];
    fixture_path(f, name, path);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    cr_assert_eq(fs_make_dirs(path), 0);
    *slash = '/';
    cr_assert_eq(io_replace_file(path, bytes, size), 0);
}

void fixture_add_trace(struct fixture *f, const char *id, const char *content)
{
    char name[256];
    snprintf(name, sizeof(name), "failures/%s.mpt", id);
    fixture_write(f, name, content, strlen(content));
}

void fixture_sql(const struct fixture *f, const char *sql)
{
    char path[256];
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(fixture_path(f, "history.db", path), &db), 0);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), 0, "%s: %s", sql,
                 sqlite3_errmsg(db));
    cr_assert_eq(sqlite3_close(db), 0);
}

int fixture_in_child(struct fixture *f, bool unprivileged,
                     int (*body)(struct fixture *f))
{
    enum { NOBODY = 65534 };
    /* What is buffered must not be written twice. */
    fflush(NULL);
    pid_t pid = fork();
    if (!pid) {
        if (unprivileged && !geteuid() && (setgid(NOBODY) || setuid(NOBODY)))
            _exit(250);
        _exit(body(f));
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}
