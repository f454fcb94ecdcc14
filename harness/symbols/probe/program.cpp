/* Notes places with the names that C++ gives them. */
#include "note.h"

namespace space
{
template <typename T> class Queue
{
  public:
    __attribute__((noinline)) void push(T)
    {
        note("space::Queue<int>::push", __LINE__);
        KEEP();
    }
    struct Inner {
        static void touch();
    };
};

template <> __attribute__((noinline)) void Queue<int>::Inner::touch()
{
    note("space::Queue<int>::Inner::touch", __LINE__);
    KEEP();
}

namespace
{
__attribute__((noinline)) void hidden()
{
    note("space::hidden", __LINE__);
    KEEP();
}
} // namespace

static inline __attribute__((always_inline)) void inlined()
{
    note("space::inlined", __LINE__);
    KEEP();
}
} // namespace space

#ifdef __clang__
#define NAMELESS "main::$_0::operator()"
#else
#define NAMELESS "main::{lambda(int)#1}::operator()"
#endif

int main()
{
    space::Queue<int> queue;
    queue.push(1);
    space::Queue<int>::Inner::touch();
    space::hidden();
    space::inlined();
    auto nameless = [](int) __attribute__((noinline))
    {
        note(NAMELESS, __LINE__);
        KEEP();
    };
    nameless(1);
    note("main", __LINE__);
    return 0;
}
