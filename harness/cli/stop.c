#include "stop.h"

#include <signal.h>
#include <unistd.h>

#include "command.h"

static bool stop_wanted;

static void on_signal(int signal)
{
    (void)signal;
    /* The fork servers die with this process, and with them everything. */
    if (__atomic_exchange_n(&stop_wanted, true, __ATOMIC_RELAXED))
        _exit(EXIT_INTERRUPTED);
}

const bool *stop_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
    return &stop_wanted;
}
