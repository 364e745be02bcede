#include "tumble/graph/edge_list.h"

#include <limits>

#include "check.h"
#include "tumble/base/error.h"

using namespace tumble;

namespace {

constexpr std::array<std::int32_t, 3> here{0, 0, 0};
constexpr double cutoff = 2.0;

/// Return atoms 0, 1 and 2 on a line, 1.5 Å apart, so that only adjacent ones are within the cutoff.
std::vector<EdgeList::Candidate> chain() {
    return {{2, 1, here, 0}, {0, 1, here, 1}, {2, 0, here, 2}, {1, 0, here, 3}, {0, 2, here, 4}, {1, 2, here, 5}};
}

std::vector<Vector3> vectors_of(const EdgeList& list, double distance = 1.5) {
    std::vector<Vector3> vectors;
    for (const auto& c : list.candidates()) vectors.push_back({distance * (c.neighbor - c.center), 0.0, 0.0});
    return vectors;
}

void candidates_are_sorted_and_keep_their_source() {
    const EdgeList list(chain(), 3);
    const std::vector<std::int32_t> sources{1, 4, 3, 5, 2, 0};
    for (std::size_t e = 0; e < sources.size(); ++e) CHECK(list.candidates()[e].source == sources[e]);
}

void edges_within_the_cutoff_know_their_reverse() {
    const EdgeList list(chain(), 3);
    Graph graph;
    list.append_to(graph, vectors_of(list), {0, 1, 0}, cutoff);
    CHECK(graph.edges() == 4);
    CHECK((graph.edge_index == std::vector<std::int64_t>{0, 1, 1, 2, 1, 0, 2, 1}));
    CHECK((graph.reverse == std::vector<std::int64_t>{1, 0, 3, 2}));
    CHECK((graph.local_atoms == std::vector<std::int64_t>{3}));
    // the numbers of a second structure continue those of the first
    list.append_to(graph, vectors_of(list), {0, 1, 0}, cutoff);
    CHECK((graph.first_atom == std::vector<std::int64_t>{0, 3, 6}));
    CHECK(graph.center(4) == 3);
    CHECK(graph.neighbor(4) == 4);
    CHECK(graph.reverse[4] == 5);
}

void both_directions_of_a_pair_are_one_decision() {
    const EdgeList list({{0, 1, here, 0}, {1, 0, here, 0}}, 2);
    const double inside = std::nextafter(cutoff, 0.0);
    Graph graph;
    list.append_to(graph, {{inside, 0.0, 0.0}, {-cutoff, 0.0, 0.0}}, {0, 0}, cutoff);
    CHECK(graph.edges() == 2);
    CHECK((graph.vectors[1] == Vector3{-inside, 0.0, 0.0}));
    Graph empty;
    list.append_to(empty, {{cutoff, 0.0, 0.0}, {-inside, 0.0, 0.0}}, {0, 0}, cutoff);
    CHECK(empty.edges() == 0);
}

void ghosts_within_reach_alone_are_centers() {
    Graph shallow, deep;
    const EdgeList one(chain(), 3, EdgeList::Reach{1, 1}), two(chain(), 3, EdgeList::Reach{1, 2});
    one.append_to(shallow, vectors_of(one), {0, 0, 0}, cutoff);
    CHECK((shallow.edge_index == std::vector<std::int64_t>{0, 1}));
    CHECK((shallow.reverse == std::vector<std::int64_t>{-1}));
    CHECK((shallow.local_atoms == std::vector<std::int64_t>{1}));
    two.append_to(deep, vectors_of(two), {0, 0, 0}, cutoff);
    CHECK((deep.edge_index == std::vector<std::int64_t>{0, 1, 1, 1, 0, 2}));
    CHECK((deep.reverse == std::vector<std::int64_t>{1, 0, -1}));
}

void impossible_distances_name_both_atoms() {
    const EdgeList list({{0, 1, here, 0}, {1, 0, here, 0}}, 2);
    Graph graph;
    CHECK_THROWS(StructureError, "atom 0 and atom 1", list.append_to(graph, {{0, 0, 0.001}, {}}, {0, 0}, cutoff));
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS(StructureError, "expected finite", list.append_to(graph, {{nan, 0, 0}, {}}, {0, 0}, cutoff));
}

}  // namespace

int main() {
    candidates_are_sorted_and_keep_their_source();
    edges_within_the_cutoff_know_their_reverse();
    both_directions_of_a_pair_are_one_decision();
    ghosts_within_reach_alone_are_centers();
    impossible_distances_name_both_atoms();
    return check::failures();
}
