#include "tumble/evaluation/potential.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tumble/base/device.h"
#include "tumble/base/error.h"
#include "tumble/base/threads.h"
#include "tumble/base/torch_modes.h"
#include "tumble/evaluation/frame_sum.h"
#include "tumble/evaluation/reference_check.h"
#include "tumble/graph/graph_check.h"
#include "tumble/model/model.h"
#include "tumble/model/outputs.h"

namespace tumble {

namespace {

constexpr double bytes_per_megabyte = 1024.0 * 1024.0;
constexpr double fastest_on_cpu = 64.0;  // MB; benchmarks/rotations.py
constexpr double fastest_on_gpu = 1024.0;

Vector3 antisymmetric_part(const Matrix3& virial) {
    return {virial[2][1] - virial[1][2], virial[0][2] - virial[2][0], virial[1][0] - virial[0][1]};
}

/// First structure, atom and edge of a chunk in the whole batch.
struct Place {
    std::int64_t structure = 0, atom = 0, edge = 0;
};

/// Add the forces that follow from gradients on the edges `first` to `last - 1` of a chunk, and return their virial.
Matrix3 add_forces(const Graph& graph, const double* gradients, std::int64_t first, std::int64_t last,
                   Vector3* forces) {
    Matrix3 virial{};
    for (std::int64_t edge = first; edge < last; ++edge) {
        const Vector3& v = graph.vectors[edge];
        const double* g = gradients + 3 * edge;
        Vector3& on_center = forces[graph.center(edge)];
        Vector3& on_neighbor = forces[graph.neighbor(edge)];
        for (int b = 0; b < 3; ++b) {
            on_center[b] += g[b];
            on_neighbor[b] -= g[b];
            for (int a = 0; a < 3; ++a) virial[a][b] -= v[a] * g[b];
        }
    }
    return virial;
}

/// Copy the values of the local atoms of one chunk.
void copy_output(const Graph& graph, const at::Tensor& values, const Place& place, AtomOutput& output) {
    const double* from = values.const_data_ptr<double>();
    for (std::int64_t s = 0; s < graph.structures(); ++s) {
        const std::int64_t first = graph.first_atom[s] * output.width, count = graph.local_atoms[s] * output.width;
        std::copy_n(from + first, count, output.values.begin() + place.atom * output.width + first);
    }
}

/// Add the results of one chunk to those of the batch.
void assemble(const Graph& graph, const FrameSum& sum, const std::vector<double>& baseline, const Frames& frames,
              const Place& place, Evaluation& result) {
    const double* energies = sum.atom_energies.const_data_ptr<double>();
    const double* gradients = sum.edge_gradients.const_data_ptr<double>();
    const double* bare_gradients = sum.bare_gradients.const_data_ptr<double>();
    const double* frame_energies = sum.frame_energies.const_data_ptr<double>();
    const double total_weight = std::accumulate(frames.weights.begin(), frames.weights.end(), 0.0);
    for (std::int64_t e = 0; e < graph.edges(); ++e) {
        for (int b = 0; b < 3; ++b) result.edge_gradients[place.edge + e][b] = gradients[3 * e + b];
    }
    for (std::size_t o = 0; o < result.outputs.size(); ++o)
        copy_output(graph, sum.outputs[o], place, result.outputs[o]);
    std::int64_t first = 0;
    for (std::int64_t s = 0; s < graph.structures(); ++s) {
        double energy = 0.0, offset = 0.0;
        for (std::int64_t n = graph.first_atom[s]; n < graph.first_atom[s] + graph.local_atoms[s]; ++n) {
            const double atom_energy = energies[n] + total_weight * baseline[graph.species[n]];
            result.atom_energies[place.atom + n] = atom_energy;
            energy += atom_energy;
            offset += baseline[graph.species[n]];
        }
        const std::int64_t structure = place.structure + s, last = graph.end_of_edges(s, first);
        const Matrix3 virial = add_forces(graph, gradients, first, last, &result.forces[place.atom]);
        result.energies[structure] = energy;
        result.virials[structure] = virial;
        result.torques[structure] = antisymmetric_part(virial);

        double* of_frames = &result.frame_energies[structure * frames.size()];
        for (std::size_t k = 0; k < frames.size(); ++k) of_frames[k] = frame_energies[s * frames.size() + k] + offset;
        result.bare_energies[structure] = of_frames[frames.bare];
        result.bare_torques[structure] =
            antisymmetric_part(add_forces(graph, bare_gradients, first, last, &result.bare_forces[place.atom]));
        first = last;
    }
}

/// Return, without values, the outputs that a model declares in addition to its energy and that outputs.h lists.
std::vector<AtomOutput> outputs_of(const Metadata& metadata) {
    std::vector<AtomOutput> outputs;
    for (const std::string& name : metadata.outputs) {
        if (const std::int64_t width = width_of_output(name); width > 0) outputs.push_back({name, width, {}});
    }
    return outputs;
}

void clear(const Graph& graph, std::size_t frames, const std::vector<AtomOutput>& outputs, Evaluation& result) {
    result.energies.assign(graph.structures(), 0.0);
    result.atom_energies.assign(graph.atoms(), 0.0);
    result.forces.assign(graph.atoms(), Vector3{});
    result.virials.assign(graph.structures(), Matrix3{});
    result.torques.assign(graph.structures(), Vector3{});
    result.edge_gradients.assign(graph.edges(), Vector3{});
    result.frame_energies.assign(graph.structures() * frames, 0.0);
    result.bare_energies.assign(graph.structures(), 0.0);
    result.bare_forces.assign(graph.atoms(), Vector3{});
    result.bare_torques.assign(graph.structures(), Vector3{});
    result.outputs.resize(outputs.size());
    for (std::size_t o = 0; o < outputs.size(); ++o) {
        result.outputs[o].name = outputs[o].name;
        result.outputs[o].width = outputs[o].width;
        result.outputs[o].values.assign(graph.atoms() * outputs[o].width, 0.0);
    }
}

/// Check the sets of rotations of a batch and return them; the lab frame if there are none.
std::vector<Frames> checked(const std::vector<Frames>& frames, std::int64_t structures) {
    if (frames.empty()) return {lab_frame()};
    if (frames.size() != 1 && static_cast<std::int64_t>(frames.size()) != structures) {
        throw ConfigurationError(message("frames: expected one set for all structures or one for each of ", structures,
                                         ", got ", frames.size(), " sets"));
    }
    for (const Frames& set : frames) {
        check_frames(set);
        if (set.weights != frames[0].weights || set.bare != frames[0].bare) {
            throw ConfigurationError("frames: expected the same weights for all structures");
        }
    }
    return frames;
}

void require_finite(const Evaluation& result) {
    const auto refuse = [](const std::string& what, std::size_t atom) {
        throw NotFiniteError(AtomText{{"the model returned " + what, ""}, {static_cast<std::int64_t>(atom)}});
    };
    for (std::size_t n = 0; n < result.forces.size(); ++n) {
        const Vector3& f = result.forces[n];
        const double energy = result.atom_energies[n];
        if (!std::isfinite(energy)) refuse(message("energy ", energy, " for "), n);
        if (!std::isfinite(f[0] + f[1] + f[2])) {
            refuse(message("force (", f[0], ", ", f[1], ", ", f[2], ") eV/Å on "), n);
        }
    }
    for (const AtomOutput& output : result.outputs) {
        for (std::size_t n = 0; n < output.values.size(); ++n) {
            const double value = output.values[n];
            if (!std::isfinite(value)) refuse(message(output.name, " ", value, " for "), n / output.width);
        }
    }
}

}  // namespace

struct Potential::Implementation {
    std::string path;
    Metadata metadata;
    std::unique_ptr<Model> model;
    std::vector<AtomOutput> outputs;
    std::int64_t edges_per_chunk;
};

Potential::Potential(const std::string& path, const LoadOptions& options)
    : implementation_(std::make_unique<Implementation>()) {
    const DefaultTorchModes modes;
    if (options.memory && !(*options.memory > 0.0)) {
        throw ConfigurationError(message("`memory`: expected a number of MB above 0, got ", *options.memory));
    }
    auto& self = *implementation_;
    self.path = path;
    self.metadata = read_metadata(path);
    self.model = load_model(path, parse_device(options.device), self.metadata.dtype);
    if (options.outputs) {
        self.outputs = outputs_of(self.metadata);
    } else {
        self.model->omit_other_outputs();
    }
    self.edges_per_chunk = edges_within(options.memory);
    if (options.check) check_references(*this);
}

Potential::~Potential() = default;
Potential::Potential(Potential&&) noexcept = default;
Potential& Potential::operator=(Potential&&) noexcept = default;

const Metadata& Potential::metadata() const { return implementation_->metadata; }

const std::string& Potential::path() const { return implementation_->path; }

std::string Potential::device() const { return implementation_->model->device().str(); }

void Potential::evaluate(const Graph& graph, const std::vector<Frames>& wanted, Evaluation& result) const {
    const DefaultTorchModes modes;
    auto& self = *implementation_;
    check_graph(graph, static_cast<std::int64_t>(self.metadata.species.size()));
    const std::vector<Frames> frames = checked(wanted, graph.structures());
    clear(graph, frames[0].size(), self.outputs, result);
    const auto run = [&](const Graph& part, const std::vector<Frames>& of_part, const Place& place) {
        const std::int64_t at_once =
            std::max<std::int64_t>(1, self.edges_per_chunk / std::max<std::int64_t>(1, part.edges()));
        const std::int64_t copies = std::min<std::int64_t>(at_once, static_cast<std::int64_t>(of_part[0].size()));
        const ThreadLimit threads(part.edges() * copies * self.metadata.bytes_per_edge);
        assemble(part, sum_over_frames(*self.model, self.outputs, part, of_part, at_once), self.metadata.baseline,
                 frames[0], place, result);
    };
    if (graph.structures() <= 1 || graph.edges() <= self.edges_per_chunk) {
        run(graph, frames, {});
        require_finite(result);
        return;
    }
    Place place;
    while (place.structure < graph.structures()) {
        // as many structures as fit, but at least one
        std::int64_t last = place.structure, end = place.edge;
        while (last < graph.structures()) {
            const std::int64_t next = graph.end_of_edges(last, end);
            if (last > place.structure && next - place.edge > self.edges_per_chunk) break;
            end = next;
            ++last;
        }
        const auto own =
            frames.size() == 1 ? frames : std::vector(frames.begin() + place.structure, frames.begin() + last);
        run(slice(graph, place.structure, last), own, place);
        place = {last, graph.first_atom[last], end};
    }
    require_finite(result);
}

std::int64_t Potential::edges_within(std::optional<double> memory) const {
    const auto& self = *implementation_;
    const double budget = memory.value_or(self.model->device().is_cpu() ? fastest_on_cpu : fastest_on_gpu);
    const double edges = budget * bytes_per_megabyte / static_cast<double>(self.metadata.bytes_per_edge);
    return static_cast<std::int64_t>(std::min(edges, 1e15));  // stay within the integer's range
}

int Potential::threads(std::int64_t edges, std::size_t frames) const {
    const auto& self = *implementation_;
    const std::int64_t work =
        std::min(edges * static_cast<std::int64_t>(frames), std::max(edges, self.edges_per_chunk));
    return self.model->device().is_cpu() ? threads_for(work * self.metadata.bytes_per_edge) : 1;
}

void Potential::warm_up() const {
    Evaluation ignored;
    for (const auto& reference : metadata().references) {
        evaluate_reference(*this, reference, ignored);
    }
}

}  // namespace tumble
