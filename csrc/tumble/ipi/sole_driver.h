#pragma once
/// The right to be the only driver of a server on this machine.
///
/// i-PI 3.3 names the shared memory of a driver for the descriptor of its connection, which it frees at once: two
/// drivers that join one after the other may get segments of the same name. The first then attaches to those of the
/// second, and i-PI reads zeros as its results. So a server with shared memory has one driver, with one connection.

#include "tumble/ipi/address.h"
#include "tumble/ipi/descriptor.h"

namespace tumble {

/// Held as long as this object lives. The system ends it with the process, also when that is killed.
class SoleDriver {
  public:
    /// Wait a few seconds for a former driver that is just ending.
    /// @throws ConfigurationError if the server has another driver
    SoleDriver(const Address& address, const IdleCallback& idle);

  private:
    Descriptor descriptor_;
};

}  // namespace tumble
