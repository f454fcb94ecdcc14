// A static variable of C++: whoever comes to it later finds it whole.
#include <cstdio>
#include <sched.h>
#include <thread>

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

} // namespace

int main()
{
    std::thread first(look), second(look);
    first.join();
    second.join();
    std::puts("done");
    return wrong;
}
