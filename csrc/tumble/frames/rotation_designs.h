#pragma once
/// Small sets of rotations that are exact to a degree t: with weights w_k > 0 that sum to 1,
///
///     Σ_k w_k D^l(R_k) = 0   for every Wigner matrix D^l, 1 ≤ l ≤ t,
///
/// as for the average over all rotations: an average over the set has no components from l = 1 to t. Such sets are the
/// quadrature rules on SO(3) of Gräf and Potts, Numer. Funct. Anal. Optim. 30, 665 (2009). The script
/// benchmarks/rotation_designs.py found the sets in the table, and can find each of them again.
///
/// Method: a rotation corresponds to a unit quaternion q, and to −q. A set that consists of whole orbits of a group G
/// of maps q → a q b* (a, b unit quaternions) satisfies most of the equations by symmetry. There remain the equations
/// for combinations of the D^l_mn that are invariant under G, Σ_(a,b) χ^l(a) χ^l(b) / |G| for each l (after McLaren,
/// Math. Comp. 17, 361 (1963)). Every orbit in general position has four unknowns, three angles and a weight; orbits in
/// special positions are smaller. The remaining equations are solved by least squares from random starts. Finally a set
/// is turned by the inverse of one of its elements (q → q p*, hence b → p b p*), so that it contains the identity: then
/// the energy without symmetrization costs nothing.
///
/// degree       1   2   3   4   5   6    7    8    9    10   11   12
/// rotations    4   12  24  43  60  117  160  237  290  444  480  696
///
/// Lower bounds for degrees 1 to 12 are 4, 10, 20, 35, 56, 84, 120, 165, 220, 286, 364, 455: the dimension of the space
/// of functions of half the degree (Delsarte, Goethals and Seidel, Geom. Dedicata 6, 363 (1977), for the pairs ±q on
/// the three-sphere).

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
    /// Weight of the whole orbit.
    double weight;
};

/// A row of the table. The orbit of the first seed begins with the identity.
struct RotationDesign {
    int degree;
    /// Generators of the group G.
    std::vector<TwoSidedRotation> generators;
    std::vector<RotationOrbit> orbits;
};

/// Return the table, sorted by the number of rotations, which also sorts it by degree.
const std::vector<RotationDesign>& rotation_designs();

/// Return the highest degree in the table.
int highest_design_degree();

/// Return the smallest set in the table that is exact to at least this degree. Its first rotation is the identity.
///
/// @param degree from 1 to `highest_design_degree()`
Frames rotation_design(int degree);

}  // namespace tumble
