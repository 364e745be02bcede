#include "tumble/graph/neighbors.h"

#include <vesin.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "tumble/base/error.h"

namespace tumble {

struct Neighbors::Implementation {
    VesinNeighborList list;
    ~Implementation() { vesin_free(&list); }
};

Neighbors::Neighbors() : implementation_(std::make_unique<Implementation>()) {}
Neighbors::~Neighbors() = default;

namespace {

/// Å; larger coordinates leave too few digits for the distances between neighbors.
constexpr double farthest = 1e8;

/// Largest mean number of neighbors of an atom in a meaningful box: two hundred times the density of water for a cutoff
/// of 5 Å. Without a bound the search wouldn't end, or would need all memory.
constexpr double most_neighbors = 1e4;

/// vesin sorts atoms into at most 1e5 cells. If there are more, it makes the cells larger in all directions, and fails
/// with a division by zero if a thin direction has no cell left (vesin 0.6.2).
constexpr double most_cells = 5e4;

void validate(const Structure& structure) {
    if (structure.species.size() != structure.positions.size()) {
        throw StructureError(message("`species`: expected one entry for each of ", structure.positions.size(),
                                     " atoms, got ", structure.species.size()));
    }
    for (std::size_t i = 0; i < structure.positions.size(); ++i) {
        for (const double x : structure.positions[i]) {
            if (!(std::abs(x) <= farthest)) {
                throw StructureError(
                    AtomText{{"`positions` of ", message(": expected finite and within ", farthest, " Å, got ", x)},
                             {static_cast<std::int64_t>(i)}});
            }
        }
    }
    for (int a = 0; a < 3; ++a) {
        if (!structure.periodic[a]) continue;
        const double length = norm(structure.cell[a]);
        if (!(length >= closest && length <= farthest)) {
            throw StructureError(message("`cell` vector ", a, ": expected a length of ", closest, " to ", farthest,
                                         " Å in a periodic direction, got ", length));
        }
    }
}

/// Return the cell with the vectors of open directions replaced by unit vectors normal to the periodic ones: they have
/// no effect, but the matrix must be invertible.
Matrix3 complete_cell(const Structure& structure) {
    Matrix3 cell = structure.cell;
    std::vector<int> periodic, open;
    for (int a = 0; a < 3; ++a) (structure.periodic[a] ? periodic : open).push_back(a);
    if (open.size() == 1) {
        const Vector3 normal = cross(cell[(open[0] + 1) % 3], cell[(open[0] + 2) % 3]);
        const double length = norm(normal);
        if (length > 0.0) cell[open[0]] = {normal[0] / length, normal[1] / length, normal[2] / length};
    } else if (open.size() == 2) {
        const Vector3& axis = cell[periodic[0]];
        // start from the Cartesian axis that is least parallel to the periodic vector
        int least = 0;
        for (int a = 1; a < 3; ++a) {
            if (std::abs(axis[a]) < std::abs(axis[least])) least = a;
        }
        Vector3 start{};
        start[least] = 1.0;
        Vector3 u = cross(axis, start);
        Vector3 v = cross(axis, u);
        const double lu = norm(u), lv = norm(v);
        for (int a = 0; a < 3; ++a) {
            u[a] /= lu;
            v[a] /= lv;
        }
        cell[open[0]] = u;
        cell[open[1]] = v;
    } else if (open.size() == 3) {
        cell = identity;
    }
    const double scale = norm(cell[0]) * norm(cell[1]) * norm(cell[2]);
    if (!(std::abs(determinant(cell)) >= 1e-12 * scale)) {  // so written for NaN
        throw StructureError("`cell`: expected linearly independent vectors, got a volume of 0");
    }
    return cell;
}

/// The input of vesin: positions and a cutoff with which it finds all pairs, and possibly others that are too far
/// apart.
struct Search {
    std::vector<Vector3> positions;
    double cutoff;
};

/// Return the height of the cell for each periodic direction and the extent of the atoms for each open one, Å.
Vector3 extents(const std::vector<Vector3>& positions, const Structure& structure, const Matrix3& cell) {
    Vector3 lengths;
    for (int a = 0; a < 3; ++a) {
        if (structure.periodic[a]) {
            lengths[a] = std::abs(determinant(cell)) / norm(cross(cell[(a + 1) % 3], cell[(a + 2) % 3]));
            continue;
        }
        double low = dot(positions[0], cell[a]), high = low;
        for (const auto& x : positions) {
            low = std::min(low, dot(x, cell[a]));
            high = std::max(high, dot(x, cell[a]));
        }
        lengths[a] = high - low;
    }
    return lengths;
}

/// Refuse a box with far more neighbors within the cutoff than any real material has.
void bound_neighbors(const Structure& structure, const Matrix3& cell, double cutoff) {
    const Vector3 lengths = extents(structure.positions, structure, cell);
    double neighbors = static_cast<double>(structure.size()) * std::numbers::pi / 6.0;  // π/6: sphere in its cube
    for (int a = 0; a < 3; ++a) {
        neighbors *= structure.periodic[a] ? 2.0 * cutoff / lengths[a] : std::min(1.0, 2.0 * cutoff / lengths[a]);
    }
    if (!(neighbors <= most_neighbors)) {
        throw StructureError(message("`cell`: expected at most ", most_neighbors, " neighbors of an atom within ",
                                     cutoff, " Å, got about ", neighbors, "; are cell and positions in Å?"));
    }
}

double count_cells(const Search& search, const Structure& structure, const Matrix3& cell) {
    double cells = 1.0;
    for (const double length : extents(search.positions, structure, cell)) {
        cells *= std::max(1.0, length / search.cutoff);
    }
    return cells;
}

/// Return the largest number of pairs of one atom that a search can find, which is that of atoms all in one place.
double count_candidates(const Search& search, const Structure& structure, const Matrix3& cell) {
    const Vector3 lengths = extents(search.positions, structure, cell);
    double images = 1.0;
    for (int a = 0; a < 3; ++a) {
        if (structure.periodic[a]) images *= std::max(1.0, 2.0 * search.cutoff / lengths[a]);
    }
    return images * static_cast<double>(structure.size());
}

/// Move atoms along a direction so that no gap between them is longer than `gap`; shorter distances stay the same.
void close_gaps(std::vector<Vector3>& positions, const Vector3& direction, double gap) {
    std::vector<std::pair<double, std::size_t>> order;
    for (std::size_t i = 0; i < positions.size(); ++i) order.emplace_back(dot(positions[i], direction), i);
    std::sort(order.begin(), order.end());
    double shift = 0.0;
    for (std::size_t k = 1; k < order.size(); ++k) {
        shift += std::max(0.0, order[k].first - order[k - 1].first - gap);
        for (int b = 0; b < 3; ++b) positions[order[k].second][b] -= shift * direction[b];
    }
}

/// Return a search that vesin can do, also for a few atoms in a vast space, such as after one has evaporated.
Search plan_search(const Structure& structure, const Matrix3& cell, double cutoff) {
    // slightly wider, so that rounding in vesin never drops one direction of a pair; EdgeList applies the exact cutoff
    Search search{structure.positions, cutoff * (1.0 + 1e-10)};
    if (count_cells(search, structure, cell) <= most_cells) return search;
    for (int a = 0; a < 3; ++a) {  // the rows of open directions are unit vectors normal to all others
        if (!structure.periodic[a]) close_gaps(search.positions, cell[a], 2.0 * search.cutoff);
    }
    while (count_cells(search, structure, cell) > most_cells) {
        search.cutoff *= 1.25;
        // the images in a thin direction would be far too many
        if (search.cutoff > 100.0 * cutoff && count_candidates(search, structure, cell) > most_neighbors) {
            throw StructureError(
                "`cell`: expected a box that isn't both vast and thin; its neighbors can't be searched for");
        }
    }
    return search;
}

}  // namespace

EdgeList Neighbors::find(const Structure& structure, double cutoff, std::vector<Vector3>& vectors) {
    validate(structure);
    vectors.clear();
    if (structure.size() == 0) return EdgeList({}, 0);

    const Matrix3 cell = complete_cell(structure);
    bound_neighbors(structure, cell, cutoff);
    const Search search = plan_search(structure, cell, cutoff);
    VesinOptions options{};
    options.cutoff = search.cutoff;
    options.full = true;
    options.sorted = false;  // EdgeList sorts
    options.algorithm = VesinAutoAlgorithm;
    options.n_threads = 1;
    options.return_shifts = true;

    auto& list = implementation_->list;
    const char* error = nullptr;
    const int status = vesin_neighbors(reinterpret_cast<const double (*)[3]>(search.positions.data()),
                                       search.positions.size(), reinterpret_cast<const double (*)[3]>(cell.data()),
                                       structure.periodic.data(), VesinDevice{VesinCPU, 0}, options, &list, &error);
    if (status != 0) throw StructureError(message("neighbor list: ", error == nullptr ? "unknown error" : error));

    std::vector<EdgeList::Candidate> candidates(list.length);
    for (std::size_t e = 0; e < list.length; ++e) {
        candidates[e] = {static_cast<std::int32_t>(list.pairs[e][0]),
                         static_cast<std::int32_t>(list.pairs[e][1]),
                         {list.shifts[e][0], list.shifts[e][1], list.shifts[e][2]},
                         0};
    }
    EdgeList edges(std::move(candidates), structure.size());

    vectors.reserve(list.length);
    for (const auto& c : edges.candidates()) {
        const Vector3& xi = structure.positions[c.center];
        const Vector3& xj = structure.positions[c.neighbor];
        Vector3 v;
        for (int b = 0; b < 3; ++b) {
            v[b] = xj[b] - xi[b] + c.shift[0] * cell[0][b] + c.shift[1] * cell[1][b] + c.shift[2] * cell[2][b];
        }
        vectors.push_back(v);
    }
    return edges;
}

}  // namespace tumble
