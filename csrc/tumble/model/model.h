#pragma once
/// Interfaces that hide the file format of a model. Internal to the core: this header needs torch.

#include <ATen/ATen.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tumble {

class Model {
  public:
    virtual ~Model() = default;

    virtual at::Device device() const = 0;
    virtual at::ScalarType dtype() const = 0;

    /// Run the model. The result is differentiable by `edge_vectors` if that requires gradients.
    ///
    /// @param edge_vectors [E, 3], Å, in `dtype()`
    /// @param edge_index [2, E], int64
    /// @param reverse [E], int64
    /// @param species [N], int64
    /// @returns per-atom energies in eV without the baseline, [N], and other declared outputs
    /// @throws any exception of torch; `Potential` translates it
    virtual std::unordered_map<std::string, at::Tensor> forward(const at::Tensor& edge_vectors,
                                                                const at::Tensor& edge_index, const at::Tensor& reverse,
                                                                const at::Tensor& species) = 0;

    /// Remove computations that only outputs other than `energy` need, as far as the format allows it. The energy stays
    /// the same to the last bit. To be called only before the first `forward`.
    virtual void omit_other_outputs() = 0;
};

/// A file format of models. To add one, implement this interface in a new file, and add its line to `model_formats` and
/// to CMakeLists.txt.
class ModelFormat {
  public:
    virtual ~ModelFormat() = default;

    /// Name for messages, such as "TorchScript archive".
    virtual std::string name() const = 0;
    /// Usual extension of file names, with the dot.
    virtual std::string extension() const = 0;

    /// Return whether the content of a file shows this format, even if the file is damaged.
    /// @param head the first bytes of the file, 1 to 64
    virtual bool recognizes(const std::string& path, std::string_view head) const = 0;

    /// Return the text of `tumble.json` in a file, after checks that distinguish kinds of damage. No code of the model
    /// runs.
    /// @throws ModelFileError
    virtual std::string metadata(const std::string& path) const = 0;

    /// Load a file whose metadata was validated.
    /// @param dtype "float32" or "float64"
    /// @throws ModelFileError
    virtual std::unique_ptr<Model> load(const std::string& path, at::Device device, const std::string& dtype) const = 0;
};

/// Return all formats, in the order in which they are tried.
const std::vector<const ModelFormat*>& model_formats();

/// Return the format of a file.
/// @throws ModelFileError if the file can't be read, is empty or has none of the formats
const ModelFormat& format_of(const std::string& path);

/// Load a file of any format.
std::unique_ptr<Model> load_model(const std::string& path, at::Device device, const std::string& dtype);

}  // namespace tumble
