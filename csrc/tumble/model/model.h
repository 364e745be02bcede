#pragma once
/// The interface behind which a model's file format is hidden. Internal to the core: this header needs torch.

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace tumble {

class Model {
  public:
    virtual ~Model() = default;

    virtual at::Device device() const = 0;
    virtual at::ScalarType dtype() const = 0;

    /// Runs the model; the result carries gradients to `edge_vectors` if that asks for them.
    ///
    /// @param edge_vectors [E, 3], Å, in `dtype()`
    /// @param edge_index [2, E], int64
    /// @param reverse [E], int64
    /// @param species [N], int64
    /// @returns per-atom energies in eV without the baseline, [N], and other declared outputs
    /// @throws whatever torch throws; `Potential` translates it
    virtual std::unordered_map<std::string, at::Tensor> forward(const at::Tensor& edge_vectors,
                                                                const at::Tensor& edge_index, const at::Tensor& reverse,
                                                                const at::Tensor& species) = 0;
};

/// Loads a TorchScript archive. Its metadata must have been validated.
/// @param dtype "float32" or "float64"
/// @throws ModelFileError
std::unique_ptr<Model> load_torchscript(const std::string& path, at::Device device, const std::string& dtype);

}  // namespace tumble
