#pragma once

#include <ATen/core/Tensor.h>

namespace tumble {

/// Radial and angular symmetry functions of Behler and Parrinello: the operator `tumble::symmetry_functions` of
/// TorchScript archives.
///
///     radial (2):  G = sum_j exp(-eta (r_j - s)^2) f(r_j)
///     narrow (3):  G = 2^(1 - zeta) sum_j<k (1 + lambda cos)^zeta f(r_j) f(r_k) f(r_jk)
///                      exp(-eta ((r_j - s)^2 + (r_k - s)^2 + (r_jk - s)^2))
///     wide (9):    the same without the factors of r_jk
///
/// with sums over neighbors of given species, cos that of the angle between the vectors to j and k, and terms with
/// 1 + lambda cos < 0 left out (J. Behler, J. Chem. Phys. 134, 074106 (2011); the numbers are those of n2p2 and
/// RuNNer).
///
/// On a CPU it needs no memory for triplets but that of one center. Elsewhere, and for derivatives of derivatives, it
/// consists of torch's operators (`symmetry_triplets.h`).
///
/// @param edge_vectors From center to neighbor [E, 3], sorted by center, float32 or float64.
/// @param neighbor_species Of each edge [E], int64, from 0 to below 1000.
/// @param first First edge of each atom, and E at the end [N + 1], int64.
/// @param species Of each atom [N], int64, from 0 to below 1000.
/// @param functions Species of the center, column, kind (2, 3 or 9), and species of the neighbors (both, or -1 as the
///     second of a radial function) [F, 5], int64.
/// @param parameters Cutoff, eta, s, zeta and lambda [F, 5], in the type and units of the vectors.
/// @param columns Columns of the result, F or more than every column in `functions`.
/// @param form Of the cutoff function; see `CutoffForm`.
/// @param inner Inner cutoff, as a share of the cutoff, from 0 to below 1.
/// @return [N, columns], with zeros where an atom's species has no function.
/// @throws c10::Error for shapes, types or values other than these.
at::Tensor symmetry_functions(const at::Tensor& edge_vectors, const at::Tensor& neighbor_species,
                              const at::Tensor& first, const at::Tensor& species, const at::Tensor& functions,
                              const at::Tensor& parameters, int64_t columns, int64_t form, double inner);

}  // namespace tumble
