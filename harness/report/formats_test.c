#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "base/fs.h"
#include "base/io.h"
#include "base/str.h"
#include "sample_test.h"

/* A directory of this test's own, which becomes the working directory. */
static char directory[] = "/tmp/report_test.XXXXXX";

static void enter(void)
{
    cr_assert(mkdtemp(directory));
    cr_assert(!chdir(directory));
}

static void leave(void)
{
    cr_assert(!chdir("/"));
    cr_assert_eq(fs_remove_tree(directory), 0);
}

static int write_report(const char *name, const char *path,
                        struct mps_diag *diag)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    for (size_t i = 0; i < count; i++)
        if (!strcmp(formats[i].name, name))
            return report_write(&formats[i], path, &sample_run, diag);
    cr_assert(false, "no format %s", name);
    return 0;
}

static void expect_file(const char *path, const char *text)
{
    struct str s;
    str_init(&s);
    cr_assert_eq(io_read_file(AT_FDCWD, path, &s, 1 << 20), 0);
    cr_expect_str_eq(s.data, text);
    str_fini(&s);
}

Test(formats, have_names_and_help)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    static const char *const names[] = {"html", "json", "junit", "sarif",
                                        "tap"};
    cr_assert_eq(count, sizeof(names) / sizeof(*names));
    for (size_t i = 0; i < count; i++)
        cr_expect_str_eq(formats[i].name, names[i]);
    for (size_t i = 0; i < count; i++)
        cr_expect(*formats[i].about && formats[i].write);
}

Test(formats, replace_a_file, .init = enter, .fini = leave)
{
    struct mps_diag diag = {""};
    char *json = sample_format("json", &sample_run);
    char *junit = sample_format("junit", &sample_run);
    cr_expect_eq(write_report("json", "r", &diag), 0, "%s", diag.text);
    expect_file("r", json);
    cr_expect_eq(write_report("junit", "r", &diag), 0, "%s", diag.text);
    expect_file("r", junit);
    free(json);
    free(junit);
}

Test(formats, follow_a_symbolic_link, .init = enter, .fini = leave)
{
    struct mps_diag diag = {""};
    struct stat status;
    char *json = sample_format("json", &sample_run);
    cr_assert_eq(io_replace_file("real", "old", 3), 0);
    cr_assert(!symlink("real", "link"));
    cr_expect_eq(write_report("json", "link", &diag), 0, "%s", diag.text);
    cr_assert(!lstat("link", &status));
    cr_expect(S_ISLNK(status.st_mode));
    expect_file("real", json);
    free(json);
}

/* A pipe stays one, and its reader gets the report. */
Test(formats, write_into_a_pipe, .init = enter, .fini = leave, .timeout = 20)
{
    struct mps_diag diag = {""};
    struct stat status;
    char *junit = sample_format("junit", &sample_run);
    cr_assert(!mkfifo("pipe", 0600));
    /* Open both ways, so that the writer finds a reader; the report is
     * smaller than the pipe. */
    int fd = open("pipe", O_RDWR | O_CLOEXEC);
    cr_assert(fd >= 0);
    cr_expect_eq(write_report("junit", "pipe", &diag), 0, "%s", diag.text);
    cr_assert(!stat("pipe", &status));
    cr_expect(S_ISFIFO(status.st_mode));
    char *read = calloc(1, strlen(junit) + 1);
    cr_assert(read);
    cr_expect_eq(io_read_all(fd, read, strlen(junit)), (ssize_t)strlen(junit));
    cr_expect_str_eq(read, junit);
    close(fd);
    free(read);
    free(junit);
}

Test(formats, go_to_standard_output, .init = enter, .fini = leave)
{
    struct mps_diag diag = {""};
    char *json = sample_format("json", &sample_run);
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    int fd = open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(saved >= 0 && fd >= 0);
    cr_assert(dup2(fd, STDOUT_FILENO) >= 0);
    int err = write_report("json", "-", &diag);
    cr_assert(dup2(saved, STDOUT_FILENO) >= 0);
    close(saved);
    close(fd);
    cr_expect_eq(err, 0, "%s", diag.text);
    expect_file("out", json);
    free(json);
}

Test(formats, say_why_a_file_cannot_be_written, .init = enter, .fini = leave)
{
    struct mps_diag diag = {""};
    cr_expect_eq(write_report("json", "no/such/dir", &diag), -ENOENT);
    cr_expect_str_eq(diag.text, "no/such/dir: the json report was not "
                                "written: No such file or directory");
    cr_expect_eq(write_report("junit", ".", &diag), -EISDIR);
    cr_expect_str_eq(diag.text,
                     ".: the junit report was not written: Is a directory");
}

Test(formats, know_before_whether_a_file_can_be_written, .init = enter,
     .fini = leave)
{
    struct mps_diag diag = {""};
    cr_assert(!mkdir("there", 0700));
    cr_assert(!symlink("nowhere/out", "broken"));
    static const char *const good[] = {"-", "new", "there/new", "/dev/null"};
    for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
        cr_expect_eq(report_check_path(good[i], &diag), 0, "%s", diag.text);
    cr_expect(access("new", F_OK) && access("there/new", F_OK));
    cr_expect(!rmdir("there"), "something was left in it");
    cr_expect_eq(report_check_path("no/such/dir", &diag), -ENOENT);
    cr_expect_str_eq(diag.text, "no/such/dir: cannot be written: No such file "
                                "or directory");
    cr_expect_eq(report_check_path(".", &diag), -EISDIR);
    cr_expect_eq(report_check_path("new/", &diag), -ENOENT);
}

Test(formats, say_that_the_disk_is_full)
{
    struct mps_diag diag = {""};
    cr_expect_eq(write_report("json", "/dev/full", &diag), -ENOSPC);
    cr_expect(strstr(diag.text, "No space left on device"), "%s", diag.text);
}

Test(formats, pass_on_write_errors_of_the_stream)
{
    size_t count;
    const struct report_format *formats = report_formats(&count);
    for (size_t i = 0; i < count; i++) {
        FILE *full = fopen("/dev/full", "w");
        cr_assert(full);
        cr_assert(!setvbuf(full, NULL, _IONBF, 0));
        cr_expect_eq(formats[i].write(full, &sample_run), -ENOSPC, "%s",
                     formats[i].name);
        fclose(full);
    }
}
