/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_DOUBTS_H
#define TUMBLE_DOUBTS_H

/// Warnings of pair_style tumble about valid settings that are probably not intended. Rank 0 prints each of them once,
/// for any number of runs.

#include "tumble/frames/symmetrizer.h"

#include <set>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class LAMMPS;

class Doubts {
 public:
  explicit Doubts(LAMMPS *lmp) : lmp_(lmp) {}

  /// Warn of a mass that no isotope of the element in pair_coeff has: usually the elements there are in another order
  /// than the atom types. Mass repartitioned from heavy atoms to hydrogens causes no warning. All ranks must call it.
  ///
  /// @param symbol_of_type element of each atom type, counted from 1; empty for types that the model doesn't see
  void about_masses(const std::vector<std::string> &symbol_of_type);

  /// Warn of random rotations in a run where nothing removes the heat of their noise: dynamics without a thermostat,
  /// and Monte Carlo. To be called at the start of a run, by all ranks.
  void about_random_frames(const tumble::Symmetrizer &symmetrizer, const std::vector<std::string> &symbol_of_type);

 private:
  std::vector<double> masses(int types) const;
  bool repartitioned(const std::vector<double> &mass, const std::vector<std::string> &symbol_of_type) const;
  bool act_on_atoms(int groups, const std::vector<std::string> &symbol_of_type) const;
  void say(const std::string &text);

  LAMMPS *lmp_;
  std::set<std::string> said_;
};

}    // namespace LAMMPS_NS

#endif
