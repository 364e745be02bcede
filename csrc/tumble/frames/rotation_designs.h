#pragma once
/// Sets of few rotations that are exact to a degree t: with weights w_k > 0 that sum to 1,
///
///     Σ_k w_k D^l(R_k) = 0   for every Wigner matrix D^l, 1 ≤ l ≤ t,
///
/// as for the average over all rotations: what is averaged over the set loses all its components from l = 1 to t. Sets
/// of this kind are the quadrature rules on SO(3) of Gräf and Potts, Numer. Funct. Anal. Optim. 30, 665 (2009); these
/// were found by benchmarks/rotation_designs.py, which any row of the table can be found with again.
///
/// How they come about: a rotation stands for a unit quaternion q, and for −q. A set that is made of whole orbits of
/// a group G of maps q → a q b* (a, b unit quaternions) fulfils all equations but those for the combinations of the
/// D^l_mn that G leaves as they are, Σ_(a,b) χ^l(a) χ^l(b) / |G| for each l (after McLaren, Math. Comp. 17, 361
/// (1963)), while every orbit in general position has four unknowns, three angles and a weight, and those in special
/// positions are smaller. What remains is solved by least squares from random starts. At the end a set is turned by
/// the inverse of one of its elements (q → q p*, hence b → p b p*), after which the identity is one of them: the
/// energy without symmetrization costs nothing.
///
/// degree       1   2   3   4   5   6    7    8    9    10   11   12
/// rotations    4   12  24  43  60  117  160  237  290  444  480  696
///
/// No set has fewer than 4, 10, 20, 35, 56, 84, 120, 165, 220, 286, 364, 455: the dimension of the functions of half
/// the degree (Delsarte, Goethals and Seidel, Geom. Dedicata 6, 363 (1977), on the pairs ±q of the three-sphere).

#include <vector>

#include "tumble/frames/frames.h"
#include "tumble/frames/quaternion.h"

namespace tumble {

/// The map q → left q right*.
struct TwoSidedRotation {
    Quaternion left, right;
};

struct RotationOrbit {
    Quaternion seed;
    /// Of the whole orbit.
    double weight;
};

/// A row of the table. The orbit of the first seed begins with the identity.
struct RotationDesign {
    int degree;
    /// Of the group G.
    std::vector<TwoSidedRotation> generators;
    std::vector<RotationOrbit> orbits;
};

/// The table, from the fewest rotations to the most, which is also by degree.
const std::vector<RotationDesign>& rotation_designs();

/// The highest degree in the table.
int highest_design_degree();

/// The fewest rotations in the table that are exact to at least this degree; the identity is the first.
///
/// @param degree from 1 to `highest_design_degree()`
Frames rotation_design(int degree);

}  // namespace tumble
