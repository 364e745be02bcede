#pragma once
/// The interface behind which a model's file format is hidden. Internal to the core: this header needs torch.

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

    /// Omits what the model computes for other outputs than `energy` alone, as far as the format allows it. The energy
    /// stays the same to the last bit. Only before the first `forward`.
    virtual void omit_other_outputs() = 0;
};

/// A file format of models. A further one is a file that implements this interface, its line in `model_formats`, and
/// its line in CMakeLists.txt.
class ModelFormat {
  public:
    virtual ~ModelFormat() = default;

    /// For messages, such as "TorchScript archive".
    virtual std::string name() const = 0;
    /// What names of files end with, with the dot.
    virtual std::string extension() const = 0;

    /// Whether a file is meant to be of this format, by its content; also where it is damaged.
    /// @param head the first bytes of the file, at most 64, at least 1
    virtual bool recognizes(const std::string& path, std::string_view head) const = 0;

    /// Text of `tumble.json` in a file, after checks that tell kinds of damage apart. Nothing of the model is run.
    /// @throws ModelFileError
    virtual std::string metadata(const std::string& path) const = 0;

    /// Loads a file whose metadata was validated.
    /// @param dtype "float32" or "float64"
    /// @throws ModelFileError
    virtual std::unique_ptr<Model> load(const std::string& path, at::Device device, const std::string& dtype) const = 0;
};

/// All formats, in the order in which they are asked whether a file is theirs.
const std::vector<const ModelFormat*>& model_formats();

/// @throws ModelFileError if a file can't be read, is empty or of no format
const ModelFormat& format_of(const std::string& path);

/// Loads a file of any format.
std::unique_ptr<Model> load_model(const std::string& path, at::Device device, const std::string& dtype);

}  // namespace tumble
