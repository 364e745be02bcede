/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_FRAME_STREAM_H
#define TUMBLE_FRAME_STREAM_H

/// The frames in which a pair style looks at the atoms, evaluation by evaluation.
///
/// Random ones depend on the seed, the step, the number of the evaluation within the step, the partition and the
/// instance of the pair style, on nothing else: all ranks turn alike, however many there are, and a restarted run
/// continues with the same frames.

#include "tumble/frames/symmetrizer.h"

#include "lmptype.h"

#include <string>

namespace LAMMPS_NS {

class LAMMPS;

class FrameStream {
 public:
  explicit FrameStream(LAMMPS *lmp) : lmp_(lmp) {}

  /// @param shared whether all partitions have the same random frames
  void set(const tumble::Symmetrizer &symmetrizer, bool shared);

  const tumble::Symmetrizer &symmetrizer() const { return symmetrizer_; }

  /// At the start of a run or minimization. Random frames are refused for a minimization, and beside fixes and computes
  /// that take differences between evaluations; all ranks have to call it.
  ///
  /// @param instance of the pair style among those of its name
  void init(int instance);

  /// The next evaluation is the first of its step, again: a run starts at the step at which one has ended.
  void restart() { evaluations_ = 0; }

  /// Frames of the next evaluation. Random ones are refused at an inner level of r-RESPA, which shows by its second
  /// evaluation within a step, and for commands that compute forces by themselves; all ranks have to call it.
  const std::vector<tumble::Frames> &next();

 private:
  [[noreturn]] void refuse_differences(const std::string &what) const;

  LAMMPS *lmp_;
  tumble::Symmetrizer symmetrizer_;
  bool shared_ = false;
  int instance_ = 0;
  bigint step_ = -1;
  int evaluations_ = 0;    // so far, in this step
  std::vector<tumble::Frames> frames_;
};

}    // namespace LAMMPS_NS

#endif
