/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_KEYWORDS_H
#define TUMBLE_KEYWORDS_H

/// The keywords of `pair_style tumble` and `compute ID all tumble/...`, which are the same as in the core's other
/// faces.

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

namespace LAMMPS_NS {

struct PairKeywords {
  tumble::LoadOptions load;
  tumble::SymmetrizeOptions symmetrize;
  bool shared_frames = false;    // whether all partitions (the beads of a path integral) have the same rotations
};

/// Parse the arguments of the pair style.
/// @param arg keywords, each with its value
/// @throws tumble::ConfigurationError for an unknown or repeated keyword, and for a missing or wrong value
PairKeywords parse_pair_keywords(int narg, const char *const *arg);

struct ComputeKeywords {
  tumble::SymmetrizeOptions symmetrize;
  std::int64_t instance = 0;    // number of the pair style, counted from 1; 0 if it isn't given
};

/// Parse the arguments of a compute.
/// @param arg a set, then keywords, each with its value
/// @throws tumble::ConfigurationError as above, and if there is no set
ComputeKeywords parse_compute_keywords(int narg, const char *const *arg);

}    // namespace LAMMPS_NS

#endif
