#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "report.h"

/* A stream on a pseudo-terminal; its master side stays open in *MASTER. */
static FILE *open_terminal(int *master)
{
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert(*master >= 0 && !grantpt(*master) && !unlockpt(*master));
    char name[64];
    cr_assert(!ptsname_r(*master, name, sizeof(name)));
    int fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    cr_assert(fd >= 0);
    FILE *stream = fdopen(fd, "w");
    cr_assert(stream);
    return stream;
}

static void set(const char *variable, const char *value)
{
    cr_assert(!(value ? setenv(variable, value, 1) : unsetenv(variable)));
}

Test(color, follows_option_then_environment_then_stream)
{
    static const struct {
        enum color_mode mode;
        const char *no_color, *force, *term;
        bool terminal, expected;
    } rows[] = {
        {COLOR_AUTO, NULL, NULL, "xterm", true, true},
        {COLOR_AUTO, NULL, NULL, "xterm", false, false},
        {COLOR_AUTO, NULL, NULL, "dumb", true, false},
        {COLOR_AUTO, NULL, NULL, "", true, false},
        {COLOR_AUTO, NULL, NULL, NULL, true, false},
        {COLOR_AUTO, "1", NULL, "xterm", true, false},
        {COLOR_AUTO, "", NULL, "xterm", true, true},
        {COLOR_AUTO, NULL, "1", "dumb", false, true},
        {COLOR_AUTO, NULL, "0", "xterm", false, false},
        {COLOR_AUTO, NULL, "0", "xterm", true, true},
        {COLOR_AUTO, "1", "1", "xterm", true, false},
        {COLOR_ALWAYS, "1", NULL, "dumb", false, true},
        {COLOR_NEVER, NULL, "1", "xterm", true, false},
    };
    int master;
    FILE *terminal = open_terminal(&master);
    FILE *file = fopen("/dev/null", "w");
    cr_assert(file);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set("NO_COLOR", rows[i].no_color);
        set("CLICOLOR_FORCE", rows[i].force);
        set("TERM", rows[i].term);
        cr_expect_eq(
            report_use_color(rows[i].mode, rows[i].terminal ? terminal : file),
            rows[i].expected, "row %zu", i);
    }
    fclose(terminal);
    fclose(file);
    close(master);
}

Test(color, takes_a_stream_without_descriptor_for_no_terminal)
{
    char *text = NULL;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    cr_assert(memory);
    set("NO_COLOR", NULL);
    set("CLICOLOR_FORCE", NULL);
    set("TERM", "xterm");
    cr_expect(!report_use_color(COLOR_AUTO, memory));
    fclose(memory);
    free(text);
}
