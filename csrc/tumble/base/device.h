#pragma once
/// The device that runs the model, by its name.

#include <string>

namespace c10 {
struct Device;
}

namespace tumble {

/// Return torch's device for `auto`, `cpu`, `cuda` or `cuda:N`.
/// @throws DeviceError if the machine lacks it, ConfigurationError for another name
c10::Device parse_device(const std::string& name);

/// Distribute the processes on one machine over its GPUs: `auto` and `cuda` become `cuda:N`, other names stay.
///
/// @param rank rank of this process among the processes on its machine
std::string device_of_rank(const std::string& device, int rank);

}  // namespace tumble
