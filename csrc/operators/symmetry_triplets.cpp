#include "operators/symmetry_triplets.h"

#include <ATen/ATen.h>

#include <cmath>

namespace tumble {

namespace {

constexpr int64_t most_triplets = 1 << 19;  // of a part: some 100 MB with what a backward pass needs

at::Tensor smoothstep(CutoffForm form, const at::Tensor& u) {
    switch (form) {
        case CutoffForm::poly1:
            return u.square() * (3 - 2 * u);
        case CutoffForm::poly2:
            return u.pow(3) * (10 - 15 * u + 6 * u.square());
        case CutoffForm::poly3:
            return u.pow(4) * (35 - 84 * u + 70 * u.square() - 20 * u.pow(3));
        default:
            return u.pow(5) * (126 - 420 * u + 540 * u.square() - 315 * u.pow(3) + 70 * u.pow(4));
    }
}

/// Cutoff function at distances below the cutoff R, with u = (R - r) / (R - inner R), or 1.
at::Tensor cutoff_function(const SymmetrySettings& settings, double cutoff, const at::Tensor& r) {
    const at::Tensor u = ((cutoff - r) / (cutoff * (1 - settings.inner))).clamp_max(1);
    switch (settings.form) {
        case CutoffForm::hard:
            return at::ones_like(r);
        case CutoffForm::cosine:
            return (u * (M_PI / 2)).sin().square();
        case CutoffForm::tanh:
            return (1 - r / cutoff).tanh().pow(3);
        case CutoffForm::tanh_scaled:
            return ((1 - r / cutoff).tanh() / std::tanh(1.0)).pow(3);
        case CutoffForm::exponential:
            return (1 - 1 / (u * (2 - u))).exp();
        default:
            // A smoothstep's upper half is 1 minus its lower half, in which nothing cancels.
            return at::where(u < 0.5, smoothstep(settings.form, u), 1 - smoothstep(settings.form, 1 - u));
    }
}

/// Columns of the result, of which a group fills some rows.
class Columns {
  public:
    Columns(int64_t atoms, int64_t columns, const at::TensorOptions& options)
        : columns_(size_t(columns), at::zeros({atoms}, options)) {}
    void add(int64_t column, const at::Tensor& centers, const at::Tensor& values) {
        columns_[size_t(column)] = columns_[size_t(column)].index_add(0, centers, values);
    }
    at::Tensor stacked() const { return at::stack(columns_, 1); }

  private:
    std::vector<at::Tensor> columns_;
};

/// Edges or pairs of edges of one center.
struct Edges {
    at::Tensor vectors, r, center, center_species, neighbor_species;

