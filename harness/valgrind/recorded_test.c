#include "recorded_test.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"

struct str recorded_bytes(const char *name)
{
    struct str bytes;
    char *path = str_format("%s/%s.xml", RECORDED, name);
    str_init(&bytes);
    cr_assert_eq(io_read_file(AT_FDCWD, path, &bytes, 1 << 20), 0, "%s", path);
    free(path);
    return bytes;
}

struct valgrind_report recorded_report(const char *name, size_t process)
{
    struct str bytes = recorded_bytes(name), whole;
    struct valgrind_report report;
    str_init(&whole);
    if (strncmp(bytes.data, "<?xml", 5))
        str_addf(&whole, "<valgrindoutput><pid>%zu</pid><tool>helgrind</tool>",
                 process);
    str_add_bytes(&whole, bytes.data, bytes.len);
    cr_assert_eq(valgrind_parse(&report, whole.data, whole.len), 0, "%s", name);
    report.process = process;
    str_fini(&whole);
    str_fini(&bytes);
    return report;
}
