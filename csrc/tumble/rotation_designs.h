#pragma once
/// Sets of few rotations that are exact to a degree t: with weights w_k > 0 that sum to 1,
///
///     Σ_k w_k D^l(R_k) = 0   for every Wigner matrix D^l, 1 ≤ l ≤ t,
///
/// as for the average over all rotations, so that the average over the set of a function of the orientation has lost
/// all components up to l = t. These are the quadrature rules on SO(3) of Gräf and Potts (Numer. Funct. Anal. Optim.
/// 30, 665 (2009)), found here anew and with other symmetries by benchmarks/rotation_designs.py.
///
/// How they come about: a rotation stands for a unit quaternion q, and for −q. A set that is made of whole orbits of
/// a group G of maps q → a q b* (a, b unit quaternions) fulfils all equations but those for the combinations of D^l_mn
/// that G leaves as they are, which are few: their number is Σ_(a,b) χ^l(a) χ^l(b) / |G|, and each orbit of free
/// choice has four unknowns, three angles and a weight (after Sobolev, and McLaren, Math. Comp. 17, 361 (1963)). The
/// remaining equations are solved by least squares from random starts. At the end a set is turned by the inverse of
/// one of its elements (q → q p*, hence b → p b p*), after which the identity is one of them.

#include <vector>

#include "frames.h"
#include "quaternion.h"

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
