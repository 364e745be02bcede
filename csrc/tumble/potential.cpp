#include "potential.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "error.h"
#include "model.h"
#include "reference_check.h"

namespace tumble {

namespace {

constexpr double bytes_per_megabyte = 1024.0 * 1024.0;

at::Tensor integers(const std::vector<std::int64_t>& values, at::IntArrayRef shape, at::Device device) {
    // from_blob only borrows; on the CPU nothing is copied, and the graph outlives the evaluation
    auto* data = const_cast<std::int64_t*>(values.data());
    return at::from_blob(data, shape, at::kLong).to(device);
}

/// Edges stay within structures, since chunks are cut between them.
void validate_structures(const Graph& graph) {
    std::int64_t structure = 0;
    for (std::int64_t e = 0; e < graph.edges(); ++e) {
        while (graph.center(e) >= graph.first_atom[structure + 1]) ++structure;
        const std::int64_t j = graph.neighbor(e);
        if (j < graph.first_atom[structure] || j >= graph.first_atom[structure + 1]) {
            throw StructureError(message("graph: expected edges within structures, got one from atom ", graph.center(e),
                                         " to atom ", j, " of another"));
        }
    }
}

/// Checks what the model and the assembly below rely on.
void validate(const Graph& graph, const Metadata& metadata) {
    const std::int64_t edges = graph.edges(), atoms = graph.atoms();
    if (static_cast<std::int64_t>(graph.edge_index.size()) != 2 * edges ||
        static_cast<std::int64_t>(graph.reverse.size()) != edges) {
        throw StructureError(message("graph: expected `edge_index` and `reverse` for ", edges, " edges"));
    }
    if (graph.first_atom.empty() || graph.first_atom.front() != 0 || graph.first_atom.back() != atoms ||
        !std::is_sorted(graph.first_atom.begin(), graph.first_atom.end())) {
        throw StructureError(message("graph: expected `first_atom` to rise from 0 to the number of atoms, ", atoms));
    }
    bool counted = static_cast<std::int64_t>(graph.local_atoms.size()) == graph.structures();
    for (std::int64_t s = 0; counted && s < graph.structures(); ++s) {
        counted = graph.local_atoms[s] >= 0 && graph.local_atoms[s] <= graph.first_atom[s + 1] - graph.first_atom[s];
    }
    if (!counted) {
        throw StructureError(message("graph: expected `local_atoms` for ", graph.structures(),
                                     " structures, each from 0 to the number of its atoms"));
    }
    const auto species = static_cast<std::int64_t>(metadata.species.size());
    for (const std::int64_t s : graph.species) {
        if (s < 0 || s >= species) throw StructureError(message("`species`: expected 0 to ", species - 1, ", got ", s));
    }
    for (std::int64_t e = 0; e < edges; ++e) {
        const bool inside =
            graph.center(e) >= 0 && graph.center(e) < atoms && graph.neighbor(e) >= 0 && graph.neighbor(e) < atoms;
        const bool sorted = e == 0 || graph.center(e - 1) <= graph.center(e);
        const std::int64_t r = graph.reverse[e];
        if (!inside || !sorted || r < -1 || r >= edges ||
            (r >= 0 && (graph.center(r) != graph.neighbor(e) || graph.neighbor(r) != graph.center(e)))) {
            throw StructureError(message("graph: expected edges between the ", atoms,
                                         " atoms, sorted by centre, with valid reverse edges; edge ", e, " isn't"));
        }
    }
    validate_structures(graph);
}

/// What the model gives: energies of the atoms, still without their baseline, and gradients on the edges.
struct RawResult {
    at::Tensor atom_energies;   // [N], float64, CPU
    at::Tensor edge_gradients;  // [E, 3], float64, CPU
};

RawResult run_unguarded(Model& model, const Graph& graph) {
    const std::int64_t edges = graph.edges(), atoms = graph.atoms();
    if (atoms == 0) return {at::zeros({0}, at::kDouble), at::zeros({0, 3}, at::kDouble)};
    auto* vector_data = const_cast<Vector3*>(graph.vectors.data());
    at::Tensor vectors =
        at::from_blob(vector_data, {edges, 3}, at::kDouble).to(model.device(), model.dtype(), false, true);
    vectors.set_requires_grad(true);

    const at::AutoGradMode with_gradients(true);
    auto outputs = model.forward(vectors, integers(graph.edge_index, {2, edges}, model.device()),
                                 integers(graph.reverse, {edges}, model.device()),
                                 integers(graph.species, {atoms}, model.device()));
    const auto found = outputs.find("energy");
    if (found == outputs.end()) throw EvaluationError("the model returned no `energy`");
    const at::Tensor energies = found->second;
    if (energies.dim() != 1 || energies.size(0) != atoms) {
        throw EvaluationError(message("the model's `energy`: expected shape [", atoms, "], got ", energies.sizes()));
    }
    at::Tensor counted = at::zeros({atoms}, at::kDouble);  // 1 for local atoms, 0 for ghosts
    for (std::int64_t s = 0; s < graph.structures(); ++s) {
        counted.narrow(0, graph.first_atom[s], graph.local_atoms[s]).fill_(1.0);
    }
    at::Tensor gradients = at::zeros_like(vectors);
    if (energies.requires_grad() && edges > 0) {  // isolated atoms alone depend on nothing
        const auto result =
            torch::autograd::grad({energies}, {vectors}, {counted.to(energies.options())}, false, false, true);
        if (result[0].defined()) gradients = result[0];
    }
    return {energies.detach().to(at::kCPU, at::kDouble).contiguous(),
            gradients.detach().to(at::kCPU, at::kDouble).contiguous()};
}

/// Last line of a TorchScript traceback: the error itself.
std::string last_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto start = text.rfind('\n');
    return start == std::string::npos ? text : text.substr(start + 1);
}

/// Only on a GPU and outside the model's own code does a lack of memory have a type of its own; for the rest there is
/// the text: "CUDA out of memory", "DefaultCPUAllocator: can't allocate memory".
bool is_out_of_memory(const std::string& text) {
    return text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos;
}

/// Whatever fails in the model, its gradient or the transfers becomes an EvaluationError.
RawResult run(Model& model, const Graph& graph) {
    const auto out_of_memory = [&] {
        return EvaluationError(
            message("out of memory on ", model.device().str(), " for ", graph.edges(),
                    graph.structures() > 1 ? " edges; lower `memory`" : " edges; use a smaller system"));
    };
    const auto failed = [&](const std::string& reason) {
        return is_out_of_memory(reason) ? out_of_memory() : EvaluationError("the model failed: " + reason);
    };
    try {
        return run_unguarded(model, graph);
    } catch (const Error&) {
        throw;
    } catch (const std::bad_alloc&) {
        throw out_of_memory();
    } catch (const c10::Error& error) {
        throw failed(error.what_without_backtrace());
    } catch (const std::exception& error) {  // whatever fails in the model's own code arrives with a traceback
        throw failed(last_line(error.what()));
    }
}

/// Adds the results of one chunk, whose structures, atoms and edges start at the given places, to the whole.
void assemble(const Graph& graph, const RawResult& raw, const std::vector<double>& baseline,
              std::int64_t first_structure, std::int64_t first_atom, std::int64_t first_edge, Evaluation& result) {
    const double* energies = raw.atom_energies.const_data_ptr<double>();
    const double* gradients = raw.edge_gradients.const_data_ptr<double>();
    std::int64_t edge = 0;
    for (std::int64_t s = 0; s < graph.structures(); ++s) {
        double energy = 0.0;
        for (std::int64_t n = graph.first_atom[s]; n < graph.first_atom[s] + graph.local_atoms[s]; ++n) {
            const double atom_energy = energies[n] + baseline[graph.species[n]];
            result.atom_energies[first_atom + n] = atom_energy;
            energy += atom_energy;
        }
        Matrix3 virial{};
        for (; edge < graph.edges() && graph.center(edge) < graph.first_atom[s + 1]; ++edge) {
            const Vector3& v = graph.vectors[edge];
            const double* g = gradients + 3 * edge;
            Vector3& on_center = result.forces[first_atom + graph.center(edge)];
            Vector3& on_neighbor = result.forces[first_atom + graph.neighbor(edge)];
            for (int b = 0; b < 3; ++b) {
                result.edge_gradients[first_edge + edge][b] = g[b];
                on_center[b] += g[b];
                on_neighbor[b] -= g[b];
                for (int a = 0; a < 3; ++a) virial[a][b] -= v[a] * g[b];
            }
        }
        result.energies[first_structure + s] = energy;
        result.virials[first_structure + s] = virial;
        result.torques[first_structure + s] = {virial[2][1] - virial[1][2], virial[0][2] - virial[2][0],
                                               virial[1][0] - virial[0][1]};
    }
}

void require_finite(const Evaluation& result) {
    for (std::size_t n = 0; n < result.forces.size(); ++n) {
        const Vector3& f = result.forces[n];
        const double energy = result.atom_energies[n];
        const auto refuse = [n](const std::string& what) {
            throw NotFiniteError(AtomText{{"the model returned " + what, ""}, {static_cast<std::int64_t>(n)}});
        };
        if (!std::isfinite(energy)) refuse(message("energy ", energy, " for "));
        if (!std::isfinite(f[0] + f[1] + f[2])) {
            refuse(message("force (", f[0], ", ", f[1], ", ", f[2], ") eV/Å on "));
        }
    }
}

}  // namespace

