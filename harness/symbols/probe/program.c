/* Without arguments: notes places of every kind. With one: stops in nested
 * functions ("functions", "library", "signal", "thread", "vfork") after
 * writing a byte to standard output, until it is killed; "spin" keeps running.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "note.h"
#include "wrapper.h"

static volatile int spinning;

static __attribute__((noinline)) void stop_here(void)
{
    if (write(STDOUT_FILENO, "!", 1) != 1)
        _exit(1);
    while (spinning)
        KEEP();
    for (;;)
        pause();
}

static inline __attribute__((always_inline)) void inlined_innermost(void)
{
    stop_here();
    KEEP();
}

static inline __attribute__((always_inline)) void inlined_stop(void)
{
    inlined_innermost();
}

static __attribute__((noinline)) void outer_stop(int depth)
{
    if (depth)
        outer_stop(depth - 1);
    else
        inlined_stop();
    KEEP();
}

static void on_signal(int signal)
{
    (void)signal;
    stop_here();
    KEEP();
}

static void call_back(void)
{
    stop_here();
    KEEP();
}

static void *thread_main(void *argument)
{
    stop_here();
    KEEP();
    return argument;
}

static int stop_in(const char *where)
{
    pthread_t thread;
    spinning = !strcmp(where, "spin");
    if (!strcmp(where, "functions") || spinning)
        outer_stop(0);
    else if (!strcmp(where, "deep"))
        outer_stop(1000);
    else if (!strcmp(where, "library"))
        library_call(call_back);
    else if (!strcmp(where, "signal") && signal(SIGUSR1, on_signal) != SIG_ERR)
        raise(SIGUSR1);
    else if (!strcmp(where, "thread") &&
             !pthread_create(&thread, NULL, thread_main, NULL))
        pthread_join(thread, NULL);
    return 1;
}

static inline __attribute__((always_inline)) void inlined_once(void)
{
    NOTE();
}

static inline __attribute__((always_inline)) void inlined_twice(void)
{
    NOTE();
    inlined_once();
}

static __attribute__((noinline)) int with_switch(int value)
{
    switch (value) {
    case 1:
        NOTE();
        return 10;
    case 2:
        inlined_twice();
        return 20;
    default:
        NOTE();
        return 0;
    }
}

static __attribute__((noinline, cold)) void cold_function(void)
{
    NOTE();
}

__attribute__((noinline)) void exported_function(void);
void exported_function(void)
{
    NOTE();
}

static __attribute__((noinline)) void uses_wrapper(void)
{
    system_wrapper(__func__, __LINE__);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return stop_in(argv[1]);
    NOTE();
    with_switch(argc);
    with_switch(argc + 1);
    with_switch(argc + 2);
    inlined_twice();
    cold_function();
    exported_function();
    uses_wrapper();
    library_call(exported_function);
    return 0;
}
