#include "operators/symmetry_tables.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tumble {

namespace {

constexpr double largest_power = 256;  // beyond, a product of factors is no faster than pow

auto group_key(const SymmetryFunction& f) { return std::make_tuple(f.center, f.kind, f.cutoff, f.first, f.second); }

bool is_species(int64_t number) { return number >= 0 && number < most_species; }

void check_function(const SymmetryFunction& f, int64_t number, int64_t columns) {
    const bool radial = f.kind == SymmetryFunction::radial;
    TORCH_CHECK(radial || f.kind == SymmetryFunction::narrow || f.kind == SymmetryFunction::wide,
                "tumble::symmetry_functions: `functions`: expected the kinds 2, 3 and 9, got ", f.kind, " as number ",
                number);
    TORCH_CHECK(f.column >= 0 && f.column < columns,
                "tumble::symmetry_functions: `functions`: expected a column from 0 to below ", columns, ", got ",
                f.column, " as number ", number);
    TORCH_CHECK(is_species(f.center) && is_species(f.first) && (radial ? f.second == -1 : is_species(f.second)),
                "tumble::symmetry_functions: `functions`: expected species from 0 to below ", most_species, ", got ",
                f.center, ", ", f.first, " and ", f.second, " as number ", number);
    TORCH_CHECK(f.cutoff > 0 && f.eta >= 0 && (radial || f.zeta > 0) && std::isfinite(f.cutoff) &&
                    std::isfinite(f.eta) && std::isfinite(f.shift) && std::isfinite(f.zeta) && std::isfinite(f.lambda),
                "tumble::symmetry_functions: `parameters`: expected a cutoff and zeta above 0, eta of 0 or above, got ",
                f.cutoff, ", ", f.zeta, " and ", f.eta, " as number ", number);
}

/// The place of a pair of values; new ones are added.
template <typename T>
int64_t place_of(std::vector<T>& first, std::vector<T>& second, T a, T b) {
    for (size_t k = 0; k < first.size(); ++k) {
        if (first[k] == a && second[k] == b) return int64_t(k);
    }
    first.push_back(a);
    second.push_back(b);
    return int64_t(first.size()) - 1;
}

/// Return the number of the first group of each species of centers, and the number of groups at the end. The groups are
/// sorted by species.
template <typename Groups>
std::vector<int64_t> beginnings(const Groups& groups, int64_t species_count) {
    std::vector<int64_t> begin;
    for (int64_t s = 0; s <= species_count; ++s) {
        const auto earlier = [s](const auto& group) { return group.example.center < s; };
        begin.push_back(std::partition_point(groups.begin(), groups.end(), earlier) - groups.begin());
    }
    return begin;
}

/// Add a function to the last group, or to a new one.
template <typename Groups>
void add_to(Groups& groups, const SymmetryFunction& function) {
    if (groups.empty() || !same_group(groups.back().example, function)) {
        groups.emplace_back();
        groups.back().example = function;
    }
    groups.back().add(function);
}

}  // namespace

std::vector<SymmetryFunction> read_functions(const at::Tensor& functions, const at::Tensor& parameters,
                                             int64_t columns) {
    TORCH_CHECK(functions.dim() == 2 && functions.size(1) == 5 && functions.scalar_type() == at::kLong,
                "tumble::symmetry_functions: `functions`: expected int64 [functions, 5], got ", functions.sizes(),
                " of ", functions.scalar_type());
    TORCH_CHECK(parameters.sizes() == functions.sizes(),
                "tumble::symmetry_functions: `parameters`: expected the shape of `functions`, ", functions.sizes(),
                ", got ", parameters.sizes());
    const at::Tensor integers = functions.cpu().contiguous(),
                     numbers = parameters.detach().cpu().to(at::kDouble).contiguous();
    std::vector<SymmetryFunction> read;
    for (int64_t k = 0; k < functions.size(0); ++k) {
        const int64_t* i = integers.const_data_ptr<int64_t>() + 5 * k;
        const double* p = numbers.const_data_ptr<double>() + 5 * k;
        SymmetryFunction f{i[0], i[1], i[2], i[3], i[4], p[0], p[1], p[2], p[3], p[4]};
        check_function(f, k, columns);
        if (f.kind != SymmetryFunction::radial && f.first > f.second) std::swap(f.first, f.second);
        read.push_back(f);
    }
    std::stable_sort(read.begin(), read.end(),
                     [](const auto& a, const auto& b) { return group_key(a) < group_key(b); });
    return read;
}

