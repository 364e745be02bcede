#include "edge_list.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "error.h"

namespace tumble {

namespace {

auto key(const EdgeList::Candidate& c) { return std::tie(c.center, c.neighbor, c.shift); }

EdgeList::Candidate reversed(const EdgeList::Candidate& c) {
    return {c.neighbor, c.center, {-c.shift[0], -c.shift[1], -c.shift[2]}, c.source};
}

double squared_length(const Vector3& v, const EdgeList::Candidate& candidate) {
    const double square = v[0] * v[0] + v[1] * v[1] + v[2] * v[2];
    const auto refuse = [&candidate](const std::string& reason) {
        throw StructureError(AtomText{{"", " and ", ": " + reason}, {candidate.center, candidate.neighbor}});
    };
    if (!std::isfinite(square)) {
        refuse(message("expected finite positions, got a distance of ", std::sqrt(square), " Å"));
    }
    // A pair at distance zero has no direction: no model can give it a force.
    if (square == 0.0) refuse("expected a distance above 0 Å, got 0");
    return square;
}

}  // namespace

EdgeList::EdgeList(std::vector<Candidate> candidates, std::int64_t atoms) : candidates_(std::move(candidates)) {
    const auto less = [](const Candidate& a, const Candidate& b) { return key(a) < key(b); };
    std::sort(candidates_.begin(), candidates_.end(), less);

    std::vector<std::size_t> first(atoms + 1, 0);
    for (const auto& c : candidates_) first[c.center + 1]++;
    for (std::int64_t i = 0; i < atoms; ++i) first[i + 1] += first[i];

    reverse_.assign(candidates_.size(), -1);
    for (std::size_t e = 0; e < candidates_.size(); ++e) {
        const Candidate wanted = reversed(candidates_[e]);
        const auto begin = candidates_.begin() + static_cast<std::ptrdiff_t>(first[wanted.center]);
        const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(first[wanted.center + 1]);
        const auto found = std::lower_bound(begin, end, wanted, less);
        if (found != end && key(*found) == key(wanted)) reverse_[e] = found - candidates_.begin();
    }
}

void EdgeList::append_to(Graph& graph, const std::vector<Vector3>& vectors, const std::vector<std::int64_t>& species,
                         double cutoff) const {
    const auto n = static_cast<std::int64_t>(candidates_.size());
    const std::int64_t first_edge = graph.edges();
    const std::int64_t first_atom = graph.atoms();

    // Decide each pair once, from its first direction.
    edge_of_.assign(n, -1);
    for (std::int64_t e = 0; e < n; ++e) {
        const std::int64_t r = reverse_[e];
        if (r >= 0 && r < e) continue;
        if (squared_length(vectors[e], candidates_[e]) >= cutoff * cutoff) continue;
        edge_of_[e] = 0;
        if (r >= 0) edge_of_[r] = 0;
    }
    std::int64_t count = first_edge;
    for (auto& edge : edge_of_) {
        if (edge == 0) edge = count++;
    }

    // The index has two rows: make room for the new edges at the end of both.
    std::vector<std::int64_t> index(2 * count);
    std::copy_n(graph.edge_index.begin(), first_edge, index.begin());
    std::copy_n(graph.edge_index.begin() + first_edge, first_edge, index.begin() + count);
    graph.vectors.resize(count);
    graph.reverse.resize(count);
    graph.shifts.resize(count);
    for (std::int64_t e = 0; e < n; ++e) {
        const std::int64_t edge = edge_of_[e];
        if (edge < 0) continue;
        const std::int64_t r = reverse_[e];
        const Vector3& v = vectors[r >= 0 && r < e ? r : e];
        const double sign = r >= 0 && r < e ? -1.0 : 1.0;
        graph.vectors[edge] = {sign * v[0], sign * v[1], sign * v[2]};
        graph.reverse[edge] = r >= 0 ? edge_of_[r] : -1;
        graph.shifts[edge] = candidates_[e].shift;
        index[edge] = first_atom + candidates_[e].center;
        index[count + edge] = first_atom + candidates_[e].neighbor;
    }
    graph.edge_index = std::move(index);
    graph.species.insert(graph.species.end(), species.begin(), species.end());
    graph.first_atom.push_back(graph.atoms());
}

}  // namespace tumble
