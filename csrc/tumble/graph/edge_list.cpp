#include "tumble/graph/edge_list.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include "tumble/base/error.h"

namespace tumble {

namespace {

auto key(const EdgeList::Candidate& c) { return std::tie(c.center, c.neighbor, c.shift); }

EdgeList::Candidate reversed(const EdgeList::Candidate& c) {
    return {c.neighbor, c.center, {-c.shift[0], -c.shift[1], -c.shift[2]}, c.source};
}

double squared_length(const Vector3& v, const EdgeList::Candidate& candidate) {
    const double square = dot(v, v);
    const auto refuse = [&candidate](const std::string& reason) {
        throw StructureError(AtomText{{"", " and ", ": " + reason}, {candidate.center, candidate.neighbor}});
    };
    if (!std::isfinite(square)) {
        refuse(message("expected finite positions, got a distance of ", std::sqrt(square), " Å"));
    }
    if (square < closest * closest) {
        refuse(message("expected a distance of at least ", closest, " Å, got ", std::sqrt(square)));
    }
    return square;
}

}  // namespace

EdgeList::EdgeList(std::vector<Candidate> candidates, std::int64_t atoms, std::optional<Reach> reach)
    : candidates_(std::move(candidates)), first_(atoms + 1, 0), reach_(reach) {
    const auto less = [](const Candidate& a, const Candidate& b) { return key(a) < key(b); };
    std::sort(candidates_.begin(), candidates_.end(), less);

    for (const auto& c : candidates_) first_[c.center + 1]++;
    for (std::int64_t i = 0; i < atoms; ++i) first_[i + 1] += first_[i];

    reverse_.assign(candidates_.size(), -1);
    for (std::size_t e = 0; e < candidates_.size(); ++e) {
        const Candidate wanted = reversed(candidates_[e]);
        const auto begin = candidates_.begin() + static_cast<std::ptrdiff_t>(first_[wanted.center]);
        const auto end = candidates_.begin() + static_cast<std::ptrdiff_t>(first_[wanted.center + 1]);
        const auto found = std::lower_bound(begin, end, wanted, less);
        if (found != end && key(*found) == key(wanted)) reverse_[e] = found - candidates_.begin();
    }
}

/// Set `edge_of_` to 0 for candidates within the cutoff and to -1 for all others.
void EdgeList::mark_within(double cutoff, const std::vector<Vector3>& vectors) const {
    // Decide each pair once, from its first direction.
    edge_of_.assign(candidates_.size(), -1);
    for (std::size_t e = 0; e < candidates_.size(); ++e) {
        const std::int64_t r = reverse_[e];
        if (r >= 0 && r < static_cast<std::int64_t>(e)) continue;
        if (squared_length(vectors[e], candidates_[e]) >= cutoff * cutoff) continue;
        edge_of_[e] = 0;
        if (r >= 0) edge_of_[r] = 0;
    }
}

/// Set `edge_of_` back to -1 for edges of ghosts that are `depth` or more hops away from every local atom.
void EdgeList::unmark_beyond_reach() const {
    const auto atoms = static_cast<std::int64_t>(first_.size()) - 1;
    std::vector<bool> is_center(atoms, false);
    std::vector<std::int64_t> frontier(reach_->local_atoms);
    std::iota(frontier.begin(), frontier.end(), 0);
    for (std::int64_t hop = 0; hop < reach_->depth; ++hop) {
        for (const std::int64_t i : frontier) is_center[i] = true;
        std::vector<std::int64_t> next;
        for (const std::int64_t i : frontier) {
            for (std::size_t e = first_[i]; e < first_[i + 1]; ++e) {
                if (edge_of_[e] == 0 && !is_center[candidates_[e].neighbor]) next.push_back(candidates_[e].neighbor);
            }
        }
        std::sort(next.begin(), next.end());
        next.erase(std::unique(next.begin(), next.end()), next.end());
        frontier = std::move(next);
    }
    for (std::int64_t i = 0; i < atoms; ++i) {
        if (!is_center[i]) std::fill(edge_of_.begin() + first_[i], edge_of_.begin() + first_[i + 1], -1);
    }
}

void EdgeList::append_to(Graph& graph, const std::vector<Vector3>& vectors, const std::vector<std::int64_t>& species,
                         double cutoff) const {
    const auto n = static_cast<std::int64_t>(candidates_.size());
    const std::int64_t first_edge = graph.edges();
    const std::int64_t first_atom = graph.atoms();

    mark_within(cutoff, vectors);
    if (reach_) unmark_beyond_reach();
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
    graph.local_atoms.push_back(reach_ ? reach_->local_atoms : static_cast<std::int64_t>(species.size()));
}

}  // namespace tumble
