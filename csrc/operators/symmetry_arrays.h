#pragma once

#include <cstdint>

namespace tumble {

/// Forms of the cutoff function of symmetry functions, with n2p2's numbers. With x = (r - a) / (R - a) between the
/// inner cutoff a and the cutoff R, and 1 below a:
enum class CutoffForm : int64_t {
    hard = 0,         ///< 1
    cosine = 1,       ///< (1 + cos(pi x)) / 2
    tanh = 2,         ///< tanh^3(1 - r / R), without an inner cutoff
    tanh_scaled = 3,  ///< the same, divided by its value at r = 0
    exponential = 4,  ///< exp(1 - 1 / (1 - x^2))
    poly1 = 5,        ///< smoothsteps, whose first 1, 2, 3 and 4 derivatives vanish at both ends
    poly2 = 6,
    poly3 = 7,
    poly4 = 8
};

/// Radial functions of one species of center that share the neighbors' species and the cutoff.
template <typename T>
struct RadialGroup {
    int64_t neighbor;
    T cutoff;
    int64_t count;
    const T* etas;           ///< [count]
    const T* shifts;         ///< [count]
    const int64_t* columns;  ///< [count]
};

/// Angular functions of one species of center that share the neighbors' species, the cutoff and the kind. They are
/// products of a few radial and a few angular factors.
template <typename T>
struct AngularGroup {
    int64_t first, second;  ///< species of the neighbors, first <= second
    bool narrow;            ///< with factors of the distance between the neighbors
    T cutoff;
    int64_t radials, angulars, terms;
    const T* etas;           ///< [radials]
    const T* shifts;         ///< [radials]
    const T* lambdas;        ///< [angulars]
    const T* zetas;          ///< [angulars]
    const T* norms;          ///< 2^(1 - zeta) [angulars]
    const int64_t* powers;   ///< zeta where it is a small integer, else 0 [angulars]
    const int64_t* radial;   ///< factor of each function [terms]
    const int64_t* angular;  ///< factor of each function [terms]
    const int64_t* columns;  ///< [terms]
};

/// What the kernels of symmetry functions read and write; all arrays belong to the caller.
template <typename T>
struct SymmetryArrays {
    int64_t species_count, columns;
    int64_t most_factors;  ///< largest number of radials, angulars or terms of a group
    CutoffForm form;
    T inner;                          ///< inner cutoff, as a share of the cutoff
    T longest;                        ///< largest cutoff
    const RadialGroup<T>* radial;     ///< groups of all species of centers
    const int64_t* radial_begin;      ///< the first of each species, and the end [species_count + 1]
    const AngularGroup<T>* angular;   ///< sorted by kind and cutoff within a species
    const int64_t* angular_begin;     ///< [species_count + 1]
    const int64_t* first;             ///< first edge of each atom, and the end [atoms + 1]
    const int64_t* species;           ///< [atoms]
    const int64_t* neighbor_species;  ///< [edges]
    const T* vectors;                 ///< [edges, 3]
    T* values;                        ///< forward: [atoms, columns], zero before
    const T* gradient;                ///< backward: of values [atoms, columns]
    T* vectors_gradient;              ///< backward: [edges, 3]
};

}  // namespace tumble
