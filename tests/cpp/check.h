#pragma once
/// Checks for the unit tests: a test is a program whose `main` ends with `return failures();`.

#include <cmath>
#include <cstdio>
#include <exception>
#include <string>

namespace check {

inline int& count() {
    static int failed = 0;
    return failed;
}

inline void fail(const char* file, int line, const std::string& what) {
    std::fprintf(stderr, "%s:%d: %s\n", file, line, what.c_str());
    ++count();
}

/// Return whether a call throws this type, with this text in its message.
template <typename Error, typename Function>
void throws(const char* file, int line, const char* text, Function&& function) {
    try {
        function();
    } catch (const Error& error) {
        if (std::string(error.what()).find(text) == std::string::npos) {
            fail(file, line, std::string("expected `") + text + "` in the message, got: " + error.what());
        }
        return;
    } catch (const std::exception& error) {
        return fail(file, line, std::string("another type was thrown: ") + error.what());
    }
    fail(file, line, "nothing was thrown");
}

/// Return the exit status of a test.
inline int failures() { return count() == 0 ? 0 : 1; }

}  // namespace check

#define CHECK(condition) \
    if (!(condition)) check::fail(__FILE__, __LINE__, "expected " #condition)
#define CHECK_NEAR(value, expected, tolerance) CHECK(std::abs((value) - (expected)) <= (tolerance))
#define CHECK_THROWS(Error, text, expression) \
    check::throws<Error>(__FILE__, __LINE__, text, [&] { static_cast<void>(expression); })