bool same_group(const SymmetryFunction& a, const SymmetryFunction& b) { return group_key(a) == group_key(b); }

template <typename T>
void SymmetryTables<T>::Radial::add(const SymmetryFunction& function) {
    etas.push_back(T(function.eta));
    shifts.push_back(T(function.shift));
    columns.push_back(function.column);
}

template <typename T>
RadialGroup<T> SymmetryTables<T>::Radial::group() const {
    return {example.first, T(example.cutoff), int64_t(columns.size()), etas.data(), shifts.data(), columns.data()};
}

template <typename T>
void SymmetryTables<T>::Angular::add(const SymmetryFunction& function) {
    radial.push_back(place_of(etas, shifts, T(function.eta), T(function.shift)));
    angular.push_back(place_of(zetas, lambdas, T(function.zeta), T(function.lambda)));
    columns.push_back(function.column);
    if (size_t(angular.back()) == norms.size()) {
        const double zeta = function.zeta;
        norms.push_back(T(std::pow(2.0, 1.0 - zeta)));
        powers.push_back(zeta == std::floor(zeta) && zeta <= largest_power ? int64_t(zeta) : 0);
    }
}

template <typename T>
AngularGroup<T> SymmetryTables<T>::Angular::group() const {
    AngularGroup<T> group{};
    group.first = example.first;
    group.second = example.second;
    group.narrow = example.kind == SymmetryFunction::narrow;
    group.cutoff = T(example.cutoff);
    group.radials = int64_t(etas.size());
    group.angulars = int64_t(zetas.size());
    group.terms = int64_t(columns.size());
    group.etas = etas.data();
    group.shifts = shifts.data();
    group.lambdas = lambdas.data();
    group.zetas = zetas.data();
    group.norms = norms.data();
    group.powers = powers.data();
    group.radial = radial.data();
    group.angular = angular.data();
    group.columns = columns.data();
    return group;
}

template <typename T>
SymmetryTables<T>::SymmetryTables(const std::vector<SymmetryFunction>& functions, int64_t species_count)
    : species_count_(species_count) {
    for (const SymmetryFunction& function : functions) {
        longest_ = std::max(longest_, T(function.cutoff));
        if (function.kind == SymmetryFunction::radial) {
            add_to(radial_owned_, function);
        } else {
            add_to(angular_owned_, function);
        }
    }
    for (const Radial& owned : radial_owned_) radial_.push_back(owned.group());
    for (const Angular& owned : angular_owned_) {
        const AngularGroup<T>& group = angular_.emplace_back(owned.group());
        most_factors_ = std::max({most_factors_, group.radials, group.angulars, group.terms});
    }
    radial_begin_ = beginnings(radial_owned_, species_count);
    angular_begin_ = beginnings(angular_owned_, species_count);
}

template <typename T>
void SymmetryTables<T>::point(SymmetryArrays<T>& arrays) const {
    arrays.species_count = species_count_;
    arrays.most_factors = most_factors_;
    arrays.longest = longest_;
    arrays.radial = radial_.data();
    arrays.radial_begin = radial_begin_.data();
    arrays.angular = angular_.data();
    arrays.angular_begin = angular_begin_.data();
}

template class SymmetryTables<float>;
template class SymmetryTables<double>;

}  // namespace tumble
