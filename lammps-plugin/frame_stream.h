/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_FRAME_STREAM_H
#define TUMBLE_FRAME_STREAM_H

/// The rotations with which a pair style evaluates the atoms, evaluation by evaluation.
///
/// Random rotations depend only on the seed, the step, the number of the evaluation within the step, the partition and
/// the instance of the pair style. So all ranks use the same rotations, for any number of ranks, and a restarted run
/// continues with the same rotations.

#include "tumble/frames/symmetrizer.h"

#include "lmptype.h"

#include <string>

namespace LAMMPS_NS {

class LAMMPS;

class FrameStream {
 public:
  explicit FrameStream(LAMMPS *lmp) : lmp_(lmp) {}

  /// Use this symmetrizer from now on.
  /// @param shared whether all partitions have the same random rotations
  void set(const tumble::Symmetrizer &symmetrizer, bool shared);

  const tumble::Symmetrizer &symmetrizer() const { return symmetrizer_; }

  /// Prepare for a run or minimization. Random rotations are refused for a minimization, and with fixes and computes
  /// that take differences between evaluations. All ranks must call it.
  ///
  /// @param instance number of this pair style among all pair styles tumble
  void init(int instance);

  /// Count evaluations from the first one again: a run starts at the step at which another one has ended.
  void restart() { evaluations_ = 0; }

  /// Return the rotations of the next evaluation. Random rotations are refused at an inner level of r-RESPA, detected
  /// by a second evaluation within a step, and for commands that compute forces themselves. All ranks must call it.
  const std::vector<tumble::Frames> &next();

 private:
  [[noreturn]] void refuse_differences(const std::string &what) const;

  LAMMPS *lmp_;
  tumble::Symmetrizer symmetrizer_;
  bool shared_ = false;
  int instance_ = 0;
  bigint step_ = -1;
  int evaluations_ = 0;    // number of evaluations so far in this step
  std::vector<tumble::Frames> frames_;
};

}    // namespace LAMMPS_NS

#endif
