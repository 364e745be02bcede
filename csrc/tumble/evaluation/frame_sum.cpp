#include "tumble/evaluation/frame_sum.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>

#include "tumble/base/error.h"

namespace tumble {

namespace {

at::Tensor integers(const std::vector<std::int64_t>& values, at::IntArrayRef shape, at::Device device) {
    // from_blob doesn't copy; on the CPU the tensor uses the memory of the graph, which outlives the evaluation
    auto* data = const_cast<std::int64_t*>(values.data());
    return at::from_blob(data, shape, at::kLong).to(device);
}

/// Return the matrices [S, K, 3, 3] of S sets of K rotations.
at::Tensor matrices(const std::vector<Frames>& frames, at::Device device) {
    const auto sets = static_cast<std::int64_t>(frames.size()), count = static_cast<std::int64_t>(frames[0].size());
    at::Tensor all = at::empty({sets, count, 3, 3}, at::kDouble);
    auto* next = reinterpret_cast<Matrix3*>(all.mutable_data_ptr<double>());
    for (const Frames& set : frames) next = std::copy(set.rotations.begin(), set.rotations.end(), next);
    return all.to(device);
}

/// A batch of structures on the device of the model, with the sums so far.
class Batch {
  public:
    Batch(Model& model, const std::vector<AtomOutput>& wanted, const Graph& graph, const std::vector<Frames>& frames)
        : model_(model), wanted_(wanted), graph_(graph), frames_(frames), edges_(graph.edges()), atoms_(graph.atoms()) {
        const at::Device device = model.device();
        vectors_ = at::from_blob(const_cast<Vector3*>(graph.vectors.data()), {edges_, 3}, at::kDouble).to(device);
        edge_index_ = integers(graph.edge_index, {2, edges_}, device);
        reverse_ = integers(graph.reverse, {edges_}, device);
        species_ = integers(graph.species, {atoms_}, device);
        at::Tensor local = at::zeros({atoms_}, at::kDouble);  // 1 for local atoms, 0 for ghosts
        for (std::int64_t s = 0; s < graph.structures(); ++s) {
            local.narrow(0, graph.first_atom[s], graph.local_atoms[s]).fill_(1.0);
        }
        local_ = local.to(device);
        lab_frame_alone_ = frames[0].size() == 1 && frames[0].rotations[0] == identity && frames.size() == 1;
        rotations_ = matrices(frames, device);
        weights_ = at::tensor(frames[0].weights, at::kDouble).to(device);
        atom_energies_ = at::zeros({atoms_}, vectors_.options());
        gradients_ = at::zeros({edges_, 3}, vectors_.options());
        bare_gradients_ = gradients_;
        for (const AtomOutput& output : wanted) {
            outputs_.push_back(at::zeros({atoms_, output.width}, vectors_.options()));
        }
        if (frames.size() == 1) {
            first_edge_ = {0, edges_};
            first_atom_ = {0, atoms_};
        } else {
            first_edge_ = {0};
            for (std::int64_t s = 0; s < graph.structures(); ++s) {
                first_edge_.push_back(graph.end_of_edges(s, first_edge_.back()));
            }
            first_atom_ = graph.first_atom;
        }
    }

    /// Add the results for the rotations `first` to `first + count - 1`.
    void add(std::int64_t first, std::int64_t count) {
        const at::AutoGradMode with_gradients(true);
        at::Tensor vectors = seen_from(first, count).to(model_.dtype(), false, true).reshape({count * edges_, 3});
        vectors.set_requires_grad(true);
        auto outputs = model_.forward(vectors, copies(edge_index_, count, atoms_), reverse_copies(count),
                                      species_.repeat({count}));
        const at::Tensor energies = output(outputs, "energy", 1, count);
        const at::Tensor gradients = gradients_of(energies, vectors, count).to(at::kDouble).view({count, edges_, 3});
        add_energies(energies.detach().to(at::kDouble).view({count, atoms_}), first, count);
        add_gradients(gradients, first, count);
        for (std::size_t o = 0; o < wanted_.size(); ++o) {
            const std::int64_t width = wanted_[o].width;
            const at::Tensor values = output(outputs, wanted_[o].name, width, count).detach().to(at::kDouble);
            add_output(values.view({count, atoms_, width}), first, count, outputs_[o]);
        }
    }

    FrameSum result() const {
        const auto fetch = [](const at::Tensor& tensor) { return tensor.to(at::kCPU, at::kDouble).contiguous(); };
        std::vector<at::Tensor> outputs;
        for (const at::Tensor& output : outputs_) outputs.push_back(fetch(output));
        return {fetch(atom_energies_), fetch(gradients_), fetch(bare_gradients_), fetch(at::cat(frame_energies_, 1)),
                outputs};
    }

