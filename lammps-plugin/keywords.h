/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TUMBLE_KEYWORDS_H
#define TUMBLE_KEYWORDS_H

/// The words after `pair_style tumble` and `compute ID all tumble/...`: the same keywords as in the core's other faces.

#include "tumble/evaluation/potential.h"
#include "tumble/frames/symmetrizer.h"

namespace LAMMPS_NS {

struct PairKeywords {
  tumble::LoadOptions load;
  tumble::SymmetrizeOptions symmetrize;
  bool shared_frames = false;    // by all partitions, which are the beads of a path integral
};

/// @param arg keywords, each with its value
/// @throws tumble::ConfigurationError for an unknown keyword, one given twice, or a value that is missing or wrong
PairKeywords parse_pair_keywords(int narg, const char *const *arg);

struct ComputeKeywords {
  tumble::SymmetrizeOptions symmetrize;
  std::int64_t instance = 0;    // of the pair style, counted from 1; 0 if it isn't given
};

/// @param arg a set, then keywords, each with its value
/// @throws tumble::ConfigurationError as above, or if there is no set
ComputeKeywords parse_compute_keywords(int narg, const char *const *arg);

}    // namespace LAMMPS_NS

#endif
