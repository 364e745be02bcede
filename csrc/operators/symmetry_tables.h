#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "operators/symmetry_arrays.h"

namespace tumble {

/// A symmetry function; see `symmetry_functions`.
struct SymmetryFunction {
    int64_t center, column, kind, first, second;
    double cutoff, eta, shift, zeta, lambda;

    static constexpr int64_t radial = 2, narrow = 3, wide = 9;
};

/// More than there are elements. Tables have an entry for each species up to the highest, whatever number a file has.
constexpr int64_t most_species = 1000;

/// Read the tables of functions, and check what kernels trust.
///
/// @param functions [F, 5], int64.
/// @param parameters [F, 5].
/// @return The functions, with first <= second, sorted so that functions of a group follow each other.
/// @throws c10::Error for values that no function has.
std::vector<SymmetryFunction> read_functions(const at::Tensor& functions, const at::Tensor& parameters,
                                             int64_t columns);

/// Whether two functions differ in parameters of terms only.
bool same_group(const SymmetryFunction& a, const SymmetryFunction& b);

/// The functions as the kernels read them.
template <typename T>
class SymmetryTables {
  public:
    SymmetryTables(const std::vector<SymmetryFunction>& functions, int64_t species_count);

    /// Let arrays point to what this object holds, which must outlive them.
    void point(SymmetryArrays<T>& arrays) const;

  private:
    struct Radial {
        SymmetryFunction example;  // all of the group have its center, kind, cutoff and species
        std::vector<T> etas, shifts;
        std::vector<int64_t> columns;
        void add(const SymmetryFunction& function);
        RadialGroup<T> group() const;
    };
    struct Angular {
        SymmetryFunction example;  // all of the group have its center, kind, cutoff and species
        std::vector<T> etas, shifts, lambdas, zetas, norms;
        std::vector<int64_t> powers, radial, angular, columns;
        void add(const SymmetryFunction& function);
        AngularGroup<T> group() const;
    };

    int64_t species_count_, most_factors_ = 0;
    T longest_ = 0;
    std::vector<Radial> radial_owned_;
    std::vector<Angular> angular_owned_;
    std::vector<RadialGroup<T>> radial_;
    std::vector<AngularGroup<T>> angular_;
    std::vector<int64_t> radial_begin_, angular_begin_;
};

}  // namespace tumble