  private:
    /// Return an output of the model, [count N] or [count N, 3], after a check of its shape.
    at::Tensor output(const std::unordered_map<std::string, at::Tensor>& outputs, const std::string& name,
                      std::int64_t width, std::int64_t count) const {
        const auto found = outputs.find(name);
        if (found == outputs.end()) throw EvaluationError("the model returned no `" + name + "`");
        const auto shape = width == 1 ? std::vector{count * atoms_} : std::vector{count * atoms_, width};
        if (found->second.sizes() == at::IntArrayRef(shape)) return found->second;
        throw EvaluationError(message("the model's `", name, "`: expected shape ", at::IntArrayRef(shape), ", got ",
                                      found->second.sizes()));
    }

    /// Call a function with (set of rotations, first row, number of rows) for the edges or atoms of each set.
    ///
    /// @param firsts `first_edge_` or `first_atom_`
    template <typename Function>
    static void for_each_set(const std::vector<std::int64_t>& firsts, Function&& function) {
        for (std::size_t set = 0; set + 1 < firsts.size(); ++set) {
            function(set, firsts[set], firsts[set + 1] - firsts[set]);
        }
    }

    /// Return v' = R v, [count, E, 3].
    at::Tensor seen_from(std::int64_t first, std::int64_t count) const {
        if (lab_frame_alone_) return vectors_.unsqueeze(0);
        at::Tensor turned = at::empty({count, edges_, 3}, vectors_.options());
        for_each_set(first_edge_, [&](std::int64_t set, std::int64_t edge, std::int64_t edges) {
            const at::Tensor transposed = rotations_[set].narrow(0, first, count).transpose(1, 2);
            turned.narrow(1, edge, edges).copy_(at::matmul(vectors_.narrow(0, edge, edges), transposed));
        });
        return turned;
    }

    static at::Tensor copies(const at::Tensor& edge_index, std::int64_t count, std::int64_t atoms) {
        if (count == 1) return edge_index;
        const at::Tensor offsets = at::arange(count, edge_index.options()).mul(atoms).view({1, count, 1});
        return (edge_index.unsqueeze(1) + offsets).view({2, -1});
    }

    at::Tensor reverse_copies(std::int64_t count) const {
        if (count == 1) return reverse_;
        const at::Tensor offsets = at::arange(count, reverse_.options()).mul(edges_).view({count, 1});
        const at::Tensor missing = reverse_.lt(0).unsqueeze(0);
        return (reverse_.unsqueeze(0) + offsets).masked_fill(missing, -1).view({-1});
    }

    at::Tensor gradients_of(const at::Tensor& energies, const at::Tensor& vectors, std::int64_t count) const {
        if (edges_ == 0) return at::zeros_like(vectors).detach();  // energies of isolated atoms depend on nothing
        if (energies.requires_grad()) {
            const at::Tensor local = local_.repeat({count}).to(energies.options());
            const auto result = torch::autograd::grad({energies}, {vectors}, {local}, false, false, true);
            if (result[0].defined()) return result[0].detach();
        }
        throw EvaluationError(
            "the model's `energy`: expected a differentiable function of `edge_vectors`, got one that isn't connected "
            "to them, so all forces would be zero; look for `detach`, `no_grad` or constants in `forward`");
    }

    void add_energies(const at::Tensor& energies, std::int64_t first, std::int64_t count) {
        if (lab_frame_alone_) {
            atom_energies_ = energies[0];
        } else {
            atom_energies_ += at::mv(energies.t(), weights_.narrow(0, first, count));
        }
        at::Tensor sums = at::zeros({graph_.structures(), count}, energies.options());
        for (std::int64_t s = 0; s < graph_.structures(); ++s) {
            sums[s].copy_(energies.narrow(1, graph_.first_atom[s], graph_.local_atoms[s]).sum(1));
        }
        frame_energies_.push_back(sums);
    }

    /// Add a = Σ_k w_k R_kᵀ a'_k for vectors, Σ_k w_k a'_k for scalars.
    ///
    /// @param values [count, N, width]
    /// @param sum [N, width]
    void add_output(const at::Tensor& values, std::int64_t first, std::int64_t count, at::Tensor& sum) {
        if (lab_frame_alone_) {
            sum = values[0];
        } else if (values.size(2) == 1) {
            sum.squeeze(1).add_(at::mv(values.squeeze(2).t(), weights_.narrow(0, first, count)));
        } else {
            for_each_set(first_atom_, [&](std::int64_t set, std::int64_t atom, std::int64_t atoms) {
                at::Tensor here = sum.narrow(0, atom, atoms);
                turn_back(values.narrow(1, atom, atoms), set, first, here);
            });
        }
    }

