#include "stop.h"

#include <signal.h>
#include <unistd.h>

#include "command.h"

static bool stop_wanted;

static void on_signal(int signal)
{
    bool again = __atomic_exchange_n(&stop_wanted, true, __ATOMIC_RELAXED);
    /* The fork servers die with this process, and with them everything. Of a
     * closed terminal both the kernel and the shell may tell. */
    if (again && signal != SIGHUP)
        _exit(EXIT_INTERRUPTED);
}

const bool *stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* Under nohup it is to be ignored. */
    struct sigaction before;
    if (!sigaction(SIGHUP, NULL, &before) && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    return &stop_wanted;
}
