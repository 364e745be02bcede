#pragma once
/// The narrow waist: one model, one call, plain inputs, plain results. Every face goes through here, and no type of
/// torch does.

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
    /// Budget of one chunk of an evaluation in MB; without one, what is fastest: 64 on a CPU, where the system has to
    /// hand out large blocks page by page every time, 1024 on a GPU. A structure in one frame is the smallest chunk.
    std::optional<double> memory = std::nullopt;
    /// Whether evaluations return the outputs that the file declares besides `energy`. Without them, the model doesn't
    /// compute what only they need.
    bool outputs = true;
};

/// A loaded model. Not for use by several threads at a time.
class Potential {
  public:
    /// Loads a model file.
    ///
    /// @param path as `find_model` returns it
    /// @throws ModelFileError, MetadataError, ReferenceMismatch, DeviceError, ConfigurationError
    explicit Potential(const std::string& path, const LoadOptions& options = {});
    ~Potential();
    Potential(Potential&&) noexcept;
    Potential& operator=(Potential&&) noexcept;

    const Metadata& metadata() const;

    /// Path of the model file, as given.
    const std::string& path() const;

    /// Device in use, as torch writes it: `cpu`, `cuda:0`.
    std::string device() const;

    /// Energies and all first derivatives of a batch of structures, each seen from one or several frames.
    ///
    /// Structures times frames go through the model as one batch, or as several if one breaks the budget of memory,
    /// each with its gradients; so memory doesn't grow with the number of structures or frames.
    ///
    /// @param graph checked against the model's contract once, here
    /// @param frames of all structures, or of each, with the same weights: 1 or B; without any, the lab frame
    /// @param result overwritten; its memory is used again
    /// @throws StructureError for a graph that breaks its contract
    /// @throws ConfigurationError for impossible frames
    /// @throws EvaluationError if the model fails
    /// @throws NotFiniteError if it returns what isn't finite; the result is complete all the same
    void evaluate(const Graph& graph, const std::vector<Frames>& frames, Evaluation& result) const;

    /// In the lab frame.
    void evaluate(const Graph& graph, Evaluation& result) const { evaluate(graph, {}, result); }

    /// Threads that compute in an evaluation of so many edges, of those that torch may use: a molecule needs one.
    int threads(std::int64_t edges, std::size_t frames) const;

    /// Evaluates the reference structures once, so that the first step of a run costs what the others do.
    void warm_up() const;

  private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace tumble
