/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_DOUBTS_H
#define TUMBLE_DOUBTS_H

/// Warnings of pair_style tumble about settings that run, but hardly mean what they say. Each comes once, however many
/// runs there are, on rank 0.

#include "tumble/frames/symmetrizer.h"

#include <set>
#include <string>
#include <vector>

namespace LAMMPS_NS {

class LAMMPS;

class Doubts {
 public:
  explicit Doubts(LAMMPS *lmp) : lmp_(lmp) {}

  /// Masses that are no isotope's of the element that pair_coeff names: mostly, its elements are in another order than
  /// the types. Masses that heavy atoms have given to their hydrogens raise none. All ranks have to call it.
  ///
  /// @param symbol_of_type by atom type, counted from 1; empty for types that the model doesn't see
  void about_masses(const std::vector<std::string> &symbol_of_type);

  /// Random frames where nothing takes up their noise: dynamics without any thermostat, and Monte Carlo. For the start
  /// of a run; all ranks have to call it.
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
