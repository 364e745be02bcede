#include "tumble/base/device.h"

#include <torch/cuda.h>

#include "tumble/base/error.h"
#include "tumble/base/nearest.h"

namespace tumble {

at::Device parse_device(const std::string& name) {
    if (name == "cpu") return at::kCPU;
    const int gpus = static_cast<int>(torch::cuda::device_count());
    if (name == "auto") return gpus > 0 ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    int index = 0;
    if (name.rfind("cuda:", 0) == 0 && name.size() > 5 && name.size() < 9 &&
        name.find_first_not_of("0123456789", 5) == std::string::npos) {
        index = std::stoi(name.substr(5));
    } else if (name != "cuda") {
        // by its letters alone, `gpu` would be taken for a misspelled `cpu`
        const bool gpu = name.rfind("gpu", 0) == 0 || name.rfind("GPU", 0) == 0;
        const std::string meant = gpu ? "cuda" : nearest(name, {"auto", "cpu", "cuda"});
        throw ConfigurationError(message("`device`: expected auto, cpu, cuda or cuda:N, got `", name, "`",
                                         meant.empty() ? "" : "; did you mean `" + meant + "`?"));
    }
    if (index >= gpus) {
        throw DeviceError(message("`device` ", name, ": torch sees ", gpus, " GPU", gpus == 1 ? "" : "s",
                                  gpus == 0 ? "; use cpu, or a torch built for CUDA" : ""));
    }
    return {at::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

std::string device_of_rank(const std::string& device, int rank) {
    const int gpus = static_cast<int>(torch::cuda::device_count());
    if (gpus == 0 || (device != "auto" && device != "cuda")) return device;
    return message("cuda:", rank % gpus);
}

}  // namespace tumble
