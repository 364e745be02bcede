#pragma once
/// The device that computes, by its name.

#include <string>

namespace c10 {
struct Device;
}

namespace tumble {

/// `auto`, `cpu`, `cuda`, `cuda:N` as torch's device.
/// @throws DeviceError if it isn't there, ConfigurationError if it isn't understood
c10::Device parse_device(const std::string& name);

/// Spreads the processes of one machine over its GPUs: `auto` and `cuda` become `cuda:N`, other names stay.
///
/// @param rank of the process among those on its machine
std::string device_of_rank(const std::string& device, int rank);

}  // namespace tumble