struct Potential::Implementation {
    Metadata metadata;
    std::unique_ptr<Model> model;
    std::int64_t edges_per_chunk;
};

Potential::Potential(const std::string& path, const LoadOptions& options)
    : implementation_(std::make_unique<Implementation>()) {
    if (!(options.memory > 0.0)) {
        throw ConfigurationError(message("`memory`: expected a number of MB above 0, got ", options.memory));
    }
    auto& self = *implementation_;
    self.metadata = read_metadata(path);
    self.model = load_torchscript(path, parse_device(options.device), self.metadata.dtype);
    const double edges = options.memory * bytes_per_megabyte / static_cast<double>(self.metadata.bytes_per_edge);
    self.edges_per_chunk = static_cast<std::int64_t>(std::min(edges, 1e15));  // any more can't be counted
    if (options.check) check_references(*this);
}

Potential::~Potential() = default;
Potential::Potential(Potential&&) noexcept = default;
Potential& Potential::operator=(Potential&&) noexcept = default;

const Metadata& Potential::metadata() const { return implementation_->metadata; }

std::string Potential::device() const { return implementation_->model->device().str(); }

void Potential::evaluate(const Graph& graph, Evaluation& result) const {
    auto& self = *implementation_;
    validate(graph, self.metadata);
    result.energies.assign(graph.structures(), 0.0);
    result.atom_energies.assign(graph.atoms(), 0.0);
    result.forces.assign(graph.atoms(), Vector3{});
    result.virials.assign(graph.structures(), Matrix3{});
    result.torques.assign(graph.structures(), Vector3{});
    result.edge_gradients.assign(graph.edges(), Vector3{});

    if (graph.structures() <= 1 || graph.edges() <= self.edges_per_chunk) {
        assemble(graph, run(*self.model, graph), self.metadata.baseline, 0, 0, 0, result);
        require_finite(result);
        return;
    }
    std::int64_t first_edge = 0;
    for (std::int64_t first = 0; first < graph.structures();) {
        // as many structures as fit, but always one
        std::int64_t last = first, end = first_edge;
        while (last < graph.structures()) {
            std::int64_t next = end;
            while (next < graph.edges() && graph.center(next) < graph.first_atom[last + 1]) ++next;
            if (last > first && next - first_edge > self.edges_per_chunk) break;
            end = next;
            ++last;
        }
        const Graph part = slice(graph, first, last);
        assemble(part, run(*self.model, part), self.metadata.baseline, first, graph.first_atom[first], first_edge,
                 result);
        first = last;
        first_edge = end;
    }
    require_finite(result);
}

void Potential::warm_up() const {
    Evaluation ignored;
    for (const auto& reference : metadata().references) {
        evaluate(build_graph({reference.structure}, metadata().cutoff), ignored);
    }
}

}  // namespace tumble