    /// Add Σ_k w_k R_kᵀ a'_k as one product of matrices [M, 3k] and [3k, 3].
    ///
    /// @param vectors a' [k, M, 3]
    /// @param sum [M, 3]
    void turn_back(const at::Tensor& vectors, std::int64_t set, std::int64_t first, at::Tensor& sum) const {
        const std::int64_t count = vectors.size(0), rows = vectors.size(1);
        const at::Tensor weights = weights_.narrow(0, first, count).view({count, 1, 1});
        const at::Tensor turning = rotations_[set].narrow(0, first, count) * weights;
        sum.addmm_(vectors.transpose(0, 1).reshape({rows, 3 * count}), turning.reshape({3 * count, 3}));
    }

    void add_gradients(const at::Tensor& gradients, std::int64_t first, std::int64_t count) {
        if (lab_frame_alone_) {
            gradients_ = gradients[0];
            bare_gradients_ = gradients_;
            return;
        }
        const auto bare = static_cast<std::int64_t>(frames_[0].bare);
        const bool has_bare = bare >= first && bare < first + count;
        if (has_bare) bare_gradients_ = at::zeros_like(gradients_);
        for_each_set(first_edge_, [&](std::int64_t set, std::int64_t edge, std::int64_t edges) {
            const at::Tensor here = gradients.narrow(1, edge, edges);
            at::Tensor sum = gradients_.narrow(0, edge, edges);
            turn_back(here, set, first, sum);
            if (has_bare)
                bare_gradients_.narrow(0, edge, edges).copy_(at::mm(here[bare - first], rotations_[set][bare]));
        });
    }

    Model& model_;
    const std::vector<AtomOutput>& wanted_;
    const Graph& graph_;
    const std::vector<Frames>& frames_;
    std::int64_t edges_, atoms_;
    std::vector<std::int64_t> first_edge_, first_atom_;  // for each set of rotations, and the end
    bool lab_frame_alone_;
    at::Tensor vectors_, edge_index_, reverse_, species_, local_, rotations_, weights_;
    at::Tensor atom_energies_, gradients_, bare_gradients_;
    std::vector<at::Tensor> frame_energies_, outputs_;
};

FrameSum run_unguarded(Model& model, const std::vector<AtomOutput>& outputs, const Graph& graph,
                       const std::vector<Frames>& frames, std::int64_t at_once) {
    const auto count = static_cast<std::int64_t>(frames[0].size());
    if (graph.atoms() == 0) {
        const at::Tensor none = at::zeros({0, 3}, at::kDouble);
        const std::vector<at::Tensor> no_outputs(outputs.size(), none);
        return {at::zeros({0}, at::kDouble), none, none, at::zeros({graph.structures(), count}, at::kDouble),
                no_outputs};
    }
    Batch batch(model, outputs, graph, frames);
    for (std::int64_t first = 0; first < count; first += at_once) batch.add(first, std::min(at_once, count - first));
    return batch.result();
}

/// Return the last line of a TorchScript traceback, which is the error itself.
std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto start = text.rfind('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

/// Return whether an error is due to a lack of memory. Torch has an exception type for it only on a GPU and outside the
/// code of the model; otherwise only the text shows it: "CUDA out of memory", "DefaultCPUAllocator: can't allocate
/// memory".
bool is_out_of_memory(const std::string& text) {
    return text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos;
}

}  // namespace

FrameSum sum_over_frames(Model& model, const std::vector<AtomOutput>& outputs, const Graph& graph,
                         const std::vector<Frames>& frames, std::int64_t frames_at_once) {
    const auto at_once = std::min(frames_at_once, static_cast<std::int64_t>(frames[0].size()));
    const auto out_of_memory = [&] {
        return EvaluationError(
            message("out of memory on ", model.device().str(), " for ", graph.edges() * at_once,
                    graph.structures() > 1 || at_once > 1 ? " edges; lower `memory`" : " edges; use a smaller system"));
    };
    const auto failed = [&](const std::string& reason) {
        return is_out_of_memory(reason) ? out_of_memory() : EvaluationError("the model failed: " + reason);
    };
    try {
        return run_unguarded(model, outputs, graph, frames, at_once);
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw out_of_memory();
    } catch (const c10::Error& error) {
        throw failed(error.what_without_backtrace());
    } catch (const std::exception& error) {  // errors in the code of the model have a traceback
        throw failed(last_line(error.what()));
    }
}

}  // namespace tumble
