#include "tumble/evaluation/depth_check.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "tumble/base/error.h"

namespace tumble {

namespace {

constexpr int unreachable = -1;

std::int64_t first_edge(const Graph& graph, std::int64_t center) {
    const auto centers = graph.edge_index.begin();
    return std::lower_bound(centers, centers + graph.edges(), center) - centers;
}

/// Return the number of hops from an atom to each other atom, up to `farthest`.
std::vector<int> hops_from(const Graph& graph, std::int64_t atom, int farthest) {
    std::vector<int> hops(graph.atoms(), unreachable);
    std::vector<std::int64_t> reached{atom};
    hops[atom] = 0;
    for (std::size_t next = 0; next < reached.size() && hops[reached[next]] < farthest; ++next) {
        const std::int64_t center = reached[next];
        for (std::int64_t e = first_edge(graph, center); e < graph.edges() && graph.center(e) == center; ++e) {
            const std::int64_t neighbor = graph.neighbor(e);
            if (hops[neighbor] != unreachable) continue;
            hops[neighbor] = hops[center] + 1;
            reached.push_back(neighbor);
        }
    }
    return hops;
}

/// Return the graph with only the edges whose centers are less than `depth` hops away from the atom at 0 hops. That
/// atom is the first and only local atom of the result.
Graph cut(const Graph& graph, const std::vector<int>& hops, int depth) {
    std::vector<std::int64_t> atoms;
    for (std::int64_t n = 0; n < graph.atoms(); ++n) {
        if (hops[n] != unreachable && hops[n] <= depth) atoms.push_back(n);
    }
    std::stable_sort(atoms.begin(), atoms.end(), [&](std::int64_t a, std::int64_t b) { return hops[a] < hops[b]; });
    std::vector<std::int64_t> number(graph.atoms(), -1), kept, new_edge(graph.edges(), -1);
    Graph part;
    for (const std::int64_t n : atoms) {
        number[n] = part.atoms();
        part.species.push_back(graph.species[n]);
        if (hops[n] == depth) continue;
        for (std::int64_t e = first_edge(graph, n); e < graph.edges() && graph.center(e) == n; ++e) {
            new_edge[e] = static_cast<std::int64_t>(kept.size());
            kept.push_back(e);
        }
    }
    for (const std::int64_t e : kept) {
        part.vectors.push_back(graph.vectors[e]);
        part.shifts.push_back(graph.shifts[e]);
        part.reverse.push_back(graph.reverse[e] < 0 ? -1 : new_edge[graph.reverse[e]]);
        part.edge_index.push_back(number[graph.center(e)]);
    }
    for (const std::int64_t e : kept) part.edge_index.push_back(number[graph.neighbor(e)]);
    part.first_atom = {0, part.atoms()};
    part.local_atoms = {1};
    return part;
}

}  // namespace

bool check_depth(const Potential& potential, const Graph& graph, const Evaluation& whole, double tolerance) {
    constexpr std::int64_t most_tries = 100;  // each visits the whole graph
    const Metadata& metadata = potential.metadata();
    std::set<std::int64_t> checked;  // species
    Evaluation result;
    for (std::int64_t atom = 0; atom < std::min(graph.atoms(), most_tries); ++atom) {
        const std::int64_t species = graph.species[atom];
        if (checked.count(species) > 0) continue;
        const std::vector<int> hops = hops_from(graph, atom, metadata.depth);
        if (std::find(hops.begin(), hops.end(), metadata.depth) == hops.end()) continue;
        potential.evaluate(cut(graph, hops, metadata.depth), result);
        const double expected = whole.atom_energies[atom], got = result.energies[0];
        const double scale = std::max(1.0, std::abs(expected - metadata.baseline[species]));
        if (!(std::abs(expected - got) <= tolerance * scale)) {
            throw MetadataError(
                message("metadata field `depth`: expected as many cutoffs as an atomic energy sees, got ",
                        metadata.depth, ", with which an energy is ", got, " eV instead of ", expected,
                        "; export the model with the number of its message-passing layers, and see "
                        "that messages are zero where `reverse` is -1"));
        }
        checked.insert(species);
    }
    return !checked.empty();
}

Structure chain_for_depth_check(const Metadata& metadata) {
    Structure chain;
    for (int i = 0; i < metadata.depth + 3; ++i) {
        // 0.6 and 1.2 cutoffs to the next two atoms, with bends so that no direction is special
        const double along = 0.6 * i, across = 0.05 * std::cos(2.0 * i), up = 0.05 * std::sin(3.0 * i);
        chain.species.push_back(i % static_cast<std::int64_t>(metadata.species.size()));
        chain.positions.push_back({metadata.cutoff * along, metadata.cutoff * across, metadata.cutoff * up});
    }
    return chain;
}

}  // namespace tumble
