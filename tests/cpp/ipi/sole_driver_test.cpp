#include "tumble/ipi/sole_driver.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

const std::string name = "tumble-unit-test-" + std::to_string(::getpid());

void one_at_a_time() {
    const Address address = Address::shared_memory(name), other = Address::shared_memory(name + "-2");
    auto first = std::make_unique<SoleDriver>(address, [] {});
    const SoleDriver elsewhere(other, [] {});
    CHECK_THROWS(ConfigurationError, "which has one", SoleDriver(address, [] {}));
    int calls = 0;
    const SoleDriver second(address, [&] {
        if (++calls == 2) first.reset();  // ends while the second waits
    });
    CHECK(calls >= 2);
}

/// The longest path that a socket can have.
void long_names() {
    const Address address = Address::shared_memory("/" + std::string(106, 'x'));
    const SoleDriver first(address, [] {});
    CHECK_THROWS(ConfigurationError, "which has one", SoleDriver(address, [] {}));
}

}  // namespace

int main() {
    one_at_a_time();
    long_names();
    return check::failures();
}