    Edges of(const at::Tensor& places) const {
        return {vectors.index_select(0, places), r.index_select(0, places), center.index_select(0, places),
                center_species.index_select(0, places), neighbor_species.index_select(0, places)};
    }
};

at::Tensor lengths(const at::Tensor& vectors) {
    return vectors.square().sum(1).clamp_min(1e-30).sqrt();  // two neighbors in one place have no direction
}

Edges edges_of(const SymmetryGraph& graph) {
    const int64_t atoms = graph.species.size(0), edges = graph.vectors.size(0);
    const at::Tensor counts = graph.first.narrow(0, 1, atoms) - graph.first.narrow(0, 0, atoms);
    const at::Tensor center = at::repeat_interleave(at::arange(atoms, graph.first.options()), counts, 0, edges);
    return {graph.vectors, lengths(graph.vectors), center, graph.species.index_select(0, center),
            graph.neighbor_species};
}

at::Tensor gaussian(const SymmetryFunction& f, const at::Tensor& r) { return (r - f.shift).square() * -f.eta; }

void add_radial(const SymmetrySettings& settings, const std::vector<SymmetryFunction>& group, const Edges& edges,
                Columns& columns) {
    const SymmetryFunction& f = group.front();
    const at::Tensor chosen = (edges.center_species == f.center)
                                  .logical_and(edges.neighbor_species == f.first)
                                  .logical_and(edges.r < f.cutoff)
                                  .nonzero()
                                  .squeeze(1);
    const at::Tensor center = edges.center.index_select(0, chosen), r = edges.r.index_select(0, chosen);
    const at::Tensor weights = cutoff_function(settings, f.cutoff, r);
    for (const auto& each : group) columns.add(each.column, center, gaussian(each, r).exp() * weights);
}

void add_angular(const SymmetrySettings& settings, const std::vector<SymmetryFunction>& group, const Edges& edges,
                 const at::Tensor& one, const at::Tensor& other, Columns& columns) {
    const SymmetryFunction& f = group.front();
    const bool narrow = f.kind == SymmetryFunction::narrow;
    const at::Tensor a = edges.neighbor_species.index_select(0, one), b = edges.neighbor_species.index_select(0, other);
    const at::Tensor near = edges.r < f.cutoff;
    at::Tensor chosen = ((a == f.first).logical_and(b == f.second))
                            .logical_or((a == f.second).logical_and(b == f.first))
                            .logical_and(edges.center_species.index_select(0, one) == f.center)
                            .logical_and(near.index_select(0, one))
                            .logical_and(near.index_select(0, other))
                            .nonzero()
                            .squeeze(1);
    if (narrow) {
        const at::Tensor between = edges.vectors.detach().index_select(0, other.index_select(0, chosen)) -
                                   edges.vectors.detach().index_select(0, one.index_select(0, chosen));
        chosen = chosen.index_select(0, (lengths(between) < f.cutoff).nonzero().squeeze(1));
    }
    const Edges j = edges.of(one.index_select(0, chosen)), k = edges.of(other.index_select(0, chosen));
    at::Tensor weights = cutoff_function(settings, f.cutoff, j.r) * cutoff_function(settings, f.cutoff, k.r), r_jk;
    if (narrow) {
        r_jk = lengths(k.vectors - j.vectors);
        weights = weights * cutoff_function(settings, f.cutoff, r_jk);
    }
    const at::Tensor cosine = (j.vectors * k.vectors).sum(1) / (j.r * k.r);
    for (const auto& each : group) {
        at::Tensor exponent = gaussian(each, j.r) + gaussian(each, k.r);
        if (narrow) exponent = exponent + gaussian(each, r_jk);
        const at::Tensor base = 1 + each.lambda * cosine, positive = base > 0;
        const at::Tensor power = at::where(positive, base, at::ones_like(base)).pow(each.zeta);
        const at::Tensor angular = at::where(positive, power, at::zeros_like(base)) * std::pow(2.0, 1.0 - each.zeta);
        columns.add(each.column, j.center, angular * exponent.exp() * weights);
    }
}

}  // namespace

at::Tensor symmetry_of_triplets(const SymmetryGraph& graph, const SymmetrySettings& settings) {
    if (settings.functions.empty()) {  // zeros, which can be differentiated as often as functions
        return at::zeros({graph.species.size(0), settings.columns}, graph.vectors.options()) *
               graph.vectors.square().sum();
    }
    const Edges edges = edges_of(graph);
    const int64_t count = graph.vectors.size(0);
    // Each edge with those behind it of the same center.
    const at::Tensor all = at::arange(count, graph.first.options());
    const at::Tensor behind = graph.first.index_select(0, edges.center + 1) - all - 1;
    const at::Tensor one = at::repeat_interleave(all, behind);
    const at::Tensor start = (behind.cumsum(0) - behind).index_select(0, one);
    const at::Tensor other = one + 1 + at::arange(one.size(0), graph.first.options()) - start;
    Columns columns(graph.species.size(0), settings.columns, graph.vectors.options());
    const auto& functions = settings.functions;
    for (size_t begin = 0, end; begin < functions.size(); begin = end) {
        for (end = begin; end < functions.size() && same_group(functions[begin], functions[end]);) ++end;
        const std::vector<SymmetryFunction> group(functions.begin() + begin, functions.begin() + end);
        if (group.front().kind == SymmetryFunction::radial) {
            add_radial(settings, group, edges, columns);
        } else {
            add_angular(settings, group, edges, one, other, columns);
        }
    }
    return columns.stacked();
}

std::vector<SymmetryGraph> parts_of(const SymmetryGraph& graph) {
    const at::Tensor rows = graph.first.cpu().contiguous();
    const int64_t* first = rows.const_data_ptr<int64_t>();
    const int64_t atoms = graph.species.size(0);
    std::vector<SymmetryGraph> parts;
    for (int64_t begin = 0, end; begin < atoms; begin = end) {
        int64_t triplets = 0;
        for (end = begin; end < atoms; ++end) {
            const int64_t neighbors = first[end + 1] - first[end];
            triplets += neighbors * (neighbors - 1) / 2;
            if (triplets > most_triplets && end > begin) break;
        }
        const int64_t edges = first[end] - first[begin];
        parts.push_back({graph.vectors.narrow(0, first[begin], edges),
                         graph.neighbor_species.narrow(0, first[begin], edges),
                         graph.first.narrow(0, begin, end - begin + 1) - first[begin],
                         graph.species.narrow(0, begin, end - begin)});
    }
    return parts;
}

}  // namespace tumble
