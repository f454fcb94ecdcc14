// A static variable of C++: whoever comes to it later finds it whole.
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sched.h>
#include <thread>

extern "C" {
int __cxa_guard_acquire(std::uint64_t *guard);
void __cxa_guard_release(std::uint64_t *guard);
}

namespace
{

int late; // not part of the variable, and ordered by its making, too

struct thing {
    int value;
    explicit thing(int with) : value(with)
    {
        late = with;
        sched_yield();
    }
};

const thing &the_thing()
{
    static const thing one(42);
    return one;
}

int wrong;

void look()
{
    if (the_thing().value != 42 || late != 42)
        wrong = 1;
}

// As a compiler has it that does not look at the guard itself before it calls,
// or has looked too early: by the library alone it is known to be done.

std::uint64_t guard;
int plain;

void make()
{
    if (__cxa_guard_acquire(&guard)) {
        plain = 42;
        __cxa_guard_release(&guard);
    }
    if (plain != 42)
        wrong = 1;
}

// What comes after it is done, nothing orders.
void make_late()
{
    if (__cxa_guard_acquire(&guard)) {
        __cxa_guard_release(&guard);
        plain = 42;
    }
    static thread_local volatile int seen;
    seen = plain;
}

} // namespace

int main(int argc, char **argv)
{
    const char *const how = argc > 1 ? argv[1] : "";
    void (*const run)() = !std::strcmp(how, "calls")         ? make
                          : !std::strcmp(how, "calls-wrong") ? make_late
                                                             : look;
    std::thread first(run), second(run);
    first.join();
    second.join();
    std::puts("done");
    return wrong;
}
