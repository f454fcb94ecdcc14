// Exits with 0 when exceptions cross instrumented frames.
#include <stdexcept>
#include <string>
#include <vector>

namespace
{
std::vector<std::string> seen;

struct guard {
    ~guard()
    {
        seen.push_back("unwound");
    }
};

void thrower(int depth)
{
    guard g;
    if (!depth)
        throw std::runtime_error("bottom");
    thrower(depth - 1);
    seen.push_back("never");
}
} // namespace

int main()
{
    for (int i = 0; i < 100; i++) {
        try {
            thrower(9);
        } catch (const std::exception &error) {
            seen.push_back(error.what());
        }
    }
    return seen.size() == 1100 && seen.back() == "bottom" ? 0 : 1;
}
