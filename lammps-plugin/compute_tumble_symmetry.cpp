/* SPDX-License-Identifier: GPL-2.0-only */
#include "compute_tumble_symmetry.h"

#include "atom.h"
#include "update.h"

#include "tumble/evaluation/symmetry_error.h"

#include <algorithm>
#include <cmath>

using namespace LAMMPS_NS;

namespace {

// indices in the vector
enum { BARE_ENERGY, ENERGY, SPREAD, RMS_FORCE, LARGEST_FORCE, BARE_TORQUE, TORQUE };

}    // namespace

/* ---------------------------------------------------------------------- */

ComputeTumbleSymmetry::ComputeTumbleSymmetry(LAMMPS *lmp, int narg, char **arg) : ComputeTumble(lmp, narg, arg)
{
  scalar_flag = vector_flag = 1;
  extscalar = 1;
  size_vector = static_cast<int>(values_.size());
  vector = values_.data();
  // energies and their derivatives by an angle belong to the whole system, forces to an atom
  extensive_.fill(1);
  extensive_[RMS_FORCE] = extensive_[LARGEST_FORCE] = 0;
  extvector = -1;
  extlist = extensive_.data();
}

/* ---------------------------------------------------------------------- */

double ComputeTumbleSymmetry::compute_scalar()
{
  compute_vector();
  invoked_scalar = update->ntimestep;
  scalar = values_[SPREAD];
  return scalar;
}

/* ---------------------------------------------------------------------- */

void ComputeTumbleSymmetry::compute_vector()
{
  invoked_vector = update->ntimestep;
  evaluate();
  summarize_energies_and_torques();
  summarize_forces();
}

/* ---------------------------------------------------------------------- */

void ComputeTumbleSymmetry::summarize_energies_and_torques()
{
  // energies for all rotations, then both torques
  std::vector<double> sums = evaluation_.frame_energies;
  const std::size_t count = sums.size();
  for (const auto *torques : {&evaluation_.bare_torques, &evaluation_.torques})
    sums.insert(sums.end(), torques->front().begin(), torques->front().end());
  MPI_Allreduce(MPI_IN_PLACE, sums.data(), static_cast<int>(sums.size()), MPI_DOUBLE, MPI_SUM, world);

  const tumble::EnergySpread spread = tumble::energy_spread({sums.data(), count}, frames_);
  values_[BARE_ENERGY] = energy_unit_ * sums[frames_.bare];
  values_[ENERGY] = energy_unit_ * spread.mean;
  values_[SPREAD] = energy_unit_ * spread.standard_deviation;
  values_[BARE_TORQUE] = energy_unit_ * tumble::norm({sums[count], sums[count + 1], sums[count + 2]});
  values_[TORQUE] = energy_unit_ * tumble::norm({sums[count + 3], sums[count + 4], sums[count + 5]});
}

/* ---------------------------------------------------------------------- */

void ComputeTumbleSymmetry::summarize_forces()
{
  double sums[2] = {0.0, static_cast<double>(model_atoms_)};
  double largest = 0.0;
  for (int i = 0; i < atom->nlocal; ++i) {
    const double difference = tumble::norm(differences_[i]);
    sums[0] += difference * difference;
    largest = std::max(largest, difference);
  }
  MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, world);
  MPI_Allreduce(&largest, &values_[LARGEST_FORCE], 1, MPI_DOUBLE, MPI_MAX, world);
  values_[RMS_FORCE] = sums[1] > 0.0 ? std::sqrt(sums[0] / sums[1]) : 0.0;
}
