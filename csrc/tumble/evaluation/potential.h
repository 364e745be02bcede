#pragma once
/// The narrow waist: one model, one call, plain inputs, plain results. Every face uses it, and it has no type of torch.

#include <memory>
#include <optional>
#include <string>

#include "tumble/evaluation/evaluation.h"
#include "tumble/frames/frames.h"
#include "tumble/graph/graph.h"
#include "tumble/model/metadata.h"

namespace tumble {

struct LoadOptions {
    /// `auto` (a GPU if torch sees one), `cpu`, `cuda` or `cuda:N`.
    std::string device = "auto";
    /// Whether the reference structures in the file are evaluated and compared.
    bool check = true;
    /// Budget of memory for one chunk of an evaluation, MB. The default is the fastest: 64 on a CPU, where the system
    /// provides large blocks page by page every time, and 1024 on a GPU. The smallest chunk is one structure in one
    /// frame of reference.
    std::optional<double> memory = std::nullopt;
    /// Whether evaluations return the outputs that the file declares in addition to `energy`. If not, the model skips
    /// the computations that only these outputs need.
    bool outputs = true;
};

/// A loaded model. Only one thread at a time may use it.
class Potential {
  public:
    /// Load a model file.
    ///
    /// @param path path from `find_model`
    /// @throws ModelFileError, MetadataError, ReferenceMismatch, DeviceError, ConfigurationError
    explicit Potential(const std::string& path, const LoadOptions& options = {});
    ~Potential();
    Potential(Potential&&) noexcept;
    Potential& operator=(Potential&&) noexcept;

    const Metadata& metadata() const;

    /// Path of the model file, as given.
    const std::string& path() const;

    /// Device in use, in torch's notation: `cpu`, `cuda:0`.
    std::string device() const;

    /// Compute energies and all first derivatives of a batch of structures, each seen from one or several frames of
    /// reference.
    ///
    /// All structures, for all rotations, go through the model as one batch, or as several batches if one exceeds the
    /// budget of memory. Each batch has its own backward pass, so memory doesn't grow with the number of structures or
    /// rotations.
    ///
    /// @param graph checked here, once, against the contract of graph.h
    /// @param frames one set for all structures, or one for each, with the same weights; none for the lab frame
    /// @param result overwritten; its memory is reused
    /// @throws StructureError for a graph that breaks its contract
    /// @throws ConfigurationError for impossible frames
    /// @throws EvaluationError if the model fails
    /// @throws NotFiniteError if a result isn't finite; `result` is complete nevertheless
    void evaluate(const Graph& graph, const std::vector<Frames>& frames, Evaluation& result) const;

    /// Evaluate in the lab frame.
    void evaluate(const Graph& graph, Evaluation& result) const { evaluate(graph, {}, result); }

    /// Return the number of edges whose evaluation takes a budget of memory; the smallest chunk may have more.
    /// @param memory MB; without a value the default of `LoadOptions`
    std::int64_t edges_within(std::optional<double> memory = std::nullopt) const;

    /// Return how many of torch's threads an evaluation with this number of edges and rotations uses: 1 for a molecule.
    int threads(std::int64_t edges, std::size_t frames) const;

    /// Evaluate the reference structures once, so that the first step of a run takes no longer than the others.
    void warm_up() const;

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace tumble
